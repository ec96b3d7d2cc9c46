"""Which task somebody means: a number that stays the same, a UID, or the unique beginning of one."""

from __future__ import annotations

from deadlines.core.settings import LOCAL
from deadlines.errors import AmbiguousInput, Refused, UnknownName
from deadlines.store.base import Record, Row
from deadlines.usecases.desk import Desk

TASK = ("VTODO",)
ITEM = ("VTODO", "VEVENT")
"""What a command is about: tasks alone, or meetings too."""
_WORDS = {"VEVENT": "an event", "VJOURNAL": "a note", "VFREEBUSY": "free and busy time", "VAVAILABILITY": "working hours"}


def find(desk: Desk, key: str, components: tuple[str, ...] = TASK) -> Row:
    """The one task (or item of `components`) that `key` means. `UnknownName`, `AmbiguousInput`, or `Refused` for what is none."""
    rows = desk.store.find(key.strip())
    what = "task" if components == TASK else "task or meeting"
    if not rows:
        hint = "deadlines list --all shows every task with its number"
        raise UnknownName("task", key, hint=hint if components == TASK else f"{hint}, deadlines agenda the meetings")
    found = [row for row in rows if row.index.component in components]
    if not found:
        other = _WORDS.get(rows[0].index.component, f"a {rows[0].index.component}")
        raise Refused(f"{key} is not a {what} but {other}", hint="deadlines list --all shows the tasks")
    if len(found) > 1:
        told = [f"{row.id} ({row.index.summary})" for row in found[:5]]
        what = "task" if all(row.index.component in TASK for row in found) else what
        raise AmbiguousInput(what, key, [str(row.id) for row in found[:5]], told=told)
    return found[0]


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
