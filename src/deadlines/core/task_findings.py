"""What there is to say about one task: missed or due soon, and due when its client does not work (D101 to D107, S504).

A task is *due soon* from its lead time before it should be done. It should be done by the due instant less the client's buffer;
the lead time is the task's own, else the client's, else the owner's. Once the buffer has begun, being due soon is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.availability import is_working_day, shifted, windows
from deadlines.core.client import AllDayDue, Client, Owner, zone_at
from deadlines.core.clocks import city
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.message import Clocks, Day, Left, Length, Message
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

    def clocks(self, now: datetime) -> Clocks:
        """When it is due, on both clocks."""
        return Clocks(self.due, self.client, self.owner, now, self.when)

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
    clocks, left, number = task.clocks(now), Left(task.due, now), str(task.number)
    if task.due < now:
        remedy = Message("deadlines done {number}, or agree on another date: deadlines edit {number} --due WHEN", number=number)
        yield task.finding(Code.MISSED, Message("was due {clocks} ({left})", clocks=clocks, left=left), remedy, due=task.due)
        return
    target = done_by(task.due, task.client)
    if target - now > lead_time(task.lead, task.client, task.owner):
        return
    buffer = Length(task.due - target)
    if target == task.due:
        message = Message("is due {clocks} ({left})", clocks=clocks, left=left)
    elif target < now:
        message = Message("is due {clocks} ({left}); the {buffer} to spare have begun", clocks=clocks, left=left, buffer=buffer)
    else:
        message = Message(
            "is due {clocks} ({left}); with {buffer} to spare be done {target}",
            clocks=clocks,
            left=left,
            buffer=buffer,
            target=Left(target, now),
        )
    grave = Severity.ERROR if target < now else None
    remedy = Message("deadlines done {number}", number=number)
    yield task.finding(Code.DUE_SOON, message, remedy, severity=grave, due=task.due, done_by=target)


def oddities(task: DueTask, *, now: datetime) -> Iterator[Finding]:
    """Whether it will be due on a day or at a time at which it might not be meant to be due; it is late to ask when it was."""
    if task.client is None or task.due < now:
        return
    day = _day_off(task.client, task.when, task.due)
    if day is not None:
        yield _on_day_off(task, task.client, day, now)
    elif not isinstance(task.when, AllDay) and not _works_at(task.client, task.due):
        yield _outside_hours(task, task.client, now)
    there, here = _days(task, task.client)
    if there != here:
        days = {"here": _day(here, task.owner, now), "there": _day(there, task.client, now)}
        message = Message(
            "{clocks} ({left}): {here} on your clock", clocks=task.clocks(now), left=Left(task.due, now), here=days["here"]
        )
        remedy = Message("plan for {here}, not {there}", **days)
        yield task.finding(Code.DUE_ANOTHER_DAY_HERE, message, remedy, due=task.due, there=there, here=here)


def doubt(*, number: int | None, uid: str, summary: str, client: str, problem: str) -> Finding:
    """That something was read with doubt; `number` is None where it is no task, which no command shows."""
    remedy = Message("mend it with the program that made it")
    if number is not None:
        remedy = Message(
            "deadlines show {number} --ical shows it; mend it where it was made, or with deadlines edit {number}",
            number=str(number),
        )
    message = Message("read with doubt: {problem}", problem=problem)
    return Finding(Code.DOUBTFUL, uid, summary, client, message, {"problem": problem}, remedy, key=problem)


def _day(day: date, party: Client | Owner, now: datetime) -> Day:
    return Day(day, to_local(now, party.zone).year)


def _on_day_off(task: DueTask, client: Client, day: date, now: datetime) -> Finding:
    ends = isinstance(task.when, AllDay) and client.all_day_due is AllDayDue.CLOSE_OF_BUSINESS
    said = {"name": client.name, "day": _day(day, client, now)}
    if ends:
        message = Message("{name} does not work on {day}, so it is due when that day ends there", **said)
    else:
        message = Message("{name} does not work on {day}", **said)
    before = next(
        (one for one in (shifted(day, -ago) for ago in range(1, _FAR)) if is_working_day(client.availability, one)), None
    )
    remedy = Message("deadlines edit {number} --due WHEN", number=str(task.number))
    if before is not None:
        remedy = Message(
            'deadlines edit {number} --due "{before} cob", their working day before',
            number=str(task.number),
            before=before.isoformat(),
        )
    return task.finding(Code.DUE_ON_DAY_OFF, message, remedy, key=day.isoformat(), date=day)


def _outside_hours(task: DueTask, client: Client, now: datetime) -> Finding:
    zone = zone_at(client, task.due)
    due = to_local(task.due, zone)
    day, at = due.date(), f"{due:%H:%M} {city(zone.key)}"
    message = Message("{name} does not work at {at} on {day}", name=client.name, at=at, day=_day(day, client, now))
    remedy = Message('deadlines edit {number} --due "{day} cob"', number=str(task.number), day=day.isoformat())
    return task.finding(Code.DUE_OUTSIDE_HOURS, message, remedy, due=task.due)


def _days(task: DueTask, client: Client) -> tuple[date, date]:
    """The date on which it is due there, and here. A day that ends when it is due is meant, not the one that begins then."""
    here = to_local(task.due, zone_at(task.owner, task.due))
    if not isinstance(task.when, AllDay):
        return to_local(task.due, zone_at(client, task.due)).date(), here.date()
    ends = client.all_day_due is not AllDayDue.START_OF_DAY
    return task.when.date, (here - _MOMENT if ends else here).date()


def _works_at(client: Client, instant: datetime) -> bool:
    return any(windows(client.availability, Span(instant - _MOMENT, instant + _MOMENT)))


def _day_off(client: Client, when: When | None, due: datetime) -> date | None:
    """The date of the client on which it is due, if they do not work on it; a night shift belongs to the day it began on."""
    day = when.date if isinstance(when, AllDay) else to_local(due, zone_at(client, due)).date()
    if is_working_day(client.availability, day):
        return None
    at_work = not isinstance(when, AllDay) and any(windows(client.availability, Span(due - _MOMENT, due)))
    return None if at_work else day
