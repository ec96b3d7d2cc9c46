"""Findings that the journal tells of: due dates that were moved, and conflicts that nobody has looked at (D106, S502).

A due date that a sync moved is told for two weeks, as long as it is where it was moved to, unless it is acknowledged. Who moved
it, no calendar says: it may have been oneself, in another program. One of a task that repeats, moved ahead, was completed there
and is not told. A conflict that was settled is told for a month, for the version that lost is in the journal alone; one that
waits for an answer, because the calendar's policy is to ask, is told as long as it waits. What an undo took back is told no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from deadlines.core.findings import Code, Finding
from deadlines.core.message import Clock, Clocks, Left, Message
from deadlines.core.settings import Policy
from deadlines.errors import CodecError
from deadlines.store.base import Index, Query, Row
from deadlines.store.journal import Change
from deadlines.usecases.context import Context, Look
from deadlines.usecases.index import when_of

MOVES_TOLD = timedelta(days=14)
CONFLICTS_TOLD = timedelta(days=30)
_TIMES = ("DUE", "DTSTART", "DURATION")


class _Move(NamedTuple):
    change: Change
    before: Index
    after: Index


def _moved(context: Context) -> Iterator[Finding]:
    changes = context.store.synced_changes(context.now - MOVES_TOLD)
    if not changes:
        return
    rows = {row.id: row for row in context.open_tasks()}
    moves = {change.record: move for change in changes if change.record in rows and (move := _move(context, change))}
    for record, move in moves.items():
        row = rows[record]
        if move.after.due_at == row.index.due_at:
            yield _told(context, row, move)


def _move(context: Context, change: Change) -> _Move | None:
    """How a change moved the due date, if it did."""
    assert change.before is not None
    assert change.after is not None
    if _times(change.before) == _times(change.after):
        return None
    with suppress(CodecError):
        before, after = (context.desk.index(text, change.calendar)[1] for text in (change.before, change.after))
        if before.due_at is None or before.due_at == after.due_at:
            return None
        completed = after.repeat and after.due_at is not None and after.due_at > before.due_at
        return None if completed else _Move(change, before, after)
    return None


def _times(text: str) -> list[str]:
    """The lines that say when; whoever has the same ones moved nothing."""
    return [line for line in text.split("\n") if line.startswith(_TIMES)]


def _told(context: Context, row: Row, move: _Move) -> Finding:
    me, now = context.settings.me, context.now
    on = Clock(move.change.at, me, now)
    before, after = _instant(move.before.due_at), _instant(move.after.due_at)
    was = _clocks(context, move.before, before)
    if after is None:
        message = Message("a sync on {on} took the due date away, which was {before}", on=on, before=was)
    else:
        message = Message(
            "a sync on {on} moved the due date from {before} to {after} ({left})",
            on=on,
            before=was,
            after=_clocks(context, move.after, after),
            left=Left(after, now),
        )
    facts = {"before": before, "after": after, "run": move.change.run, "moved": move.change.at}
    remedy = Message(
        "if that was not you, talk to them, else acknowledge this; deadlines log {number} shows what happened to it",
        number=str(row.id),
    )
    index = row.index
    return Finding(Code.DUE_MOVED, row.uid, index.summary, index.client, message, facts, remedy, str(move.change.run), after)


def _clocks(context: Context, index: Index, due: datetime | None) -> Clocks | str:
    if due is None:
        return ""
    client = context.settings.clients.get(index.client)
    when = when_of(index.due_kind, index.due_value, index.due_tzid)
    return Clocks(due, client, context.settings.me, context.now, when)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _conflicts(context: Context) -> Iterator[Finding]:
    for row in context.store.rows(Query(component="", waiting=True)):
        calendar = context.settings.calendars.get(row.calendar)
        if calendar is not None and calendar.conflict is Policy.ASK:
            yield _waits(context, row)
    for change in context.store.settled_conflicts(context.now - CONFLICTS_TOLD):
        yield from _settled(context, change)


def _waits(context: Context, row: Row) -> Finding:
    """Another agreement between both sides makes the next conflict another matter."""
    record = context.store.get(row.id)
    base = "" if record is None else record.base or ""
    key = f"waits {crc32(base.encode('utf-8', 'surrogateescape')):08x}"
    message = Message("both sides changed it, and neither is written until you say which to keep")
    remedy = Message("deadlines sync --calendar {calendar} at a terminal asks", calendar=row.calendar)
    index, facts = row.index, {"calendar": row.calendar}
    return Finding(Code.CONFLICT_WAITS, row.uid, index.summary, index.client, message, facts, remedy, key)


def _settled(context: Context, change: Change) -> Iterator[Finding]:
    record = context.store.get(change.record)
    if record is None or record.ical is None:
        return
    message = Message(
        "both sides changed it before the sync on {on} ({note}); the other version is in the journal alone",
        on=Clock(change.at, context.settings.me, context.now),
        note=change.note,
    )
    remedy = Message(
        "deadlines log {number} --json has it, deadlines undo {run} takes that sync back; else acknowledge this",
        number=str(record.id),
        run=str(change.run),
    )
    facts = {"calendar": change.calendar, "run": change.run, "note": change.note}
    index = record.index
    yield Finding(Code.CONFLICT_WAITS, record.uid, index.summary, index.client, message, facts, remedy, f"settled {change.run}")


LOOKS = (
    Look(frozenset({Code.DUE_MOVED}), _moved, ahead=None),
    Look(frozenset({Code.CONFLICT_WAITS}), _conflicts, ahead=None),
)
