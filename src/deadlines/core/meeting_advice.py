"""Where a meeting could be moved to: the free time inside everybody's hours that is nearest to it.

The time of the meeting itself is free, as far as nothing else is planned then: what is planned at all, and what is planned twice
over, are worked out once for all meetings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import attrgetter

from deadlines.core.meeting import Meeting
from deadlines.core.overlap import Timetable
from deadlines.core.span import Span, intersect, subtract, union

_FAR = timedelta(days=7)
_NIGHT = timedelta(days=1)
"""So long before a day its hours may have begun."""
_by_start = attrgetter("start")


class Advice:
    """Knows what is free. `tables` may grow as parties are met; `busy` is sorted by start, `span` where to look."""

    def __init__(self, tables: Mapping[str, Timetable], busy: Sequence[Span], span: Span) -> None:
        self._tables = tables
        self._busy = list(union(busy))
        self._twice = list(union(_twice(busy)))
        self._span = span
        self._common: dict[tuple[str, ...], list[Span]] = {}

    def near(self, meeting: Meeting) -> Span | None:
        """The free stretch nearest to the meeting and long enough for it; None where there is none within a week."""
        start = meeting.span.start
        hours = _between(self._hours(meeting.clients), start - _FAR - _NIGHT, start + _FAR)
        free = subtract(hours, _between(self._busy, start - _FAR - _NIGHT, start + _FAR + _NIGHT))
        own = subtract(intersect(hours, [meeting.span]), _between(self._twice, start, meeting.span.end))
        fitting = [one for one in union(free, own) if one.length >= meeting.span.length]
        return min(fitting, key=lambda one: (_days(one, start), -one.length, one.start), default=None)

    def _hours(self, clients: tuple[str, ...]) -> list[Span]:
        if clients not in self._common:
            everybody = [self._tables[key].windows for key in ("me", *clients) if key in self._tables]
            self._common[clients] = list(reduce(intersect, everybody, iter([self._span])))
        return self._common[clients]


def _twice(busy: Iterable[Span]) -> Iterator[Span]:
    """What at least two of the spans, which are sorted by start, cover; sorted by start."""
    until: datetime | None = None
    for span in busy:
        if until is not None and span.start < until:
            yield Span(span.start, min(span.end, until))
        if until is None or span.end > until:
            until = span.end


def _between(spans: Sequence[Span], start: datetime, end: datetime) -> Sequence[Span]:
    """Those of disjoint spans that may reach into the time between two instants."""
    return spans[max(bisect_left(spans, start, key=_by_start) - 1, 0) : bisect_left(spans, end, key=_by_start)]


def _days(one: Span, instant: datetime) -> int:
    """How many days it is away; twelve hours either way are the same day."""
    return (max(one.start - instant, instant - one.end, timedelta()) + timedelta(hours=12)) // timedelta(days=1)
