"""In which order jobs are worked on: dependencies turned into releases and targets, and everything sorted once.

All times are those of `FreeTime`'s clock. Where `i` comes before `j` (`j.after` names `i`),

    release[j] >= release[i] + work[i]          forwards: j cannot begin before i can be done
    target[i]  <= target[j] - work[j]           backwards: i must leave j the time it needs

and once both hold everywhere, dependencies may be forgotten: whoever takes the ready job with the earliest target also takes `i`
before `j`. `i` inherits all of `j`'s place in the order that way, its priority too, if that is more urgent than its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deadlines.planning.free import FreeTime, seconds
from deadlines.planning.job import Job

NEVER = 2**62
"""The target of what has none, on any clock."""
_UNSAID = 10
"""Where priority 0 comes."""

Key = tuple[int, int, int, int]
"""Target on the clock, as an instant, priority, order: the smaller, the earlier. Targets in one night differ in the second."""


Links = dict[int, list[int]]


class Problem(NamedTuple):
    """Jobs as the planner sees them, the most urgent first: `keys[rank]` and so on are of the job `ranked[rank]`.

    `own` are targets on the clock as they were given, before successors tightened them. `begin` is `release` as far as nobody's
    work delays it: when the job could begin if those it waits for took no time.
    """

    ranked: Sequence[int]
    keys: Sequence[Key]
    work: Sequence[int]
    release: Sequence[int]
    own: Sequence[int]
    begin: Sequence[int]
    circles: tuple[tuple[str, ...], ...]


def problem(jobs: Sequence[Job], time: FreeTime) -> Problem:
    """The jobs in order. What the order leaves open is as in `jobs`."""
    work = [seconds(job.work) for job in jobs]
    release = [time.upto(int(job.release.timestamp())) if job.release and job.work else 0 for job in jobs]
    keys = [_key(job, time) for job in jobs]
    own = [key[0] for key in keys]
    links = _links(jobs)
    sequence, circles = _sequence(len(jobs), links) if links else (range(len(jobs)), [])
    begin = list(release)
    waiting = [job for job in sequence if job in links] if links else []
    _tighten(waiting, links, keys, work, release)
    for job in waiting:
        begin[job] = max([begin[job], *(begin[before] for before in links[job])])
    ranked = sorted(sequence, key=keys.__getitem__)  # stable: what is the same in everything stays in sequence
    return Problem(
        ranked,
        [keys[job] for job in ranked],
        [work[job] for job in ranked],
        [release[job] for job in ranked],
        [own[job] for job in ranked],
        [begin[job] for job in ranked],
        tuple(tuple(jobs[job].uid for job in circle) for circle in circles),
    )


def circles(jobs: Sequence[Job]) -> Sequence[tuple[str, ...]]:
    """The jobs that wait for themselves, as `Plan.circles` has them."""
    ordered = sorted(jobs, key=lambda job: (job.order, job.uid))
    links = _links(ordered)
    return [tuple(ordered[job].uid for job in circle) for circle in _sequence(len(ordered), links)[1]] if links else []


def _key(job: Job, time: FreeTime) -> Key:
    target = job.target
    if target is None:
        return NEVER, NEVER, job.priority or _UNSAID, job.order
    instant = int(target.timestamp())
    return time.upto(instant), instant, job.priority or _UNSAID, job.order


def _links(jobs: Sequence[Job]) -> Links:
    """Which jobs each waits for, by number; those that wait for none are left out."""
    waiting = {number: job.after for number, job in enumerate(jobs) if job.after}
    if not waiting:
        return {}
    numbers = {job.uid: number for number, job in enumerate(jobs)}
    return {job: sorted({numbers[uid] for uid in after if uid in numbers}) for job, after in waiting.items()}


def _sequence(count: int, links: Links) -> tuple[list[int], list[list[int]]]:
    """Every job after those it waits for; and the circles, whose last links are taken out of `links`.

    A walk through what each waits for, without recursion: who waits is on the path, and a link back to the path is a circle.
    """
    sequence: list[int] = []
    circles: list[list[int]] = []
    placed = [False] * count
    for first in range(count):
        if placed[first]:
            continue
        if first not in links:
            placed[first] = True
            sequence.append(first)
            continue
        path, ways = [first], [iter(links.get(first, ()))]
        on_path = {first}
        while path:
            there = next((job for job in ways[-1] if not placed[job]), None)
            if there is None:
                done = path.pop()
                ways.pop()
                on_path.discard(done)
                placed[done] = True
                sequence.append(done)
            elif there in on_path:
                links[path[-1]] = [job for job in links[path[-1]] if job != there]
                circles.append([*path[path.index(there) :], there])
            else:
                path.append(there)
                ways.append(iter(links.get(there, ())))
                on_path.add(there)
    return sequence, circles


def _tighten(waiting: Sequence[int], links: Links, keys: list[Key], work: Sequence[int], release: list[int]) -> None:
    """`waiting` are the jobs that wait for others, each after those it waits for."""
    for job in waiting:
        for before in links[job]:
            release[job] = max(release[job], release[before] + work[before])
    for job in reversed(waiting):
        shown, instant, priority, order = keys[job]
        inherited = (shown if shown == NEVER else shown - work[job], instant, priority, order)
        for before in links[job]:
            keys[before] = min(keys[before], inherited)
