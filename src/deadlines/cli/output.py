"""Where output goes: results to stdout, everything else to stderr, and only what the reader can take.

On a terminal no line is wider than it: what a renderer did not wrap its own way goes on in the next line, a little further in.
In a pipe lines are as they are, for scripts rely on them; and so is everywhere what is meant to be copied.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

import click

from deadlines.cli.options import Color, Options
from deadlines.cli.table import Screen
from deadlines.core.display import clean, cut, width
from deadlines.errors import Refused

VERSION = 1
"""Of the shape of every JSON answer: fields are added, never removed."""
_WIPE = "\r\x1b[K"


def show(options: Options, *, as_json: Callable[[], Mapping[str, object]], as_text: Callable[[Screen], str]) -> None:
    """Print a result: one JSON object with `--json`, else the text, which ends in a newline and is clean."""
    if options.json:
        show_json(as_json())
    else:
        seen = screen(options)
        sys.stdout.write(_fitted(as_text(seen), seen))


def show_exactly(options: Options, *, as_json: Callable[[], Mapping[str, object]], as_text: Callable[[Screen], str]) -> None:
    """Print a result that is there to be copied, such as a file: no line of it is broken."""
    if options.json:
        show_json(as_json())
    else:
        sys.stdout.write(as_text(screen(options)))


def show_json(answer: Mapping[str, object]) -> None:
    """Print `{"version": 1, ...}` on one line, in ASCII, so that every string arrives exactly in every locale."""
    from deadlines.core.json_text import dumps  # noqa: PLC0415 # text output is spared it

    sys.stdout.write(dumps({"version": VERSION, **answer}) + "\n")


def note(options: Options, message: str) -> None:
    """Tell the person, on stderr, what is not part of the result; `--quiet` silences it."""
    if not options.quiet:
        say(message)


def detail(options: Options, message: str) -> None:
    """Tell the person, on stderr, what only `--verbose` asks for."""
    if options.verbose:
        say(message)


def say(message: str) -> None:
    """One line, or as many as a terminal needs for it, on stderr."""
    seen = Screen(columns=_columns(sys.stderr))
    sys.stderr.write(_fitted(clean(message) + "\n", seen))


def confirm(options: Options, question: str) -> None:
    """Go on if `question` (`Remove 3 tasks?`) is answered with yes, which `--yes` does; raise Refused if not.

    Where nobody can answer, nothing is asked and nothing is done.
    """
    if options.yes:
        return
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise Refused(f"{clean(question)} nobody is there to answer", hint="add --yes to answer yes to every question")
    if not click.confirm(clean(question), err=True):
        raise Refused("not confirmed, nothing was changed")


@contextmanager
def progress(options: Options) -> Iterator[Callable[[str], None]]:
    """One line on stderr that tells how far a long work is, if that is a terminal; it disappears. Yields `tell(how far)`."""
    if options.quiet or options.json or not sys.stderr.isatty():
        yield lambda _: None
        return
    drawn = ""

    def tell(how_far: str) -> None:
        nonlocal drawn
        if how_far != drawn:
            drawn = how_far
            sys.stderr.write(f"{_WIPE}{cut(clean(how_far), shutil.get_terminal_size().columns - 1, '...')}")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        sys.stderr.write(_WIPE if drawn else "")
        sys.stderr.flush()


def screen(options: Options) -> Screen:
    """What the reader of stdout can see."""
    return Screen(
        columns=_columns(sys.stdout),
        colored=is_colored(options.color, sys.stdout, os.environ),  # noqa: TID251 # TERM and its like configure nothing
        headings=not options.quiet,
        ellipsis="…" if _can_print("…", sys.stdout) else "...",
    )


def is_colored(color: Color, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour: what was typed, else NO_COLOR, else FORCE_COLOR, else a terminal that is not dumb."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def _columns(stream: TextIO) -> int | None:
    return shutil.get_terminal_size().columns if stream.isatty() else None


def _fitted(text: str, seen: Screen) -> str:
    """`text`, its lines that are too wide in several, two blanks further in."""
    if seen.columns is None:
        return text
    lines = list[str]()
    for line in text.split("\n"):
        if width(line) <= seen.columns:
            lines.append(line)
        else:
            lines += seen.wrapped(line, rest=" " * (len(line) - len(line.lstrip(" ")) + 2))
    return "\n".join(lines)


def _can_print(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
