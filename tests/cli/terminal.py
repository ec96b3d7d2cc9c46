"""A person at a terminal: the program on a pseudo-terminal, with answers typed as the questions come."""

from __future__ import annotations

import os
import pty
import select
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fcntl import ioctl

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that reached the terminal, and the exit code."""

    screen: str
    code: int


def at_terminal(
    environment: Mapping[str, str], *arguments: str, answers: Sequence[tuple[str, str]] = (), columns: int = 80
) -> Seen:
    """Run `deadlines`; each time the screen shows a question, type its answer. Unasked questions fail the test."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "deadlines", *arguments], {**environment, "TERM": "xterm"})  # noqa: S606 # no shell is what we want
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    seen, open_questions, looked = "", list(answers), 0
    while (text := _read(terminal)) is not None:
        seen += text
        while open_questions and (at := seen.find(open_questions[0][0], looked)) >= 0:
            looked = at + len(open_questions[0][0])
            os.write(terminal, open_questions.pop(0)[1].encode() + b"\n")
    os.close(terminal)
    _, status = os.waitpid(child, 0)

    assert open_questions == [], seen
    return Seen(seen.replace("\r\n", "\n"), os.waitstatus_to_exitcode(status))


def _read(terminal: int) -> str | None:
    ready, _, _ = select.select([terminal], [], [], _SECONDS)
    assert ready, "nothing happened on the terminal"
    try:
        data = os.read(terminal, 65536)
    except OSError:  # Linux's end of file on a terminal
        return None
    return data.decode(errors="replace") if data else None
