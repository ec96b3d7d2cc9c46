r"""What runs by itself, as the crontab and as systemd write it.

A crontab belongs to its user. Ours is a block between two marks; every other line stays as it is, byte for byte. Variables are
given to our command alone (`env NAME=value ...`), since a line `NAME=value` of a crontab holds for every line below it. A
percent sign ends a command there, so it is written `\%`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from deadlines.errors import InputError, Refused

BEGIN = "# BEGIN deadlines: `deadlines cron install` writes this, `deadlines cron remove` takes it away"
END = "# END deadlines"
SERVICE, TIMER = "deadlines.service", "deadlines.timer"
UNITS = (SERVICE, TIMER)
OURS = "# Written by `deadlines cron install`; `deadlines cron remove` takes it away."
LONGEST_LINE = 998
"""Characters of a command that every cron takes."""
_HOUR, _DAY = 60, 24
_UNIT_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
_VARIABLE = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`words` are run every so often, with `environ` beside what cron or systemd sets."""

    words: tuple[str, ...]
    every: timedelta
    environ: Mapping[str, str] = field(default_factory=dict)


def crontab_line(job: Job) -> str:
    """The line of a crontab. `InputError` for what cron cannot say."""
    words = ("env", *(f"{name}={value}" for name, value in job.environ.items()), *job.words)
    _refuse_line_ends(words)
    command = shlex.join(words).replace("%", r"\%")
    if len(command) > LONGEST_LINE:
        raise InputError("the command is longer than a crontab takes", hint="use --kind systemd, or shorter paths")
    return f"{_schedule(job.every)} {command}"


def crontab_block(job: Job) -> str:
    """Our lines of a crontab."""
    return f"{BEGIN}\n{crontab_line(job)}\n{END}\n"


def with_block(text: str, block: str) -> str:
    """A crontab with our block, in its place where there was one, else at the end."""
    before, found, after = _parted(text)
    if found:
        return before + block + after
    return text + ("" if not text or text.endswith("\n") else "\n") + block


def without_block(text: str) -> str:
    """A crontab without our block."""
    before, _, after = _parted(text)
    return before + after


def block_of(text: str) -> str:
    """Our block of a crontab, empty where there is none."""
    return _parted(text)[1]


def service(job: Job) -> str:
    """The unit that does it. Findings (1) and "try later" (75) are no failures of it.

    It is started by env, for systemd takes no path of an executable that has a quote or a dollar sign in it.
    """
    words = " ".join(_quoted(word).replace("$", "$$") for word in job.words)
    lines = [f"Environment={_quoted(f'{name}={value}')}" for name, value in job.environ.items()]
    return "\n".join([
        OURS, "[Unit]", "Description=deadlines: sync, notifications and digest", "",
        "[Service]", "Type=oneshot", *lines, f"ExecStart=/usr/bin/env {words}", "SuccessExitStatus=1 75", "",
    ])  # fmt: skip


def timer(job: Job) -> str:
    """The unit that starts it. What was slept through is made up for once."""
    return "\n".join([
        OURS, "[Unit]", "Description=deadlines, every so often", "", "[Timer]", f"OnCalendar={_calendar(job.every)}",
        "Persistent=true", "", "[Install]", "WantedBy=timers.target", "",
    ])  # fmt: skip


def program_of(text: str) -> str:
    """The program that an installed block or unit starts, empty where there is none."""
    for line in text.splitlines():
        if line.startswith("ExecStart="):
            return _started([_plain(word) for word in _UNIT_WORD.findall(line)])
        if " env " in line and not line.startswith("#"):
            return _started(_shell_words(line.partition(" env ")[2].replace(r"\%", "%")))
    return ""


def schedule_of(text: str) -> str:
    """When an installed block or unit starts it, in the words of crontab or systemd."""
    for line in text.splitlines():
        if line.startswith("OnCalendar="):
            return line.removeprefix("OnCalendar=")
        if " env " in line and not line.startswith("#"):
            return line.partition(" env ")[0]
    return "at no time"


def _shell_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _started(words: Sequence[str]) -> str:
    return next((word for word in words if not _VARIABLE.match(word)), "")


def _plain(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word).replace("%%", "%").replace("$$", "$")


def _parted(text: str) -> tuple[str, str, str]:
    """A crontab before, in and after our block. `Refused` where the marks do not make one block."""
    lines = _lines(text)
    begins = [at for at, line in enumerate(lines) if line.rstrip("\r\n") == BEGIN]
    ends = [at for at, line in enumerate(lines) if line.rstrip("\r\n") == END]
    if not begins and not ends:
        return text, "", ""
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        hint = f"take the lines from {BEGIN[:17]!r} to {END!r} out with crontab -e, then run this again"
        raise Refused("the block of deadlines in the crontab is not whole", hint=hint)
    first, last = begins[0], ends[0] + 1
    return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a newline ends one."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _minutes(every: timedelta) -> int:
    """How many minutes are between two runs: a divisor of an hour, or of a day in whole hours."""
    minutes = every // timedelta(minutes=1)
    whole = every == timedelta(minutes=minutes)
    if whole and ((0 < minutes < _HOUR and _HOUR % minutes == 0) or _hours(minutes)):
        return minutes
    raise InputError("that is no even part of an hour or a day", hint="for example --every 5m, 10m, 15m, 30m, 1h or 6h")


def _hours(minutes: int) -> int:
    """Whole hours that divide a day, else 0."""
    hours, rest = divmod(minutes, _HOUR)
    return hours if not rest and 0 < hours <= _DAY and _DAY % hours == 0 else 0


def _schedule(every: timedelta) -> str:
    minutes = _minutes(every)
    hours = _hours(minutes)
    if hours:
        return f"0 {'*' if hours == 1 else 0 if hours == _DAY else f'*/{hours}'} * * *"
    return f"{'*' if minutes == 1 else f'*/{minutes}'} * * * *"


def _calendar(every: timedelta) -> str:
    minutes = _minutes(every)
    hours = _hours(minutes)
    return f"*-*-* {f'0/{hours}' if hours else '*'}:{'00' if hours else f'0/{minutes}'}:00"


def _quoted(word: str) -> str:
    """A word of a unit (systemd.syntax): nothing in it is a specifier, an escape or the end of it."""
    _refuse_line_ends((word,))
    return '"' + word.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%") + '"'


def _refuse_line_ends(words: tuple[str, ...]) -> None:
    for word in words:
        if any(character in word for character in "\n\r\0"):
            raise InputError(f"{word!r} holds a line end, which neither cron nor systemd can be told")
