"""What a failure says and which exit code it gives: one row per class of `deadlines.errors`.

`code` in JSON is stable. A row holds for the classes below it that have none of their own. Hints may name attributes of
the error in braces. Loaded only when something failed.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from deadlines import errors
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options
from deadlines.cli.output import say, show_json
from deadlines.cli.root import PROGRAM
from deadlines.core.display import clean

ROWS: Mapping[type[BaseException], tuple[str, Exit, str]] = {
    errors.ConfigError: ("config", Exit.CONFIG, "correct {path}, then run `deadlines doctor`"),
    errors.NotConfigured: ("not-configured", Exit.CONFIG, ""),
    errors.InputError: ("input", Exit.USAGE, ""),
    errors.UnknownName: ("unknown-name", Exit.USAGE, ""),
    errors.AmbiguousInput: ("ambiguous", Exit.USAGE, ""),
    errors.Refused: ("refused", Exit.USAGE, ""),
    errors.CodecError: ("unreadable", Exit.LOOK, "nothing was changed; the text is kept as it is"),
    errors.StoreError: ("store", Exit.CONFIG, "`deadlines doctor` checks the database"),
    errors.StoreBusy: ("store-busy", Exit.LATER, "another `deadlines` is at work; run this again when it is done"),
    errors.StoreNewer: ("store-newer", Exit.CONFIG, "install the newest version of deadlines; the database was not touched"),
    errors.PublishingFailed: (
        "feed",
        Exit.CONFIG,
        "see to the folder, or give the feed another path; then run `deadlines feed write`",
    ),
    errors.ProgramFailed: (
        "program",
        Exit.CONFIG,
        "run it by hand to see why; `deadlines cron show` prints what to install",
    ),
    errors.GuardTripped: (
        "guard",
        Exit.GUARD,
        "look at the server first; if the deletions are meant: deadlines sync --calendar {calendar} --allow-deletes {deletes}",
    ),
    errors.StoreBroken: ("store-broken", Exit.CONFIG, "`deadlines doctor` looks closer, `deadlines restore FILE` takes a backup"),
    errors.StoreFull: ("store-broken", Exit.CONFIG, "make room on the disk, then run this again; nothing is lost"),
    errors.StoreReadOnly: (
        "store-broken",
        Exit.CONFIG,
        "let yourself write to the folder, or set DEADLINES_DATA to another one; reading takes that, too",
    ),
    errors.RemoteError: ("remote", Exit.PARTIAL, "`deadlines doctor` shows what the server can do"),
    errors.Unreachable: ("unreachable", Exit.LATER, "check the network and the url of the account, then run this again"),
    errors.Untrusted: ("untrusted", Exit.CONFIG, "nothing was sent; have the server's certificate mended, then run this again"),
    errors.TryLater: ("try-later", Exit.LATER, "run this again later; nothing is lost"),
    errors.CredentialsRefused: (
        "credentials",
        Exit.CONFIG,
        "check the account's username and password, then run `deadlines doctor`",
    ),
    errors.CollectionMissing: (
        "collection-missing",
        Exit.CONFIG,
        "`deadlines account discover NAME` lists the calendars there are",
    ),
    errors.CollectionVanished: (
        "collection-vanished",
        Exit.GUARD,
        "look at the server; `deadlines account discover NAME` lists what there is: give calendar {calendar} its new path there",
    ),
    errors.NotCalDAV: (
        "not-caldav",
        Exit.CONFIG,
        "check the account's url; `deadlines account discover NAME` shows what was tried",
    ),
    errors.PreconditionFailed: ("changed-meanwhile", Exit.LATER, "run `deadlines sync` to see the change, then run this again"),
    errors.ReadOnlyCollection: ("read-only", Exit.PARTIAL, 'give the calendar mode = "read-only" in the configuration'),
    errors.Rejected: ("rejected", Exit.PARTIAL, "`deadlines doctor` shows what the server accepts"),
    errors.MailError: ("mail", Exit.PARTIAL, "check [mail] in the configuration"),
    errors.MailLater: ("mail-later", Exit.LATER, "run this again later; nothing was sent"),
    errors.MailRefused: ("mail-refused", Exit.PARTIAL, "nothing was sent; check [mail] and the addresses in the configuration"),
    errors.MailUncertain: ("mail-uncertain", Exit.PARTIAL, "look whether it arrived before you send it again"),
    errors.DeadlinesError: ("failed", Exit.BUG, ""),
    click.exceptions.NoSuchCommand: ("unknown-name", Exit.USAGE, ""),
    click.ClickException: ("usage", Exit.USAGE, ""),
    click.Abort: ("interrupted", Exit.INTERRUPTED, ""),
    KeyboardInterrupt: ("interrupted", Exit.INTERRUPTED, ""),
    EOFError: ("interrupted", Exit.INTERRUPTED, ""),
    OSError: ("system", Exit.CONFIG, ""),
    BaseException: ("bug", Exit.BUG, "this is our mistake: please report it with the output of the same command and -vv"),
}
_PACKAGE = Path(__file__).parent.parent
_FACTS = ("nearest", "readings", "retry_after", "status", "path", "line")
"""Attributes of errors that JSON carries along."""

_SECRETS = re.compile(
    r"(?P<before>://)[^/\s@]+(?=@)"  # user:password@host
    r"|(?P<header>\b(?:Authorization|Cookie)['\"]?\s*[:=]\s*['\"]?(?:Basic|Bearer|Digest)?\s*)[^\s'\"]+"
    r"|(?P<name>\b(?:password|passwd|token|secret)['\"]?\s*[:=]\s*['\"]?)[^\s'\",)]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as it is told. `lines` follow the message in text; JSON has them among the facts."""

    code: str
    exit: Exit
    message: str
    hint: str = ""
    lines: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    def of(self, whose: str) -> Failure:
        """The same, where it must be said what failed."""
        return replace(self, message=f"{whose}: {self.message}" if whose else self.message)

    def tell(self) -> None:
        """Say it on stderr."""
        for line in (f"error: {self.message}", *(f"  {line}" for line in self.lines)):
            say(line)
        if self.hint:
            say(f"hint: {self.hint}")

    def as_json(self) -> dict[str, object]:
        """What JSON has under `error`, without the facts."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


def report(error: BaseException, arguments: Sequence[str]) -> Exit:
    """Tell `error` on stderr and, if `--json` is among the arguments, on stdout; return the exit code.

    The arguments are looked at as typed, because the error may be that they cannot be parsed.
    """
    typed = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    failure = explain(error)
    failure.tell()
    if failure.exit is Exit.BUG and _verbosity(typed) >= 2:  # noqa: PLR2004 # -vv
        for text in traceback.format_exception(error):
            sys.stderr.writelines(clean(line) + "\n" for line in without_secrets(text).splitlines())
    if "--json" in typed:
        show_json({"error": failure.as_json() | dict(failure.facts)})
    return failure.exit


def tell_failures(options: Options, failures: Iterable[Failure]) -> None:
    """Say what a report says too, on stderr, unless its reader sees it there."""
    if options.json or not _one_reader():
        for failure in failures:
            failure.tell()


def _one_reader() -> bool:
    """Whether stdout and stderr lead to one place, such as a terminal."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or none of the system's
        return False


