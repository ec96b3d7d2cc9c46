"""Which meetings there are in a span, and when I am busy: every event of every calendar, its instances found as RFC 5545 says.

Time spent on tasks, which has a calendar of its own, is none of it. What the store's columns tell is not read from the text
again. Nothing that stands in an event makes this raise; what was wrong with it is its meeting's `problem`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from deadlines.core.meeting import Meeting, spelt_id
from deadlines.core.settings import TIME, Settings
from deadlines.core.span import Span, union
from deadlines.core.when import When
from deadlines.errors import CodecError
from deadlines.store.base import Row
from deadlines.store.events import EventRow, Events
from deadlines.usecases.index import Indexer
from deadlines.usecases.parties import Parties
from deadlines.usecases.spelling import dates_of, when_of

if TYPE_CHECKING:
    from deadlines.core.regular import Diary
    from deadlines.core.series import Instance, Part

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CANCELLED = "cancelled"
_YEAR = timedelta(days=366)
_by_start = attrgetter("span.start")
_new = tuple.__new__
"""Makes a `Meeting` from its fields in their order, in a fifth of the time that keywords take."""


def meetings(store: Events, settings: Settings, span: Span) -> Sequence[Meeting]:
    """Every instance of a VEVENT that overlaps `span`, sorted by start; what is cancelled is left out."""
    with _without_collector():
        expand = Expander(settings, span)
        found = [meeting for row in _rows(store, span) if row.component == "VEVENT" for meeting in expand(row)]
        found.sort(key=_by_start)
        return found


def next_meeting(store: Events, settings: Settings, row: Row, *, now: datetime) -> Meeting | None:
    """The instance of an event that is on or comes next within a year, else its first one; None for what has none."""
    coming = _instances_of(store, settings, row.id, Span(now, now + _YEAR))
    if coming or row.index.start_at is None:
        return coming[0] if coming else None
    start = _EPOCH + timedelta(seconds=row.index.start_at)
    first = _instances_of(store, settings, row.id, Span(start, start + timedelta(seconds=1)))
    return first[0] if first else None


def _instances_of(store: Events, settings: Settings, record: int, span: Span) -> Sequence[Meeting]:
    expand = Expander(settings, span)
    rows = (row for row in store.events(int(span.start.timestamp()), int(span.end.timestamp()) + 1) if row.id == record)
    return sorted((meeting for row in rows for meeting in expand(row)), key=_by_start)


def busy(store: Events, settings: Settings, span: Span) -> Sequence[Span]:
    """When I am busy within `span` and about it, sorted and disjoint: busy meetings, and what a VFREEBUSY calls busy."""
    rows, expand = list(_rows(store, span)), Expander(settings, span)
    taken = [meeting.span for row in rows if row.component == "VEVENT" for meeting in expand(row) if meeting.busy]
    taken += [one for row in rows if row.component == "VFREEBUSY" for one in _free_busy(row, span)]
    return tuple(union(sorted(taken, key=attrgetter("start"))))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Spare the collector: it would look again and again through 100,000 values among which there is no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rows(store: Events, span: Span) -> Iterator[EventRow]:
    found = store.events(int(span.start.timestamp()), int(span.end.timestamp()) + 1)
    return (row for row in found if row.calendar != TIME)


class Expander:
    """Finds the instances of events that overlap a span; what events have in common is worked out once."""

    def __init__(self, settings: Settings, span: Span) -> None:
        self._settings, self._span = settings, span
        self._start, self._end = span.start, span.end
        self._indexer = Indexer(settings)

    def __call__(self, row: EventRow) -> Iterable[Meeting]:
        """Those of one event, in order."""
        event = row.event
        if event.needs_text:
            return self._from_text(row)
        start = _when(row.start_kind, row.start_value, row.start_tzid)
        end = _when(event.end_kind, event.end_value, event.end_tzid)
        if start is None or end is None or row.start_at is None or row.end_at is None or row.status == _CANCELLED:
            return ()
        if row.repeat:
            return self._repeated(row, start, end)
        begin = _EPOCH + timedelta(seconds=row.start_at)
        until = _EPOCH + timedelta(seconds=max(row.end_at, row.start_at + 1))
        if begin >= self._end or until <= self._start:
            return ()
        return (_new(Meeting, (*_head(row), Span(begin, until), start, end, "", False, *_tail(row), row.problem)),)

    @cached_property
    def _diary(self) -> Diary:
        from deadlines.core.regular import Diary  # noqa: PLC0415 # only what repeats pays for it

        return Diary(self._span)

    def _repeated(self, row: EventRow, start: When, end: When) -> Iterable[Meeting]:
        """Those of a rule and the dates that are taken out of it."""
        exdates = dates_of(row.event.exdates) if row.event.exdates else ()
        occasions = self._diary.occasions(start, end, row.repeat, exdates)
        if occasions is not None:
            head, tail = _head(row), (True, *_tail(row), row.problem)
            return [_new(Meeting, head + one + tail) for one in occasions]
        from deadlines.core.series import Part, Series, instances  # noqa: PLC0415 # hardly any event comes here

        clients, known = row.event.clients, self._settings.clients
        zone = known[clients[0]].zone if len(clients) == 1 and clients[0] in known else self._settings.me.zone
        found = instances(Series(Part(start, end), row.repeat, (), exdates), self._span, zone)
        return map(_maker(row, "; ".join(filter(None, (row.problem, found.problem)))), found.instances)

    def _from_text(self, row: EventRow) -> Iterable[Meeting]:
        """Those of what the columns cannot tell."""
        from deadlines.core.series import instances  # noqa: PLC0415 # only what is special pays for it
        from deadlines.ical.scan import scan  # noqa: PLC0415 # likewise
        from deadlines.ical.series import series_of  # noqa: PLC0415 # likewise

        try:
            series = series_of(scan(row.text or ""))
        except CodecError:
            return ()  # `doctor` and `check` name it
        parties = Parties(self._indexer, row.calendar)
        first = series.master or next(iter(series.overrides), None)
        if first is None:
            return ()
        found = instances(series, self._span, parties.zone(parties.of(first)), diary=self._diary)
        problem = "; ".join(filter(None, (row.problem, found.problem)))
        makers: dict[int, Callable[[Instance], Meeting]] = {}
        meetings = []
        for one in found.instances:
            make = makers.get(id(one.part))
            if make is None:
                make = makers[id(one.part)] = _maker(_row_of(row, one.part, parties), problem)
            meetings.append(make(one) if series.repeats else make(one)._replace(repeats=False))
        return meetings


def _maker(row: EventRow, problem: str) -> Callable[[Instance], Meeting]:
    """What makes meetings of the instances of a row that are all alike; there are 10,000 of them at a time."""
    head, tail = _head(row), (True, *_tail(row), problem)
    return lambda one: _new(Meeting, (*head, one.span, one.start, one.end, spelt_id(one.recurrence_id), *tail))


def _head(row: EventRow) -> tuple[object, ...]:
    """What stands in a `Meeting` before its times."""
    return row.uid, row.id, row.calendar, row.summary, row.event.clients


def _tail(row: EventRow) -> tuple[object, ...]:
    """What follows them, but for the problem."""
    event = row.event
    return row.status, event.busy, event.location, event.organizer, event.attendees


def _row_of(row: EventRow, part: Part, parties: Parties) -> EventRow:
    """The row as it would be if the event were this part alone."""
    event = row.event._replace(
        clients=parties.of(part),
        attendees=part.attendees,
        organizer=part.organizer,
        location=part.location,
        busy=parties.is_busy(part),
    )
    return row._replace(summary=part.summary, status=part.status, event=event)


def _free_busy(row: EventRow, span: Span) -> Iterator[Span]:
    from deadlines.ical.scan import scan  # noqa: PLC0415 # hardly any calendar has it
    from deadlines.ical.series import read_free_busy  # noqa: PLC0415 # likewise

    try:
        periods = read_free_busy(scan(row.text or ""))
    except CodecError:
        return
    yield from (one for one in periods if one.start < span.end and one.end > span.start)


@lru_cache(maxsize=4096)
def _when(kind: str, value: str, tzid: str) -> When | None:
    return when_of(kind, value, tzid)
