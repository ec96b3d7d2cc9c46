"""Small instances of planning, and the slow ways to judge them that need no theory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from hypothesis import strategies as st

from deadlines.core.span import Span
from deadlines.planning.job import Job, Slot

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hour: float) -> datetime:
    return NOW + hour * HOUR


def job(
    uid: str, work: float, due: float | None = None, *, release: float | None = None, after: str = "", priority: int = 0
) -> Job:
    return Job(
        uid=uid,
        work=work * HOUR,
        due=None if due is None else at(due),
        release=None if release is None else at(release),
        priority=priority,
        order=ord(uid[0]),
        after=tuple(after),
    )


def spans(*hours: tuple[float, float]) -> list[Span]:
    return [Span(at(start), at(end)) for start, end in hours]


@st.composite
def free_hours(draw: st.DrawFn) -> list[Span]:
    """Free time in a stretch of ten hours, some of which may have passed."""
    hours = draw(st.sets(st.integers(-1, 9), max_size=9))
    starts = sorted(hour for hour in hours if hour - 1 not in hours)
    ends = sorted(hour + 1 for hour in hours if hour + 1 not in hours)
    return spans(*zip(starts, ends, strict=True))


@st.composite
def some_jobs(draw: st.DrawFn, most: int = 4) -> list[Job]:
    """A few jobs, some with releases, targets (buffers too) and dependencies that form no circle."""
    names = "abcdef"[: draw(st.integers(0, most))]
    jobs: list[Job] = []
    for place, name in enumerate(draw(st.permutations(names))):
        earlier = [one.uid for one in jobs]
        due = draw(st.none() | st.integers(-1, 10))
        jobs.append(
            Job(
                uid=name,
                work=draw(st.integers(0, 3)) * HOUR,
                due=None if due is None else at(due),
                buffer=draw(st.integers(0, 2)) * HOUR,
                release=draw(st.none() | st.integers(-1, 9).map(at)),
                priority=draw(st.integers(0, 9)),
                order=place,
                after=tuple(draw(st.sets(st.sampled_from(earlier), max_size=2))) if earlier else (),
            )
        )
    return draw(st.permutations(jobs))


def can_be_done(jobs: Sequence[Job], free: Sequence[Span], until: int = 10) -> bool:
    """Whether any of all schedules, hour by hour, keeps every target. All data is in whole hours, so no other need be tried."""
    index = {one.uid: number for number, one in enumerate(jobs)}

    def is_done(number: int, left: tuple[int, ...]) -> bool:
        return not left[number] and all(is_done(index[uid], left) for uid in jobs[number].after if uid in index)

    def may(number: int, hour: int, left: tuple[int, ...]) -> bool:
        one = jobs[number]
        waits = not all(is_done(index[uid], left) for uid in one.after if uid in index)
        return left[number] > 0 and (one.release is None or one.release <= at(hour)) and not waits

    @cache
    def search(hour: int, left: tuple[int, ...]) -> bool:
        open_ones = [one for number, one in enumerate(jobs) if one.target is not None and not is_done(number, left)]
        if any(one.target <= at(hour) for one in open_ones if one.target is not None) or not open_ones:
            return not open_ones
        if hour == until:
            return False
        if search(hour + 1, left):
            return True
        if not any(at(hour) in span for span in free):
            return False
        return any(
            search(hour + 1, (*left[:number], left[number] - 1, *left[number + 1 :]))
            for number in range(len(jobs))
            if may(number, hour, left)
        )

    return search(0, tuple(one.work // HOUR for one in jobs))


def free_until(instant: datetime, free: Sequence[Span]) -> timedelta:
    """How much of the time from now until then is free."""
    cut = ((max(span.start, NOW), min(span.end, instant)) for span in free)
    return sum((end - start for start, end in cut if start < end), timedelta())


def work_on(slots: Sequence[Slot], uid: str) -> timedelta:
    return sum((slot.length for slot in slots if slot.uid == uid), timedelta())


Target = tuple[timedelta, datetime]
"""In free time and as an instant, which tells apart what is due in one night."""


@lru_cache(maxsize=4)
def tightened(jobs: tuple[Job, ...], free: tuple[Span, ...]) -> dict[str, tuple[timedelta, Target | None]]:
    """Release (in free time) and target of each job, as its dependencies leave them: straight from the definition."""
    by_uid = {one.uid: one for one in jobs}

    @cache
    def release(uid: str) -> timedelta:
        one = by_uid[uid]
        own = free_until(one.release, free) if one.release and one.work else timedelta()
        return max([own, *(release(before) + by_uid[before].work for before in one.after if before in by_uid)])

    @cache
    def target(uid: str) -> Target | None:
        one = by_uid[uid]
        own = [] if one.target is None else [(free_until(one.target, free), one.target)]
        later = [(target(other.uid), other.work) for other in jobs if uid in other.after]
        return min([*own, *((until[0] - work, until[1]) for until, work in later if until is not None)], default=None)

    return {uid: (release(uid), target(uid)) for uid in by_uid}


def demand(jobs: Sequence[Job], free: Sequence[Span], since: timedelta, until: datetime) -> dict[str, timedelta]:
    """What must be worked on after `since` (in free time) and before `until`, by job."""
    last = (free_until(until, free), until)
    times = tightened(tuple(jobs), tuple(free))
    inside = (one for one in jobs if one.work and times[one.uid][0] >= since)
    return {one.uid: one.work for one in inside if (target := times[one.uid][1]) is not None and target <= last}


def lacks(jobs: Sequence[Job], free: Sequence[Span], until: datetime) -> list[timedelta]:
    """By how much the work of each interval that ends at `until` ends after it, at the earliest."""
    releases = {release for release, _ in tightened(tuple(jobs), tuple(free)).values()}
    needs = [(since, sum(demand(jobs, free, since, until).values(), timedelta())) for since in releases]
    return [since + need - free_until(until, free) for since, need in needs if need]
