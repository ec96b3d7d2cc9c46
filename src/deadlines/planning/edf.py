"""Earliest due date first, for one worker who may be interrupted: whenever something is ready, work on the most urgent of it.

If there is any schedule in which every job is done between its release and its target, this is one (Horn 1974; with
dependencies, after `order` has tightened both, Blazewicz 1976), and it makes the greatest lateness as small as it can be. It
decides only when a job ends or is released, so that `n` jobs are cut into fewer than `2 n` pieces, and into one more at each end
of a free span.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from deadlines.planning.order import Problem

Piece = tuple[int, int, int, int]
"""Work on the job of a rank, in the free span of a number, from and until what the clock shows."""


class Schedule(NamedTuple):
    """Pieces in order, and by rank when each job is done on the clock; None: not in the time there is."""

    pieces: Sequence[Piece]
    ends: Sequence[int | None]


def schedule(problem: Problem, bounds: Sequence[int], *, smallest: int = 0) -> Schedule:
    """The order of work; `bounds` is what the clock shows at the end of each free span.

    With `smallest` nobody begins what could be worked on for less than that before the span ends, unless it is done by then, and
    nobody is interrupted before having worked for so long. That costs time, so the promise above holds without it only.
    """
    left, release = list(problem.work), problem.release
    ends: list[int | None] = [None] * len(left)
    pieces: list[Piece] = []
    coming = sorted(range(len(left)), key=release.__getitem__)
    ready: list[int] = []
    clock = place = arrived = 0
    while True:
        while arrived < len(coming) and release[coming[arrived]] <= clock:
            heappush(ready, coming[arrived])
            arrived += 1
        if not ready:
            if arrived == len(coming):
                return Schedule(pieces, ends)
            clock = release[coming[arrived]]
            continue
        rank = ready[0]
        if not left[rank]:
            ends[heappop(ready)] = clock
            continue
        while place < len(bounds) and bounds[place] <= clock:
            place += 1
        if place == len(bounds):
            return Schedule(pieces, ends)
        room = bounds[place] - clock
        if left[rank] > room and room < smallest:
            clock = bounds[place]
            continue
        end = min(clock + left[rank], bounds[place])
        cut = _interruption(coming, release, arrived, rank, end)
        if cut < end:
            cut = max(cut, clock + smallest)
            end = min(cut, end) if cut + smallest <= clock + left[rank] else end
        pieces.append((rank, place, clock, end))
        left[rank] -= end - clock
        clock = end
        if not left[rank]:
            ends[heappop(ready)] = clock


def _interruption(coming: Sequence[int], release: Sequence[int], arrived: int, rank: int, end: int) -> int:
    """When the first of those released before `end` comes that is more urgent; `end` where none does."""
    for number in range(arrived, len(coming)):
        newcomer = coming[number]
        if release[newcomer] >= end:
            break
        if newcomer < rank:
            return release[newcomer]
    return end
