"""The outermost edge: runs the command line and turns whatever happens into an exit code.

click's own `main` is not used, because it exits 1 on a closed pipe and prints errors its own way.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence

import click

from deadlines.cli.exits import Exit
from deadlines.cli.root import PROGRAM, root

GARBAGE = (1_000_000, 20, 100)
"""A list, a check or a download of 10,000 makes values that hold no cycles: looking through them every 700 costs a tenth to a
fifth of it, and still a twentieth every 50,000.
"""
_COMPLETE_VARIABLE = "_DEADLINES_COMPLETE"


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(*GARBAGE)
    _prepare_streams()
    instruction = os.environ.get(_COMPLETE_VARIABLE)  # noqa: TID251 # click's protocol with the shell, not configuration
    code = _complete(instruction) if instruction else run(sys.argv[1:])
    gc.freeze()  # or the interpreter would look for cycles in all that is about to vanish, which takes it 10 ms
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command, its output flushed. Never raises."""
    try:
        code = _invoke(arguments)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 # the outermost edge
        code = _failed(error, arguments)
    return _flushed(code, arguments)


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete  # noqa: PLC0415 # only when a shell asks

    return shell_complete(root, {}, PROGRAM, _COMPLETE_VARIABLE, instruction)


def _invoke(arguments: Sequence[str]) -> int:
    try:
        with root.make_context(PROGRAM, list(arguments)) as context:
            return int(root.invoke(context) or Exit.FINE)
    except click.exceptions.Exit as error:  # --help, --version
        return error.exit_code


def _failed(error: BaseException, arguments: Sequence[str]) -> int:
    """The exit code of a failure, reported unless it is the reader of our output that failed."""
    if isinstance(error, BrokenPipeError) and _is_our_output(error):
        _discard_output()
        return Exit.PIPE_CLOSED
    from deadlines.cli.errors import report  # noqa: PLC0415 # success is spared it

    try:
        return report(error, arguments)
    except OSError:  # nobody listens on stderr or stdout
        _discard_output()
        return Exit.PIPE_CLOSED


def _is_our_output(error: BrokenPipeError) -> bool:
    """Whether it was our output that broke, which only the command line writes, rather than a pipe or socket of an adapter."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    writer = trace.tb_frame.f_globals["__name__"] if trace is not None else ""
    return bool(writer.startswith(("deadlines.cli.", "click.")))


def _flushed(code: int, arguments: Sequence[str]) -> int:
    """`code`, or what became of it when the last of the output could not be written."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        _discard_output()
        if error.errno == errno.EPIPE:
            return Exit.PIPE_CLOSED
        return _failed(error, arguments)
    return code


def _discard_output() -> None:
    """Point stdout at nothing, so that the interpreter's own flush at exit stays quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _prepare_streams() -> None:
    """Make every text printable whatever the locale; a stream that the caller closed becomes one to nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 # lives as long as the process
        else:
            stream.reconfigure(errors="backslashreplace")
