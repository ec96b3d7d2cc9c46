"""Where a meeting could be moved to: the free time inside everybody's hours that is nearest to it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import attrgetter

from deadlines.core.meeting import Meeting
from deadlines.core.overlap import Timetable
from deadlines.core.span import Span, intersect, subtract, union

_FAR = timedelta(days=7)
_LONGEST = timedelta(days=2)
"""So long before a day a busy span may have begun that reaches into it; longer ones are not looked for."""
_by_start = attrgetter("start")


class Advice:
    """Knows what is free. `tables` may grow as parties are met; `busy` is sorted by start, `span` where to look."""

    def __init__(self, tables: Mapping[str, Timetable], busy: Sequence[Span], span: Span) -> None:
        self._tables = tables
        self._busy = busy
        self._span = span
        self._common: dict[tuple[str, ...], list[Span]] = {}

    def near(self, meeting: Meeting) -> Span | None:
        """The free stretch nearest to the meeting and long enough for it; None where there is none within a week."""
        start = meeting.span.start
        hours = _between(self._hours(meeting.clients), start - _FAR - _LONGEST, start + _FAR)
        busy = _between(self._busy, start - _FAR - 2 * _LONGEST, start + _FAR + _LONGEST)
        free = subtract(hours, union(one for one in busy if one != meeting.span))
        fitting = [one for one in free if one.length >= meeting.span.length]
        return min(fitting, key=lambda one: (_days(one, start), -one.length, one.start), default=None)

    def _hours(self, clients: tuple[str, ...]) -> list[Span]:
        if clients not in self._common:
            everybody = [self._tables[key].windows for key in ("me", *clients) if key in self._tables]
            self._common[clients] = list(reduce(intersect, everybody, iter([self._span])))
        return self._common[clients]


def _between(spans: Sequence[Span], start: datetime, end: datetime) -> Sequence[Span]:
    """Those that start between two instants."""
    return spans[bisect_left(spans, start, key=_by_start) : bisect_left(spans, end, key=_by_start)]


def _days(one: Span, instant: datetime) -> int:
    """How many days it is away; twelve hours either way are the same day."""
    return (max(one.start - instant, instant - one.end, timedelta()) + timedelta(hours=12)) // timedelta(days=1)
