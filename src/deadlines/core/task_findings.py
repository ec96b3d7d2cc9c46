"""What there is to say about one task: missed or due soon, and due when its client does not work (D101 to D107, S504).

A task is *due soon* from its lead time before it should be done. It should be done by the due instant less the client's buffer;
the lead time is the task's own, else the client's, else the owner's. Once the buffer has begun, being due soon is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.availability import is_working_day, shifted, windows
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.clocks import both_clocks, city, format_date, time_left
from deadlines.core.duration import format_duration
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.span import Span
from deadlines.core.when import AllDay, When, to_local

_MOMENT = timedelta(seconds=1)
_FAR = 30
"""So many days before a day off a working day is looked for."""


class DueTask(NamedTuple):
    """An open task that is due at the instant `due`, which was derived from `when` (None: only its text knows that clock).

    `number` is what people type for it; `lead` its own lead time, None where it has none.
    """

    number: int
    uid: str
    summary: str
    when: When | None
    due: datetime
    client: Client | None
    owner: Owner
    lead: timedelta | None = None

    def clocks(self, instant: datetime, now: datetime) -> str:
        """An instant on both clocks, and the time left."""
        when = self.when if instant == self.due else None
        shown = both_clocks(instant, client=self.client, owner=self.owner, when=when, now=now)
        return f"{shown} ({time_left(instant, now)})"

    def finding(
        self, code: Code, message: str, remedy: str, *, key: str = "", severity: Severity | None = None, **facts: object
    ) -> Finding:
        """A finding about it; the matter is the instant at which it is due unless `key` says otherwise."""
        client = "" if self.client is None else self.client.key
        key = key or str(int(self.due.timestamp()))
        return Finding(code, self.uid, self.summary, client, message, facts, remedy, key, self.due, severity)


def lead_time(own: timedelta | None, client: Client | None, owner: Owner) -> timedelta:
    """How long before it should be done a task is due soon."""
    if own is not None:
        return own
    return owner.warn_before if client is None else client.warn_before


def done_by(due: datetime, client: Client | None) -> datetime:
    """When it should be done: the due instant less the client's buffer."""
    return due if client is None else due - client.buffer


def lateness(task: DueTask, *, now: datetime) -> Iterator[Finding]:
    """Whether it is missed, or due soon."""
    if task.due < now:
        remedy = f"deadlines done {task.number}, or agree on another date: deadlines edit {task.number} --due WHEN"
        yield task.finding(Code.MISSED, f"was due {task.clocks(task.due, now)}", remedy, due=task.due)
        return
    target = done_by(task.due, task.client)
    if target - now > lead_time(task.lead, task.client, task.owner):
        return
    message = f"is due {task.clocks(task.due, now)}"
    grave = None
    if target < task.due:
        buffer = format_duration(task.due - target)
        grave = Severity.ERROR if target < now else None
        message += f"; the {buffer} to spare have begun" if grave else f"; with {buffer} to spare be done {_left(target, now)}"
    yield task.finding(Code.DUE_SOON, message, f"deadlines done {task.number}", severity=grave, due=task.due, done_by=target)


def oddities(task: DueTask, *, now: datetime) -> Iterator[Finding]:
    """Whether it is due on a day or at a time at which it might not be meant to be due."""
    if task.client is None:
        return
    day = _day_off(task.client, task.when, task.due)
    if day is not None:
        yield _on_day_off(task, task.client, day, now)
    elif not isinstance(task.when, AllDay) and not _works_at(task.client, task.due):
        yield _outside_hours(task, task.client, now)
    there, here = _days(task, task.client)
    if there != here:
        year = to_local(now, task.owner.zone).year
        message = f"{task.clocks(task.due, now)}: {format_date(here, year=year)} on your clock"
        remedy = f"plan for {format_date(here, year=year)}, not {format_date(there, year=year)}"
        yield task.finding(Code.DUE_ANOTHER_DAY_HERE, message, remedy, due=task.due, there=there, here=here)


def doubt(*, number: int, uid: str, summary: str, client: str, problem: str) -> Finding:
    """That it was read with doubt."""
    remedy = f"deadlines show {number} --ical shows it; mend it where it was made, or with deadlines edit {number}"
    return Finding(Code.DOUBTFUL, uid, summary, client, f"read with doubt: {problem}", {"problem": problem}, remedy, key=problem)


def _left(instant: datetime, now: datetime) -> str:
    left = time_left(instant, now)
    return left if left != "now" else "at once"


def _on_day_off(task: DueTask, client: Client, day: date, now: datetime) -> Finding:
    ends = isinstance(task.when, AllDay) and client.all_day_due is AllDayDue.CLOSE_OF_BUSINESS
    so = ", so it is due when that day ends there" if ends else ""
    message = f"{client.name} does not work on {format_date(day, year=to_local(now, client.zone).year)}{so}"
    before = next(
        (one for one in (shifted(day, -ago) for ago in range(1, _FAR)) if is_working_day(client.availability, one)), None
    )
    when = "WHEN" if before is None else f'"{before} cob"'
    remedy = f"deadlines edit {task.number} --due {when}" + ("" if before is None else ", their working day before")
    return task.finding(Code.DUE_ON_DAY_OFF, message, remedy, key=day.isoformat(), date=day)


def _outside_hours(task: DueTask, client: Client, now: datetime) -> Finding:
    day = to_local(task.due, client.zone).date()
    at = f"{to_local(task.due, client.zone):%H:%M} {city(client.zone.key)}"
    message = f"{client.name} does not work at {at} on {format_date(day, year=to_local(now, client.zone).year)}"
    remedy = f'deadlines edit {task.number} --due "{day} cob"'
    return task.finding(Code.DUE_OUTSIDE_HOURS, message, remedy, due=task.due)


def _days(task: DueTask, client: Client) -> tuple[date, date]:
    """The date on which it is due there, and here. A day that ends when it is due is meant, not the one that begins then."""
    here = to_local(task.due, task.owner.zone)
    if not isinstance(task.when, AllDay):
        return to_local(task.due, client.zone).date(), here.date()
    ends = client.all_day_due is not AllDayDue.START_OF_DAY
    return task.when.date, (here - _MOMENT if ends else here).date()


def _works_at(client: Client, instant: datetime) -> bool:
    return any(windows(client.availability, Span(instant - _MOMENT, instant + _MOMENT)))


def _day_off(client: Client, when: When | None, due: datetime) -> date | None:
    """The date of the client on which it is due, if they do not work on it; a night shift belongs to the day it began on."""
    day = when.date if isinstance(when, AllDay) else to_local(due, client.zone).date()
    if is_working_day(client.availability, day):
        return None
    at_work = not isinstance(when, AllDay) and any(windows(client.availability, Span(due - _MOMENT, due)))
    return None if at_work else day
