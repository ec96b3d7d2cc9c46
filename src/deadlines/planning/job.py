"""What is to be done, and what came of planning it: the values that everything here takes and gives.

Instants are aware in UTC. Planning counts whole seconds and cuts fractions off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

_NOTHING = timedelta()


class Job(NamedTuple):
    """Work for one worker who may put it down and take it up again. A named tuple, as `Index`: there may be 10,000.

    `uid` is unique among the jobs of a plan, `work` what is left to be done. `due` is what was promised, `buffer` how much
    earlier it is to be done; without a due it waits for whatever has one. It can be begun at `release` (None: at once) and when
    all of `after` are done; UIDs of no job are done already. Without work it is done when those are. Ties go by `priority`
    (RFC 5545 §3.8.1.9: 1 first, 9 last, 0 after them), then `order`. `guessed`: nobody said how long it takes.
    """

    uid: str
    work: timedelta
    due: datetime | None = None
    buffer: timedelta = _NOTHING
    release: datetime | None = None
    priority: int = 0
    order: int = 0
    summary: str = ""
    client: str = ""
    guessed: bool = False
    after: tuple[str, ...] = ()

    @property
    def target(self) -> datetime | None:
        """The instant by which it is to be done: the due less the buffer."""
        return None if self.due is None else self.due - self.buffer


class Slot(NamedTuple):
    """One piece of work on one job, from `start` until just before `end`."""

    uid: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is worked on."""
        return self.end - self.start


class Late(NamedTuple):
    """A job that is not done by its target. `end` is when it will be; None: not in the time that was planned."""

    uid: str
    target: datetime
    end: datetime | None


MOST_NAMED = 100
"""So many of the jobs of a deficit are named where it is told: in a year that is overbooked each due date has all before it."""


class Deficit(NamedTuple):
    """Why a target is missed, whatever the plan: jobs that can only be worked on in `[since, target)` need more time than it has.

    `first` is the first to fall: of those due at `target` the least urgent one, which is late as long as any of them is. `among`
    begins with the `size` jobs that need the time; deficits share it.
    """

    target: datetime
    since: datetime
    need: timedelta
    have: timedelta
    first: str
    among: tuple[str, ...]
    size: int

    @property
    def tasks(self) -> tuple[str, ...]:
        """The jobs that need the time."""
        return self.among[: self.size]

    @property
    def missing(self) -> timedelta:
        """How much time there is too little."""
        return self.need - self.have


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When to work on what. `ends` says when each job is done, but for those that do not fit into the time there was.

    `late` and `deficits` go by target; each late job has a deficit at its target. `circles` are jobs that wait for themselves,
    each named as a path that ends where it begins; the last step of each was disregarded.
    """

    slots: tuple[Slot, ...]
    late: tuple[Late, ...]
    deficits: tuple[Deficit, ...]
    ends: Mapping[str, datetime]
    circles: tuple[tuple[str, ...], ...]

    @property
    def feasible(self) -> bool:
        """Whether every job is done by its target. If not, no other plan does it either."""
        return not self.late
