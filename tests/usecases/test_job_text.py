from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import InputError, Refused
from deadlines.usecases.job_text import (
    BEGIN,
    END,
    SERVICE,
    TIMER,
    Job,
    block_of,
    crontab_block,
    crontab_line,
    program_of,
    schedule_of,
    service,
    timer,
    with_block,
    without_block,
)

QUARTER = timedelta(minutes=15)
JOB = Job(words=("/opt/my tools/deadlines", "cron", "run", "--at", "08:00"), every=QUARTER, environ={"PATH": "/usr/bin:/bin"})
ODD = "a b'c\"d\\e$HOME `id` %d %% ${x} $(id) ; & | < > * ? ~ # ! é"
WORDS = st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
LINES = st.lists(
    st.text(st.characters(exclude_characters="\n"), max_size=20).filter(lambda line: line.strip() not in {BEGIN, END})
)


def test_the_block_is_a_line_between_two_marks() -> None:
    assert crontab_block(JOB) == (
        f"{BEGIN}\n*/15 * * * * env PATH=/usr/bin:/bin '/opt/my tools/deadlines' cron run --at 08:00\n{END}\n"
    )


@given(LINES, LINES)
def test_other_lines_stay_byte_for_byte(before: list[str], after: list[str]) -> None:
    text = "".join(f"{line}\n" for line in before)
    rest = "".join(f"{line}\n" for line in after)
    block = crontab_block(JOB)

    installed = with_block(text, block)

    assert installed == text + block
    assert with_block(installed, block) == installed
    assert without_block(installed) == text
    other = crontab_block(Job(words=("other",), every=QUARTER))
    assert with_block(installed + rest, other) == text + other + rest
    assert without_block(installed + rest) == text + rest
    assert block_of(installed + rest) == block


def test_a_last_line_without_an_end_gets_one() -> None:
    assert with_block("@daily backup", crontab_block(JOB)) == "@daily backup\n" + crontab_block(JOB)


@pytest.mark.parametrize("text", [BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_block_that_is_not_whole_is_left_alone(text: str) -> None:
    with pytest.raises(Refused, match="is not whole"):
        with_block(text, crontab_block(JOB))
    with pytest.raises(Refused, match="is not whole"):
        without_block(text)


def as_cron_runs(line: str) -> list[str]:
    """The words that a program is started with: cron ends a command at a bare percent sign, and gives it to the shell."""
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    shown = command.replace(r"\%", "%").replace("env ", "printf '%s\\0' ", 1)
    printed = subprocess.run(["/bin/sh", "-c", shown], check=True, capture_output=True, env={}).stdout
    return printed.decode("utf-8").split("\0")[:-1]


@pytest.mark.parametrize("odd", [ODD, "50% off", "-n", "~/x"])
def test_the_shell_sees_every_word_as_it_is(odd: str) -> None:
    job = Job(words=(odd, "cron", "run"), every=QUARTER, environ={"DEADLINES_DATA": odd})

    assert as_cron_runs(crontab_line(job)) == [f"DEADLINES_DATA={odd}", odd, "cron", "run"]


@pytest.mark.parametrize(
    ("minutes", "schedule", "calendar"),
    [
        (1, "* * * * *", "*-*-* *:0/1:00"),
        (5, "*/5 * * * *", "*-*-* *:0/5:00"),
        (30, "*/30 * * * *", "*-*-* *:0/30:00"),
        (60, "0 * * * *", "*-*-* 0/1:00:00"),
        (360, "0 */6 * * *", "*-*-* 0/6:00:00"),
        (1440, "0 0 * * *", "*-*-* 0/24:00:00"),
    ],
)
def test_schedules_are_even(minutes: int, schedule: str, calendar: str) -> None:
    job = Job(words=("x",), every=timedelta(minutes=minutes))

    assert crontab_line(job) == f"{schedule} env x"
    assert f"OnCalendar={calendar}\n" in timer(job)


@pytest.mark.parametrize(
    "every", [timedelta(), timedelta(seconds=90), timedelta(minutes=7), timedelta(minutes=90), timedelta(days=2)]
)
def test_an_uneven_schedule_is_refused(every: timedelta) -> None:
    with pytest.raises(InputError, match="no even part of an hour or a day"):
        crontab_line(Job(words=("x",), every=every))


@pytest.mark.parametrize("text", [crontab_line, service])
def test_a_line_end_is_refused(text: object) -> None:
    assert callable(text)
    with pytest.raises(InputError, match="holds a line end"):
        text(Job(words=("a\nb",), every=QUARTER))


def test_a_line_that_is_too_long_for_cron_is_refused() -> None:
    with pytest.raises(InputError, match="longer than a crontab takes"):
        crontab_line(Job(words=("x" * 1000,), every=QUARTER))


def unquoted(text: str, name: str) -> list[str]:
    """The words of a setting, as systemd.syntax(7) and systemd.unit(5) read them."""
    (value,) = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
    words = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', value)
    assert " ".join(f'"{word}"' for word in words) == value
    plain = [re.sub(r"\\(.)", r"\1", word) for word in words]
    return [re.sub(r"%%", "%", word) for word in plain]


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_systemd_sees_every_word_as_it_is(words: list[str]) -> None:
    text = service(Job(words=tuple(words), every=QUARTER, environ={"X": words[0]}))

    assert [word.replace("$$", "$") for word in unquoted(text.replace("=/usr/bin/env ", "="), "ExecStart")] == words
    assert unquoted(text, "Environment") == [f"X={words[0]}"]


@pytest.mark.parametrize("odd", [ODD, "/usr/bin/deadlines", "X=1 y"])
@pytest.mark.parametrize("written", [crontab_block, service])
def test_what_is_installed_names_its_program(written: Callable[[Job], str], odd: str) -> None:
    job = Job(words=(f"/{odd}", "cron", "run"), every=QUARTER, environ={"DEADLINES_DATA": odd})

    assert program_of("# env\n" + written(job)) == f"/{odd}"


def test_what_is_installed_tells_its_schedule() -> None:
    assert schedule_of(crontab_block(JOB)) == "*/15 * * * *"
    assert schedule_of(service(JOB) + timer(JOB)) == "*-*-* *:0/15:00"
    assert (program_of("odd env 'x"), schedule_of("odd")) == ("", "at no time")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("odd", ["plain", ODD.replace("/", "")])
def test_systemd_accepts_the_units(tmp_path: Path, odd: str) -> None:
    program = tmp_path / odd / "deadlines"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    job = Job(words=(str(program), "cron", "run", "--at", "08:00"), every=QUARTER, environ={"PATH": odd, "DEADLINES_DATA": odd})
    for name, text in ((SERVICE, service(job)), (TIMER, timer(job))):
        (tmp_path / name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(tmp_path / TIMER), str(tmp_path / SERVICE)],
        check=False, capture_output=True, encoding="utf-8",
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
