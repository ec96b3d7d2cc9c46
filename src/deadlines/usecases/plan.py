"""Whether it can all be done, and when: the open tasks planned into my hours.

The plan looks as far ahead as the last due date, at most two years, so that one that lies far ahead is not missed for what is due
before it; `days` is how much of it is shown. Free is what my working hours have
left between meetings, of each day no more than `[plan] day_hours`.

What quotas ask for and is in no task yet counts, too: jobs without a row, as is whatever is given as `extra`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deadlines.core.availability import windows
from deadlines.core.client import zone_at
from deadlines.core.findings import Finding
from deadlines.core.span import Span, total
from deadlines.core.when import start_of_day, to_local
from deadlines.planning import plan as planning
from deadlines.planning.free import free
from deadlines.planning.job import Job, Plan
from deadlines.store.base import OPEN, Query, Row
from deadlines.usecases.desk import Desk
from deadlines.usecases.jobs import backlog, circle_doubt
from deadlines.usecases.meetings import busy
from deadlines.usecases.quota_jobs import quota_jobs

DAYS = 14
REACH = timedelta(weeks=8)
"""How far instances of repeating tasks count at least: what is found to be missed must not depend on how many days are shown."""
_FARTHEST = timedelta(days=731)
_NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and what it was made of. `until` is the end of the days asked for, `free` all the time that there is.

    `jobs` are all by UID, `rows` the tasks behind those that are tasks. `doubts` are findings about data that does not add up.
    """

    plan: Plan
    jobs: Mapping[str, Job]
    rows: Mapping[str, Row]
    doubts: Sequence[Finding]
    free: Sequence[Span]
    until: datetime


def plan(desk: Desk, *, days: int = DAYS, rows: Iterable[Row] | None = None, extra: Iterable[Job] = ()) -> Planned:
    """The plan of all open tasks; `rows` are they, where somebody has read them already."""
    now, rules = desk.now, desk.settings.plan
    until = now + timedelta(days=days)
    tasks = desk.store.rows(Query(statuses=OPEN)) if rows is None else rows
    found = backlog(desk, tasks, until=max(until, now + REACH))
    jobs = [_within(job, now + _FARTHEST) for job in (*found.jobs, *quota_jobs(desk), *extra)]
    time = _free(desk, max([until, *(job.due for job in jobs if job.due is not None)]))
    if total(time) < sum((job.work for job in jobs), _NONE):
        time = _free(desk, now + _FARTHEST)
    made = planning.plan(jobs, time, now=now, smallest_piece=rules.smallest_piece)
    return Planned(
        plan=made,
        jobs={job.uid: job for job in jobs},
        rows=found.rows,
        doubts=(*found.doubts, *(circle_doubt(path, found.rows) for path in made.circles)),
        free=time,
        until=until,
    )


def _within(job: Job, farthest: datetime) -> Job:
    """What is due beyond all planning is behind what is not; what was due in the past has no use for a buffer."""
    return job._replace(due=None) if job.due is not None and job.due > farthest else job


def _free(desk: Desk, until: datetime) -> Sequence[Span]:
    """My free time from the beginning of today, whose hours count up to now."""
    me, rules = desk.settings.me, desk.settings.plan
    zone = zone_at(me, desk.now)
    start = start_of_day(to_local(desk.now, zone).date(), zone)
    span = Span(start, until)
    taken = busy(desk.store, desk.settings, span)
    found = free(windows(me.availability, span), taken, zone=zone, day_hours=rules.day_hours, smallest_piece=rules.smallest_piece)
    return [Span(max(one.start, desk.now), one.end) for one in found if one.end > desk.now]
