"""The least that must give: the one job whose due must move by the fewest hours so that everything can be done in time.

Take the due of job `j` away. If the others cannot be done in time even so, moving `j` does not help. Else let `end(d)` be the
earliest possible end of all the others due by `d` and of those that `j` waits for, as far as they take time that `j` could have.
With `j` due at `D`, everything fits exactly if

    end(d) + work(j) <= d        for `d = D` and for every target `d` after it

so `D` is `end(d) + work(j)` for the last target `d` at which that does not hold. What is overdue is done first, come what may:
its target is when that will be. Of moves that are as short, it is that of the less urgent job.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from deadlines.core.span import Span
from deadlines.planning.edf import schedule
from deadlines.planning.free import FreeTime
from deadlines.planning.job import Deficit, Job, Plan
from deadlines.planning.order import NEVER, Problem, problem
from deadlines.planning.proof import Demand

_QUARTER = 15 * 60
_TRIED = 5
_WORTH = 30_000
"""So many jobs are looked at in all, each candidate having to be held against every other."""


class Move(NamedTuple):
    """Moving the due of the job `uid` to `due`, which is `by` later, makes the plan feasible. A due is at a full quarter hour."""

    uid: str
    due: datetime
    by: timedelta


def least_move(jobs: Sequence[Job], free: Iterable[Span], plan: Plan, *, now: datetime) -> Move | None:
    """The shortest move of one due that suffices; None where no single one does, or nothing need give."""
    ahead = [deficit for deficit in plan.deficits if deficit.target > now]
    if not ahead:
        return None
    time = FreeTime(free, now=now)
    settled = [_settled(job, plan, now) for job in jobs]
    ranks = {settled[number].uid: rank for rank, number in enumerate(problem(settled, time).ranked)}
    moves = [
        Move(job.uid, due, due - job.due)
        for job in _candidates(jobs, ahead)
        if job.due is not None and (due := _moved(job, settled, time)) is not None and due > job.due
    ]
    moves.sort(key=lambda move: (move.by, -ranks[move.uid]))
    return next((move for move in moves[:_TRIED] if _suffices(move, settled, time)), None)


def _suffices(move: Move, settled: Sequence[Job], time: FreeTime) -> bool:
    """Whether nobody is late after it: somebody who waits for the job may be in a hurry all the same."""
    posed = problem([job._replace(due=move.due) if job.uid == move.uid else job for job in settled], time)
    ends = schedule(posed, time.bounds).ends
    return all(end is not None and end <= own for end, own in zip(ends, posed.own, strict=True) if own != NEVER)


def _settled(job: Job, plan: Plan, now: datetime) -> Job:
    """What is overdue, with the end it will have for its target."""
    if job.target is None or job.target > now:
        return job
    return job._replace(due=plan.ends.get(job.uid), buffer=timedelta())


def _candidates(jobs: Sequence[Job], ahead: Sequence[Deficit]) -> Sequence[Job]:
    """Who is part of every deficit, or waits for somebody who is, and may free what the worst lacks; the latest dues first."""
    shared = set(ahead[0].tasks).intersection(ahead[-1].tasks)
    missing = max(deficit.missing for deficit in ahead)
    waiting = _waiting_for(shared, jobs)
    fit = [job for job in jobs if job.due is not None and (job.uid in waiting or (job.uid in shared and job.work >= missing))]
    fit.sort(key=lambda job: (job.target, job.order), reverse=True)
    return fit[: max(_WORTH // len(jobs), 1)]


def _waiting_for(uids: Iterable[str], jobs: Sequence[Job]) -> set[str]:
    """Everybody who waits for one of them, at once or in the end."""
    followers: dict[str, list[str]] = {}
    for job in jobs:
        for uid in job.after:
            followers.setdefault(uid, []).append(job.uid)
    found: set[str] = set()
    ways = list(uids) if followers else []
    while ways:
        for uid in followers.get(ways.pop(), ()):
            if uid not in found:
                found.add(uid)
                ways.append(uid)
    return found


def _moved(job: Job, settled: Sequence[Job], time: FreeTime) -> datetime | None:
    """The earliest due of the job that suffices, if nobody waits for it."""
    posed = problem([one._replace(due=None) if one.uid == job.uid else one for one in settled], time)
    ranks = {settled[number].uid: rank for rank, number in enumerate(posed.ranked)}
    shown = _earliest(posed, ranks[job.uid], {ranks[uid] for uid in _awaited(job, settled)})
    if shown is None or shown > time.total:
        return None
    seconds = (time.end(shown) + job.buffer).timestamp()
    return datetime.fromtimestamp(-(-seconds // _QUARTER) * _QUARTER, UTC)


def _awaited(job: Job, jobs: Sequence[Job]) -> set[str]:
    """Everybody that the job waits for, and whom they wait for."""
    if not job.after:
        return set()
    by_uid = {one.uid: one for one in jobs}
    found: set[str] = set()
    waiting = [job]
    while waiting:
        for uid in waiting.pop().after:
            if uid in by_uid and uid not in found and uid != job.uid:
                found.add(uid)
                waiting.append(by_uid[uid])
    return found


def _earliest(posed: Problem, rank: int, awaited: set[int]) -> int | None:
    """The earliest target on the clock of the job at `rank`, which has none of its own; the targets of the others stay."""
    release, work = posed.release[rank], posed.work[rank]
    others = Demand(posed.release)
    beside = Demand(posed.release) if awaited else others
    for other in awaited:
        beside.add(posed.release[other], posed.work[other])
    found = beside.end_from(release) + work
    keys = [*posed.keys, (NEVER, NEVER, 0, 0)]
    for other, (target, *_) in enumerate(posed.keys):
        if target == NEVER:
            break
        if other != rank:
            others.add(posed.release[other], posed.work[other])
        if beside is not others and other not in awaited and other != rank:
            beside.add(posed.release[other], posed.work[other])
        if keys[other + 1][0] == target:
            continue
        if others.end > target:
            return None
        end = beside.end_from(release) + work
        if end > target:
            found = end
    return found
