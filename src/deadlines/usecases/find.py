"""Which task somebody means: a number that stays the same, a UID, or the unique beginning of one."""

from __future__ import annotations

from deadlines.errors import AmbiguousInput, Refused, UnknownName
from deadlines.store.base import Record, Row
from deadlines.usecases.desk import Desk


def find(desk: Desk, key: str) -> Row:
    """The one task that `key` means. Raises `UnknownName`, `AmbiguousInput`, or `Refused` for what is no task."""
    rows = desk.store.find(key.strip())
    if not rows:
        raise UnknownName("task", key, hint="deadlines list --all shows every task with its number")
    if len(rows) > 1:
        raise AmbiguousInput("task", key, [f"{row.id} ({row.index.summary})" for row in rows[:5]])
    row = rows[0]
    if row.index.component != "VTODO":
        raise Refused(f"{key} is not a task but a {row.index.component}", hint="deadlines list --all shows the tasks")
    return row


def record_of(desk: Desk, row: Row) -> tuple[Record, str]:
    """The record of a row, and its text."""
    record = desk.store.get(row.id)
    if record is None or record.ical is None:
        raise UnknownName("task", str(row.id), hint="it was removed meanwhile; deadlines log shows by whom")
    return record, record.ical
