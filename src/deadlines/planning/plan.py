"""Planning: when to work on what, and where that cannot be, the proof.

The theory holds for the free time there is, with work that may be interrupted at any second. On `FreeTime`'s clock that is one
machine with releases, targets and dependencies, for which `edf` finds a schedule whenever there is one, and `proof` an interval
that asks for too much whenever there is none. It costs O(n log n) for `n` jobs, and the same jobs always give the same plan.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from deadlines.core.span import Span
from deadlines.planning.edf import Schedule, schedule
from deadlines.planning.free import FreeTime, seconds
from deadlines.planning.job import Deficit, Job, Late, Plan, Slot
from deadlines.planning.order import NEVER, Problem, problem
from deadlines.planning.proof import Overload, overloads

_NONE = timedelta()


def plan(jobs: Sequence[Job], free: Iterable[Span], *, now: datetime, smallest_piece: timedelta = _NONE) -> Plan:
    """The plan for `jobs` in the `free` time from `now` on, which is sorted and disjoint.

    `free` must reach beyond the targets: what is due after it and does not fit into it counts as late. No piece is shorter than
    `smallest_piece` but the last of a job; unless that made something late, then hours go before comfort.
    """
    time = FreeTime(free, now=now)
    jobs = sorted(jobs, key=lambda job: (job.order, job.uid))
    posed = problem(jobs, time)
    ranked = [jobs[number] for number in posed.ranked]
    found = schedule(posed, time.bounds)
    late = _late(posed, found)
    shown = found
    if smallest_piece:
        tidy = schedule(posed, time.bounds, smallest=seconds(smallest_piece))
        shown = tidy if _late(posed, tidy) == late else found
    slots = [
        Slot(ranked[rank].uid, time.instant(place, start), time.instant(place, end)) for rank, place, start, end in shown.pieces
    ]
    lasts = {slot.uid: slot.end for slot in slots}
    done = ((ranked[rank].uid, end) for rank, end in enumerate(shown.ends) if end is not None)
    ends = {uid: lasts.get(uid) or time.end(end) for uid, end in done}
    missed = sorted(
        (Late(job.uid, target, ends.get(job.uid)) for rank in late if (target := (job := ranked[rank]).target) is not None),
        key=attrgetter("target"),
    )
    return Plan(
        slots=tuple(slots),
        late=tuple(missed),
        deficits=tuple(_deficits(missed, ranked, posed, time)) if late else (),
        ends=ends,
        circles=posed.circles,
    )


def _late(posed: Problem, found: Schedule) -> list[int]:
    """The ranks of the jobs that miss their own target."""
    return [
        rank for rank, (end, own) in enumerate(zip(found.ends, posed.own, strict=True)) if (NEVER if end is None else end) > own
    ]


def _deficits(missed: Sequence[Late], ranked: Sequence[Job], posed: Problem, time: FreeTime) -> Iterator[Deficit]:
    """One for each target that a job misses, in order."""
    firsts = {late.target: late.uid for late in missed}
    instants = [int(target.timestamp()) for target in firsts]
    targets = [(time.upto(instant), instant) for instant in instants]
    found = [overload for overload in overloads(posed, targets) if overload is not None]  # none is: they are late
    competing = _Competing(posed)
    sizes = [competing.size(overload) for overload in found]
    shared = {since: (time.begin(since), tuple(ranked[rank].uid for rank in ranks)) for since, ranks in competing.ranks.items()}
    for (target, first), overload, size in zip(firsts.items(), found, sizes, strict=True):
        since, among = shared[overload.since]
        yield Deficit(
            target=target,
            since=since,
            need=timedelta(seconds=overload.need),
            have=timedelta(seconds=max(overload.target - overload.since, 0)),
            first=first,
            among=among,
            size=size,
        )


class _Competing:
    """Who needs the time of an interval. Intervals that begin together share what they have in common, so that all cost little.

    Targets come in order. Nobody due before an interval begins can be in it, but for the few that are due before they can begin.
    """

    def __init__(self, posed: Problem) -> None:
        self._posed = posed
        self._odd = [rank for rank, key in enumerate(posed.keys) if posed.work[rank] and key[0] <= posed.release[rank]]
        self._seen: dict[int, int] = {}
        self.ranks: dict[int, list[int]] = {}

    def size(self, overload: Overload) -> int:
        """How many of `ranks[overload.since]` need the time of this overload; later ones may be added to them."""
        posed, since = self._posed, overload.since
        if since not in self.ranks:
            start = min(bisect_right(posed.keys, (since, NEVER, 0, 0)), overload.size)
            self.ranks[since] = [rank for rank in self._odd if rank < start and posed.release[rank] >= since]
            self._seen[since] = start
        found = range(self._seen[since], overload.size)
        self.ranks[since] += [rank for rank in found if posed.release[rank] >= since and posed.work[rank]]
        self._seen[since] = max(overload.size, self._seen[since])
        return len(self.ranks[since])
