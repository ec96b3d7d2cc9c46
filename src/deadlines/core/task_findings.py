"""What there is to say about one task: missed or due soon, and due when its client does not work (D101 to D107, S504)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.availability import close_of_business, windows
from deadlines.core.client import AllDayDue, Client, Owner, zone_at
from deadlines.core.clocks import both_clocks, format_date, time_left
from deadlines.core.findings import Code, Finding
from deadlines.core.span import Span
from deadlines.core.when import AllDay, When, to_local

_MOMENT = timedelta(seconds=1)


class DueTask(NamedTuple):
    """An open task that is due at the instant `due`, which was derived from `when` (None: only its text knows that clock).

    `number` is what people type for it.
    """

    number: int
    uid: str
    summary: str
    when: When | None
    due: datetime
    client: Client | None
    owner: Owner

    def clocks(self, now: datetime) -> str:
        """When it is due on both clocks, and the time left."""
        shown = both_clocks(self.due, client=self.client, owner=self.owner, when=self.when, now=now)
        return f"{shown} ({time_left(self.due, now)})"

    def finding(self, code: Code, message: str, remedy: str, *, key: str = "", **facts: object) -> Finding:
        """A finding about it; the matter is the instant at which it is due unless `key` says otherwise."""
        client = "" if self.client is None else self.client.key
        key = key or str(int(self.due.timestamp()))
        return Finding(code, self.uid, self.summary, client, message, facts, remedy, key, self.due)


def lateness(task: DueTask, *, now: datetime) -> Iterator[Finding]:
    """Whether it is missed, or due soon."""
    if task.due < now:
        remedy = f"deadlines done {task.number}, or agree on another date: deadlines edit {task.number} --due WHEN"
        yield task.finding(Code.MISSED, f"was due {task.clocks(now)}", remedy, due=task.due)
    elif task.client is not None and task.due - now <= task.client.warn_before:
        yield task.finding(Code.DUE_SOON, f"is due {task.clocks(now)}", f"deadlines done {task.number}", due=task.due)


def oddities(task: DueTask, *, now: datetime) -> Iterator[Finding]:
    """Whether it is due on a day or at a time at which it might not be meant to be due."""
    client = task.client
    if client is None:
        return
    day = _day_off(client, task.when, task.due)
    if day is not None:
        ends = isinstance(task.when, AllDay) and client.all_day_due is AllDayDue.CLOSE_OF_BUSINESS
        so = ", so it is due when that day ends there" if ends else ""
        said = format_date(day, year=to_local(now, client.zone).year)
        message = f"{client.name} does not work on {said}{so}"
        remedy = f"deadlines edit {task.number} --due WHEN"
        yield task.finding(Code.DUE_ON_DAY_OFF, message, remedy, key=day.isoformat(), date=day)


def doubt(*, number: int, uid: str, summary: str, client: str, problem: str) -> Finding:
    """That it was read with doubt."""
    remedy = f"deadlines show {number} --ical shows it; mend it where it was made, or with deadlines edit {number}"
    return Finding(Code.DOUBTFUL, uid, summary, client, f"read with doubt: {problem}", {"problem": problem}, remedy, key=problem)


def _day_off(client: Client, when: When | None, due: datetime) -> date | None:
    """The date of the client on which it is due, if they do not work on it; a night shift belongs to the day it began on."""
    day = when.date if isinstance(when, AllDay) else to_local(due, zone_at(client, due)).date()
    if close_of_business(client.availability, day) is not None:
        return None
    at_work = not isinstance(when, AllDay) and any(windows(client.availability, Span(due - _MOMENT, due)))
    return None if at_work else day
