"""`deadlines agenda`: what is due and what takes place, day by day on my clock.

A task stands on the day on which it falls due here; what is late stands before all days. A meeting stands on every day that it
touches. What is due and what begins at the same minute: the meeting comes first, for it cannot wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import zone_at
from deadlines.core.findings import Code
from deadlines.core.meeting import Meeting
from deadlines.core.overlap import Verdict
from deadlines.core.settings import Settings
from deadlines.core.span import Span
from deadlines.core.when import AllDay, start_of_day, to_local
from deadlines.store.base import OPEN, Query, Row
from deadlines.usecases.desk import Desk
from deadlines.usecases.meetings import meetings
from deadlines.usecases.task_findings import findings_of
from deadlines.usecases.verdicts import Judge, double_booked

_ONE_DAY = timedelta(days=1)
_SAID = frozenset({Code.MISSED, Code.DUE_SOON})
"""What the place of a task and the time left say already."""


class Due(NamedTuple):
    """A task that falls due, on a day of mine. `codes` are those of its findings, but for what its place says."""

    at: datetime
    day: date
    row: Row
    codes: tuple[str, ...]


class Takes(NamedTuple):
    """A meeting, or the part of it that falls on one day. `doubled`: I am busy with something else at the same time."""

    at: datetime
    meeting: Meeting
    verdicts: Mapping[str, Verdict]
    doubled: bool
    part: Span
    """On one day of mine."""


class Day(NamedTuple):
    """One day, and what is on it in order."""

    date: date
    items: Sequence[Due | Takes]


class Agenda(NamedTuple):
    """`late` is what should have been done before today, `days` are those on which there is something."""

    late: Sequence[Due]
    days: Sequence[Day]


def agenda(desk: Desk, *, days: int, client: str = "") -> Agenda:
    """What is on for so many days from today on, of everybody or of one client."""
    key = "" if desk.client(client) is None else client
    settings = desk.settings
    today = to_local(desk.now, zone_at(settings.me, desk.now)).date()
    zone = zone_at(settings.me, desk.now)
    span = Span(start_of_day(today, zone), start_of_day(today + timedelta(days=days), zone))
    by_day: dict[date, list[Due | Takes]] = {}
    late = []
    for due in _due(desk, span, key):
        if due.day < today:
            late.append(due)
        else:
            by_day.setdefault(due.day, []).append(due)
    for takes in _takes(desk, span, key):
        by_day.setdefault(to_local(takes.at, zone_at(settings.me, takes.at)).date(), []).append(takes)
    found = [Day(day, sorted(items, key=_order)) for day, items in sorted(by_day.items())]
    return Agenda(late, found)


def _due(desk: Desk, span: Span, client: str) -> list[Due]:
    query = Query(statuses=OPEN, client=client, due_before=int(span.end.timestamp()) + 1)
    found = []
    for row in desk.store.rows(query):
        assert row.index.due_at is not None  # what has none is not due before anything
        codes = (finding.code for finding in findings_of(row, desk.settings, now=desk.now))
        at = datetime.fromtimestamp(row.index.due_at, UTC)
        found.append(Due(at, _day_of(at, row, desk.settings), row, tuple(code.value for code in codes if code not in _SAID)))
    return found


def _day_of(at: datetime, row: Row, settings: Settings) -> date:
    """A day that ends with what is due belongs to it: 24:00 is no time of the next one."""
    last = at - timedelta(microseconds=1) if row.index.due_kind == "all-day" else at
    return to_local(last, zone_at(settings.me, at)).date()


def _takes(desk: Desk, span: Span, client: str) -> list[Takes]:
    everything = meetings(desk.store, desk.settings, span)
    doubled = double_booked(everything)
    judge = Judge(desk.settings, span)
    found: list[Takes] = []
    for place, meeting in enumerate(everything):
        if client and client not in meeting.clients:
            continue
        verdicts = judge(meeting)
        parts = _by_day(meeting, span, desk.settings)
        found += [Takes(part.start, meeting, verdicts, place in doubled, part) for part in parts]
    return found


def _by_day(meeting: Meeting, span: Span, settings: Settings) -> list[Span]:
    """The parts of a meeting within `span`, cut at my midnights."""
    start, end = max(meeting.span.start, span.start), min(meeting.span.end, span.end)
    if isinstance(meeting.start, AllDay) and isinstance(meeting.end, AllDay):
        return _whole_days(meeting.start.date, meeting.end.date, span, settings)
    parts: list[Span] = []
    while True:
        zone = zone_at(settings.me, start)
        midnight = start_of_day(to_local(start, zone).date() + _ONE_DAY, zone)
        if end <= midnight or midnight <= start:
            return [*parts, Span(start, end)]
        parts.append(Span(start, midnight))
        start = midnight


def _whole_days(first: date, after: date, span: Span, settings: Settings) -> list[Span]:
    """A date is that date for everybody: who has a holiday on the 26th has it on the 26th of my agenda, too."""
    zone = zone_at(settings.me, span.start)
    begin, end = to_local(span.start, zone).date(), to_local(span.end, zone).date()
    count = (min(max(after, first + _ONE_DAY), end) - max(first, begin)).days
    dates = [max(first, begin) + timedelta(days=number) for number in range(count)]
    return [Span(start_of_day(day, zone), start_of_day(day + _ONE_DAY, zone)) for day in dates]


def _order(item: Due | Takes) -> tuple[datetime, bool, int]:
    return item.at, isinstance(item, Due), item.row.id if isinstance(item, Due) else item.meeting.id
