"""Running a program: without a shell, without input from a terminal, and not for ever."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from deadlines.errors import ProgramFailed

SECONDS: Final = 30.0
_SAID: Final = 300


def run(
    words: Sequence[str],
    *,
    given: bytes = b"",
    environ: Mapping[str, str],
    allowed: Sequence[int] = (0,),
    seconds: float = SECONDS,
) -> tuple[int, bytes]:
    """The status of a program and what it printed. `ProgramFailed` where it cannot be run, takes too long or ends otherwise."""
    program = words[0]
    try:
        done = subprocess.run(words, check=False, input=given, capture_output=True, env=dict(environ), timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(program, f"it did not end within {seconds:g} s") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no command"
        raise ProgramFailed(program, f"it cannot be run ({reason.lower()})") from None
    if done.returncode not in allowed:
        said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())[:_SAID]
        raise ProgramFailed(program, f"it ended with status {done.returncode}" + (f": {said}" if said else ""))
    return done.returncode, done.stdout
