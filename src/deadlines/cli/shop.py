"""What a command takes its adapters from."""

from __future__ import annotations

import shlex
import sys

from deadlines.cli.options import Options
from deadlines.cli.output import note
from deadlines.wiring import Workshop

_LONGEST = 200
_UNTOLD = frozenset(("--json", "--yes", "-q", "--quiet", "-v", "--verbose", "--color", "auto", "always", "never"))
"""What a command was told about its output says nothing about what it did."""


def workshop(options: Options) -> Workshop:
    """The adapters for one command; the journal remembers what was typed."""
    typed = shlex.join(word for word in sys.argv[1:] if word not in _UNTOLD)
    typed = typed if len(typed) <= _LONGEST else typed[: _LONGEST - 1] + "…"
    return Workshop(typed, config=options.config, tell=lambda line: note(options, line))
