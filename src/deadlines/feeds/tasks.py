"""Tasks in a feed: their due instants as markers (VEVENT), and as tasks (VTODO).

A marker takes no time (TRANSP:TRANSPARENT): it begins when the task falls due and has no end, which RFC 5545 §3.6.1 defines to
be the same instant. A date alone that falls due at an hour, as a client's close of business is one, is marked at that hour, since
that is when it is late; one that falls due when the day is over is marked on the day. Of a task that repeats each
instance has a marker of its own, whose UID stays when the one before is done; as a task, the instance to do now is shown. What is
cancelled has no marker.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deadlines.feeds.lens import Clock, Lens, Piece, text_line
from deadlines.ical.text import CRLF, format_duration, format_instant
from deadlines.store.feeds import FeedRow

DEADLINE = "Deadline"
TASK = "Task"
DONE = "✓ "
_CANCELLED = "cancelled"


def marker(row: FeedRow, lens: Lens) -> Piece | None:
    """The due instant of a task; None where there is none, or nobody waits for it any more."""
    if row.due_at is None or row.status == _CANCELLED:
        return None
    title = lens.title(DEADLINE, row.summary, row.client)
    due = lens.deadline(row.due_kind, row.due_value, row.due_tzid, row.due_at, row.client)
    shown = title if row.is_open or lens.is_busy else DONE + title
    which = f"\0{row.due_value}".encode() if row.repeat else b""
    parts = [
        f"BEGIN:VEVENT{CRLF}UID:{lens.uid('deadline', row.calendar, row.uid + which)}{CRLF}\0{text_line('SUMMARY', shown)}",
        f"DTSTART{due.value}{CRLF}TRANSP:TRANSPARENT{CRLF}",
    ]
    if lens.is_full:
        parts.append(_words(row, lens))
    if row.is_open and lens.feed.alarm is not None:
        parts.append(lens.alarm(title))
    parts.append(f"END:VEVENT{CRLF}")
    return Piece("".join(parts), (due.zone,) if due.zone else ())


def todo(row: FeedRow, lens: Lens) -> Piece:
    """A task as a task."""
    title = lens.title(TASK, row.summary, row.client)
    due = None if row.due_at is None else lens.clock(row.due_kind, row.due_value, row.due_tzid, row.due_at, row.client)
    start = _start(row, lens)
    parts = [
        f"BEGIN:VTODO{CRLF}UID:{lens.uid('task', row.calendar, row.uid)}{CRLF}\0{text_line('SUMMARY', title)}",
        "" if start is None else f"DTSTART{start.value}{CRLF}",
        "" if due is None else f"DUE{due.value}{CRLF}",
    ]
    if not lens.is_busy:
        parts.append(f"STATUS:{row.status.upper()}{CRLF}")
        if row.completed_at is not None:
            parts.append(f"COMPLETED:{format_instant(datetime.fromtimestamp(row.completed_at, UTC))}{CRLF}")
    if lens.is_full:
        parts += (_words(row, lens), _numbers(row))
    if due is not None and row.is_open and lens.feed.alarm is not None:
        parts.append(lens.alarm(title, ";RELATED=END"))
    parts.append(f"END:VTODO{CRLF}")
    return Piece("".join(parts), tuple({clock.zone for clock in (start, due) if clock is not None and clock.zone}))


def _start(row: FeedRow, lens: Lens) -> Clock | None:
    """DTSTART where it is of the kind of DUE and before it, as RFC 5545 §3.8.2.3 asks."""
    if not lens.is_full or row.start_at is None or row.due_at is None:
        return None
    if (row.start_kind == "all-day") != (row.due_kind == "all-day") or row.start_at >= row.due_at:
        return None
    return lens.clock(row.start_kind, row.start_value, row.start_tzid, row.start_at, row.client)


def _words(row: FeedRow, lens: Lens) -> str:
    note = text_line("DESCRIPTION", row.note) if row.note else ""
    return note + lens.categories(row.categories, row.client) if row.categories else note


def _numbers(row: FeedRow) -> str:
    priority = f"PRIORITY:{row.priority}{CRLF}" if row.priority else ""
    percent = f"PERCENT-COMPLETE:{row.percent_complete}{CRLF}" if row.percent_complete else ""
    estimate = "" if row.estimate is None else f"ESTIMATED-DURATION:{format_duration(timedelta(seconds=row.estimate))}{CRLF}"
    return priority + percent + estimate
