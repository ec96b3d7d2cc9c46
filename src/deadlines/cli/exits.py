"""What the exit code tells a script."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """A command returns one of these; None is `FINE`."""

    FINE = 0
    LOOK = 1
    """Findings or conflicts to look at."""
    USAGE = 2
    BUG = 3
    CONFIG = 4
    """Configuration, credentials, or the machine: nothing works until somebody changes something."""
    PARTIAL = 5
    GUARD = 6
    LATER = 75
    """Try later: EX_TEMPFAIL of sysexits.h."""
    INTERRUPTED = 130
    """SIGINT, as shells count it."""
    PIPE_CLOSED = 141
    """Whoever read our output went away: SIGPIPE, as shells count it. Nothing is printed, as other tools do."""
