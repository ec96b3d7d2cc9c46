"""Which task somebody means: a number that stays the same, a UID, or the unique beginning of one."""

from __future__ import annotations

from deadlines.core.settings import LOCAL
from deadlines.errors import AmbiguousInput, Refused, UnknownName
from deadlines.store.base import Record, Row
from deadlines.usecases.desk import Desk


def find(desk: Desk, key: str) -> Row:
    """The one task that `key` means. Raises `UnknownName`, `AmbiguousInput`, or `Refused` for what is no task."""
    rows = desk.store.find(key.strip())
    if not rows:
        raise UnknownName("task", key, hint="deadlines list --all shows every task with its number")
    tasks = [row for row in rows if row.index.component == "VTODO"]
    if not tasks:
        raise Refused(f"{key} is not a task but a {rows[0].index.component}", hint="deadlines list --all shows the tasks")
    if len(tasks) > 1:
        told = [f"{row.id} ({row.index.summary})" for row in tasks[:5]]
        raise AmbiguousInput("task", key, [str(row.id) for row in tasks[:5]], told=told)
    return tasks[0]


def related(desk: Desk, uid: str) -> Record | None:
    """The task that a RELATED-TO names, wherever it is kept; None where it is not here."""
    me = desk.settings.me
    for calendar in dict.fromkeys((*desk.settings.calendars, me.default_calendar, LOCAL)):
        record = desk.store.by_uid(calendar, uid)
        if record is not None and record.ical is not None:
            return record
    return None


def record_of(desk: Desk, row: Row) -> tuple[Record, str]:
    """The record of a row, and its text."""
    record = desk.store.get(row.id)
    if record is None or record.ical is None:
        raise UnknownName("task", str(row.id), hint="it was removed meanwhile; deadlines log shows by whom")
    return record, record.ical