def explain(error: BaseException) -> Failure:
    """What is said about `error`, free of secrets."""
    code, exit_code, hint = next(ROWS[kind] for kind in type(error).__mro__ if kind in ROWS)
    own_hint = getattr(error, "hint", "")
    facts = {name: value for name in _FACTS if isinstance(error, errors.DeadlinesError) and (value := getattr(error, name, None))}
    lines: tuple[str, ...] = ()
    match error:
        case errors.ConfigError():
            message, lines = f"{error.path} cannot be used", error.problems  # our own words, which quote no secret
        case click.exceptions.NoSuchCommand():
            message = f"unknown command: {error.command_name}"
            own_hint = _did_you_mean(error.possibilities) or _help_of(error)
        case click.NoSuchOption():
            message = _sentence(error.message)
            own_hint = _did_you_mean(error.possibilities) or _help_of(error)
        case click.UsageError():
            message, own_hint = _sentence(error.format_message()), _help_of(error)
            if message.startswith("got unexpected extra argument"):
                own_hint = f'what contains blanks is put in quotes, such as "Landing page"; {own_hint}'
        case click.ClickException():
            message = _sentence(error.format_message())
        case errors.DeadlinesError():
            message = str(error)
        case KeyboardInterrupt() | click.Abort() | EOFError():
            message = "interrupted"
        case OSError() if error.strerror:
            message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        case _:
            message = f"unexpected {type(error).__name__}{_place(error)}"
    if lines:
        facts["problems"] = lines
    return Failure(
        code=code,
        exit=exit_code,
        message=without_secrets(message),
        hint=without_secrets(str(own_hint or hint.format_map(vars(error) if hint else {}))),
        lines=lines,
        facts=facts,
    )


def without_secrets(text: str) -> str:
    """`text` with passwords, tokens and credentials in URLs and headers replaced by `***`."""
    return _SECRETS.sub(lambda match: (match["before"] or match["header"] or match["name"]) + "***", text)


def _sentence(message: str) -> str:
    """A sentence of click's as we write messages: on one line, lower case, without a full stop."""
    message = (
        " ".join(message.split()).replace("a valid integer range", "a whole number").replace("a valid integer", "a whole number")
    )
    return message[:1].lower() + message[1:].removesuffix(".")


def _did_you_mean(names: Sequence[str] | None) -> str:
    return f"did you mean {' or '.join(names)}?" if names else ""


def _help_of(error: click.UsageError) -> str:
    return f"`{error.ctx.command_path if error.ctx else PROGRAM} --help` shows what there is"


def _place(error: BaseException) -> str:
    """Where our code was when it happened; the message of a foreign error may hold private data, the place does not."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(_PACKAGE))]
    return f" in {Path(ours[-1].filename).relative_to(_PACKAGE)}, line {ours[-1].lineno}" if ours else ""


def _verbosity(typed: Sequence[str]) -> int:
    """How often -v was typed, also as -vv or --verbose."""
    short = sum(word.count("v") for word in typed if re.fullmatch(r"-[vq]+", word))
    return short + typed.count("--verbose")
