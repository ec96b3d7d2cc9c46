"""How one calendar is synced in one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from deadlines.core.settings import Mode


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`run` is the journal's number for all that is changed here, `now` aware in UTC, `timer` counts seconds.

    `full` lists everything, whatever the mark says. `allow_deletes` deletions on a side are fine with the guard. `connections` is
    how many writes run at once, unless more of them pay. `display_name` is by what the collection was found, to be remembered
    with where it is. `progress` hears what was read or written (`"read"`, `"written"`), how much of it so far, and of how much;
    0 where that is not known yet.
    """

    run: int
    now: datetime
    timer: Callable[[], float]
    mode: Mode = Mode.TWO_WAY
    full: bool = False
    allow_deletes: int = 0
    connections: int = 4
    display_name: str = ""
    progress: Callable[[str, int, int], None] = _silent
