"""How likely each due date is to be kept, if work takes as much longer than estimated as it did in the past.

Each of many runs draws for every job the ratio of time spent to estimate of some finished task of its client, and does the work
in the order of the plan: the most urgent of what can be begun first, whatever it takes. The part of the runs in which a job is
done by its due is the answer. Ratios are drawn independently of each other, so that a bad month, which makes everything take
longer at once, is not foreseen. Draws come from a seed: the same data gives the same odds.

A run need not plan. On `FreeTime`'s clock nothing is ever in the way but more urgent work, and who is more urgent is known; so
jobs that can be begun now end at the running sums of their work, in C, and only those that are released later are looked at one
by one: from its release on such a job pushes all less urgent work back by what it takes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from itertools import accumulate, islice
from math import inf
from operator import add, itemgetter, le, mul
from random import Random
from typing import NamedTuple, cast

from deadlines.core.effort import ENOUGH
from deadlines.core.span import Span
from deadlines.planning.free import FreeTime
from deadlines.planning.job import Job
from deadlines.planning.order import NEVER, Problem, problem

RUNS = 2_000
_SEED = 5545
_EVERYBODY = "*"
"""No client's key."""
_HALF = 0.5
"""Of a second: what running sums of fractions may be off."""


class Odds(NamedTuple):
    """The chance, from 0 to 1, that each job with a due is done by it. `pooled` are clients judged by everybody's history.

    `samples` is how many finished tasks there were; without `ENOUGH` of them there are no chances.
    """

    chances: Mapping[str, float]
    runs: int
    samples: int
    pooled: tuple[str, ...]


def odds(
    jobs: Sequence[Job],
    free: Iterable[Span],
    *,
    now: datetime,
    ratios: Mapping[str, Sequence[float]],
    runs: int = RUNS,
    seed: int = _SEED,
) -> Odds:
    """The odds of every due date. `ratios` are of time spent to estimate, of finished tasks, by client."""
    everybody = [ratio for client in sorted(ratios) for ratio in ratios[client]]
    pooled = tuple(sorted({job.client for job in jobs if len(ratios.get(job.client, ())) < ENOUGH}))
    if len(everybody) < ENOUGH or not jobs:
        return Odds({}, runs, len(everybody), pooled)
    time = FreeTime(free, now=now)
    jobs = sorted(jobs, key=lambda job: (job.order, job.uid))
    posed = problem(jobs, time)
    race = Race(posed)
    runners = [jobs[posed.ranked[rank]] for rank in race.ranks]
    histories = [_EVERYBODY if job.client in pooled else job.client for job in runners]
    draw = _drawer(histories, {**ratios, _EVERYBODY: everybody}, Random(seed))  # noqa: S311 # it draws no secret
    work = [posed.work[rank] for rank in race.ranks]
    targets = [inf if job.due is None else time.upto(int(job.due.timestamp())) + _HALF for job in runners]
    kept = [0] * len(runners)
    for _ in range(runs):
        ends = race.ends(list(map(mul, work, draw())))
        kept = list(map(add, kept, map(le, ends, targets)))
    chances = {job.uid: count / runs for job, count in zip(runners, kept, strict=True) if job.due is not None}
    return Odds(chances, runs, len(everybody), pooled)


def _drawer(histories: Sequence[str], ratios: Mapping[str, Sequence[float]], chance: Random) -> Callable[[], Iterable[float]]:
    """What draws a ratio for every job from the history that is named for it."""
    places: dict[str, list[int]] = {}
    for place, history in enumerate(histories):
        places.setdefault(history, []).append(place)
    if len(places) == 1:
        ((history, found),) = places.items()
        return lambda: chance.choices(ratios[history], k=len(found))
    order = [0] * len(histories)
    for drawn, place in enumerate(place for found in places.values() for place in found):
        order[place] = drawn
    arranged = itemgetter(*order)

    def draw() -> Iterable[float]:
        drawn: list[float] = []
        for history, found in places.items():
            drawn += chance.choices(ratios[history], k=len(found))
        return cast("tuple[float, ...]", arranged(drawn))

    return draw


class Race:
    """Who is done when, given what each takes, with the order of urgency fixed. Jobs are in the order of `ranks`."""

    def __init__(self, posed: Problem) -> None:
        ready = [rank for rank, begin in enumerate(posed.begin) if not begin]
        late = sorted((begin, rank) for rank, begin in enumerate(posed.begin) if begin)
        self.ranks = [*ready, *(rank for _, rank in late)]
        self._ready = len(ready)
        following = [*(begin for begin, _ in late[1:]), inf][: len(late)]
        self._late = [
            *((begin, rank, bisect_right(ready, rank), after) for (begin, rank), after in zip(late, following, strict=True)),
            (inf, NEVER, 0, inf),
        ]

    def ends(self, work: Sequence[float]) -> list[float]:
        """When each job is done on the clock; `work` and the answer are in the order of `ranks`."""
        if not self._ready:
            return self._with_late([0.0], [], work)
        ready = list(work[: self._ready])
        return self._with_late([0.0, *accumulate(ready)], ready, work[self._ready :]) if self._late else list(accumulate(ready))

    def _with_late(self, sums: Sequence[float], ready: list[float], late: Sequence[float]) -> list[float]:
        """What is released later is added to the work of whoever it keeps waiting first, as if that took so much longer."""
        left = list(late)
        ends = [0.0] * len(left)
        ready.append(0.0)  # is kept waiting by what comes when all else is done
        waiting: list[tuple[int, int, int]] = []
        clock = done = 0.0
        for number, (begin, rank, urgent, following) in enumerate(self._late):
            while waiting and clock < begin:
                _, job, before = waiting[0]
                ahead = sums[before] - done
                if ahead > 0:
                    if clock + ahead >= begin:
                        break
                    clock += ahead
                    done = sums[before]
                step = min(left[job], begin - clock)
                clock += step
                left[job] -= step
                ready[bisect_right(sums, done) - 1] += step
                if not left[job]:
                    ends[job] = clock
                    heappop(waiting)
            if begin == inf:
                break
            if clock < begin:
                done = min(done + begin - clock, sums[-1])
                clock = begin
            ahead = sums[urgent] - done
            if not waiting and ahead <= 0 and clock + left[number] <= following:  # as most do: at once, and undisturbed
                clock = ends[number] = clock + left[number]
                ready[bisect_right(sums, done) - 1] += left[number]
            else:
                heappush(waiting, (rank, number, urgent))
        return [*islice(accumulate(ready), len(ready) - 1), *ends]
