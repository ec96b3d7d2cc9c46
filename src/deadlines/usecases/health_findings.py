"""Findings about the health of our own data: what is not synced, what cannot be read or only with doubt (S501, S503 to S505)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from deadlines.core.findings import Code, Finding
from deadlines.core.message import Clock, Length, Message
from deadlines.core.settings import Calendar
from deadlines.errors import GuardTripped
from deadlines.store.base import OPEN, CollectionState, Query, Row
from deadlines.usecases.context import Context, Look
from deadlines.usecases.jobs import inconsistencies
from deadlines.usecases.task_findings import doubt_of

_STARTED = timedelta(days=1)
"""What an event lasts at most whose end is not known."""


def _not_synced(context: Context) -> Iterator[Finding]:
    for calendar in context.settings.calendars.values():
        state = context.store.state(calendar.name)
        if state.synced_at is None or context.now - state.synced_at > calendar.stale_after:
            yield _stale(context, calendar, state)


def _stale(context: Context, calendar: Calendar, state: CollectionState) -> Finding:
    since = state.synced_at
    message = Message("never synced")
    if since is not None:
        last = Clock(since, context.settings.me, context.now)
        message = Message("not synced since {last}, for {length}", last=last, length=Length(context.now - since))
    if state.problem:
        message = Message("{what}; the last time it failed: {problem}", what=message, problem=state.problem)
    facts = {"calendar": calendar.name, "synced_at": since, "problem": state.problem}
    key = f"{calendar.name}\0{'' if since is None else since.isoformat()}"
    remedy = Message("deadlines sync --calendar {calendar}; deadlines doctor looks closer", calendar=calendar.name)
    return Finding(Code.NOT_SYNCED, "", calendar.name, "", message, facts, remedy, key)


def _guarded(context: Context) -> Iterator[Finding]:
    for name in context.settings.calendars:
        problem = context.store.state(name).problem
        if problem.endswith(GuardTripped.ENDING):
            remedy = Message(
                "look at the server first; deadlines sync --calendar {calendar} says what to type if it is meant", calendar=name
            )
            facts = {"calendar": name, "problem": problem}
            message = Message("a sync stopped: {problem}", problem=problem)
            yield Finding(Code.GUARD_TRIPPED, "", name, "", message, facts, remedy, f"{name}\0{problem}")


def _unreadable(context: Context) -> Iterator[Finding]:
    for item in context.store.unreadable():
        message = Message("in calendar {calendar}: {reason}", calendar=item.calendar, reason=item.reason)
        facts = {"calendar": item.calendar, "href": item.href, "reason": item.reason}
        remedy = Message("mend or remove it with the program that made it; until then it is left as it is")
        key = f"{item.calendar}\0{item.href}\0{item.reason}"
        yield Finding(Code.UNREADABLE, "", item.href, "", message, facts, remedy, key)


def _doubtful(context: Context) -> Iterator[Finding]:
    rows = context.store.rows(Query(component="", doubtful=True))
    yield from (doubt_of(row) for row in rows if _matters(row, context.now.timestamp()))
    yield from inconsistencies(context.desk, context.open_tasks())


def _matters(row: Row, seconds: float) -> bool:
    """Whether it is still to be done, or still to come."""
    index = row.index
    if index.component == "VTODO":
        return index.status in OPEN
    ends = index.end_at or (index.start_at or seconds) + _STARTED.total_seconds()
    return bool(index.repeat) or ends >= seconds


LOOKS = (
    Look(frozenset({Code.GUARD_TRIPPED}), _guarded, ahead=None),
    Look(frozenset({Code.NOT_SYNCED}), _not_synced, ahead=None),
    Look(frozenset({Code.UNREADABLE}), _unreadable, ahead=None),
    Look(frozenset({Code.DOUBTFUL}), _doubtful, ahead=None),
)
