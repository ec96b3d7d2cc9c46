"""Findings about tasks, from the rows of a list: no text is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from deadlines.core.findings import Code, Finding
from deadlines.core.settings import Settings
from deadlines.core.task_findings import DueTask, doubt, lateness, oddities
from deadlines.store.base import OPEN, Row
from deadlines.usecases.context import Context, Look
from deadlines.usecases.index import when_of
from deadlines.usecases.lead import Leads


def findings_of(row: Row, settings: Settings, *, now: datetime) -> tuple[Finding, ...]:
    """All there is to say about one task by itself."""
    index = row.index
    found: list[Finding] = []
    if index.problem:
        found.append(doubt_of(row))
    task = due_task(row, settings)
    if task is not None and index.status in OPEN:
        found += lateness(task, now=now)
        found += oddities(task, now=now)
    return tuple(found)


def due_task(row: Row, settings: Settings) -> DueTask | None:
    """The task of a row, if it is due at all."""
    index = row.index
    if index.due_at is None:
        return None
    return DueTask(
        row.id,
        row.uid,
        index.summary,
        when_of(index.due_kind, index.due_value, index.due_tzid),
        datetime.fromtimestamp(index.due_at, UTC),
        settings.clients.get(index.client),
        settings.me,
        None if index.warn_before is None else timedelta(seconds=index.warn_before),
    )


def doubt_of(row: Row) -> Finding:
    """That it was read with doubt, whatever it is."""
    index = row.index
    number = row.id if index.component == "VTODO" else None
    return doubt(number=number, uid=row.uid, summary=index.summary, client=index.client, problem=index.problem)


def _late(context: Context) -> Iterator[Finding]:
    leads = Leads(context.settings)
    seconds = context.now.timestamp()
    for row in context.open_tasks():
        due = row.index.due_at
        if due is not None and due - seconds <= leads(row.index):
            yield from _of(row, context, lateness)


def _odd(context: Context) -> Iterator[Finding]:
    since, until = context.now.timestamp(), context.horizon.timestamp()
    for row in context.open_tasks():
        due = row.index.due_at
        if row.index.client and due is not None and since <= due <= until:
            yield from _of(row, context, oddities)


def _of(row: Row, context: Context, find: Callable[..., Iterable[Finding]]) -> Iterable[Finding]:
    task = due_task(row, context.settings)
    assert task is not None
    return find(task, now=context.now)


LOOKS = (
    Look(frozenset({Code.MISSED, Code.DUE_SOON}), _late, ahead=None),
    Look(frozenset({Code.DUE_OUTSIDE_HOURS, Code.DUE_ON_DAY_OFF, Code.DUE_ANOTHER_DAY_HERE}), _odd, ahead=timedelta(days=14)),
)
