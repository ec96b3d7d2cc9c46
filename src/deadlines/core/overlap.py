"""When several people work at the same time, and how a meeting lies in somebody's hours.

A meeting is *inside* where all of it is within the hours of a party, at the *edge* where it also touches the first or last half
hour of their working day (a break of up to three hours ends no day), *outside* where part of it is not, and on a *holiday* where
it is outside only because of a day off, public or their own. How far it is *beyond* their hours is the longest way from any
part of it to the hours next to it: a meeting from 17:00 to 17:45 is 45 minutes beyond a day that ends at 17:00.
"""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import itemgetter
from typing import NamedTuple

from deadlines.core.availability import Availability, travel_zone_at, windows
from deadlines.core.span import Span, intersect, subtract
from deadlines.core.when import to_local

HALF_HOUR = timedelta(minutes=30)
BREAK = timedelta(hours=3)
_NOTHING = timedelta()
_REACH = timedelta(days=5)
"""So far around a meeting hours are looked for, a long weekend and a date line included."""


class Verdict(enum.Enum):
    """How a meeting lies in somebody's hours."""

    INSIDE = "inside"
    EDGE = "edge"
    OUTSIDE = "outside"
    HOLIDAY = "holiday"

    @property
    def fits(self) -> bool:
        """Whether all of it is within their hours."""
        return self in {Verdict.INSIDE, Verdict.EDGE}


class Side(enum.Enum):
    """Where what is beyond somebody's hours lies."""

    BEFORE = "before"
    AFTER = "after"
    BREAK = "break"
    """Between two windows of a day."""


class Fit(NamedTuple):
    """The verdict; how far beyond the hours, and on which side; how much of it is in a first or last half hour."""

    verdict: Verdict
    beyond: timedelta = _NOTHING
    side: Side | None = None
    edge: timedelta = _NOTHING


def overlap(availabilities: Iterable[Availability], span: Span) -> Iterator[Span]:
    """When all of them work within `span`: sorted, disjoint, in UTC. All of `span` where there is nobody."""
    everybody: Iterator[Span] = iter((span,))
    return reduce(lambda common, one: intersect(common, windows(one, span)), availabilities, everybody)


def verdict(span: Span, availability: Availability) -> Verdict:
    """How a meeting at `span` lies in the hours of somebody."""
    return Timetable(availability, span).fit(span).verdict


class Timetable:
    """The hours of one party around `span`, at hand for judging many meetings within it."""

    def __init__(self, availability: Availability, span: Span) -> None:
        self._availability = availability
        self._span = _around(span)
        self.windows: Sequence[Span] = list(windows(availability, self._span))
        self._starts = [window.start for window in self.windows]

    def holds(self, meeting: Span) -> bool:
        """Whether all of a meeting is within the hours."""
        at = bisect_right(self._starts, meeting.start) - 1
        return at >= 0 and meeting.end <= self.windows[at].end

    def fit(self, meeting: Span) -> Fit:
        """How a meeting lies in the hours."""
        at = bisect_right(self._starts, meeting.start) - 1
        if at >= 0 and meeting.end <= self.windows[at].end:
            edge = self._edge(meeting, at)
            return Fit(Verdict.EDGE if edge else Verdict.INSIDE, edge=edge)
        missing = list(subtract([meeting], self.windows_at(meeting)))
        beyond, side = max((self._away(part) for part in missing), key=itemgetter(0))
        usual = self._usual
        is_off = usual is not None and any(True for _ in intersect(missing, usual.windows_at(meeting)))
        return Fit(Verdict.HOLIDAY if is_off else Verdict.OUTSIDE, beyond, side)

    def verdict(self, meeting: Span) -> Verdict:
        """The verdict alone, in a fraction of the time where they have no day off that could be the reason."""
        start, end = meeting.start, meeting.end
        at = bisect_right(self._starts, start) - 1
        if at >= 0 and end <= self.windows[at].end:
            calm, until = self._calm[at]
            return Verdict.INSIDE if calm <= start and end <= until else Verdict.EDGE
        usual = self._usual
        if usual is None or not usual.touches(meeting):
            return Verdict.OUTSIDE
        return self.fit(meeting).verdict

    def touches(self, meeting: Span) -> bool:
        """Whether any of a meeting is within the hours."""
        at = bisect_left(self._starts, meeting.end)
        return at > 0 and self.windows[at - 1].end > meeting.start

    def local(self, instant: datetime) -> datetime:
        """The wall time that they have then."""
        return to_local(instant, travel_zone_at(self._availability, instant) or self._availability.zone)

    def windows_at(self, meeting: Span) -> Sequence[Span]:
        """The hours that a meeting touches, and those before and after it."""
        at = bisect_right(self._starts, meeting.start) - 1
        return self.windows[max(at, 0) : bisect_right(self._starts, meeting.end) + 1]

    @cached_property
    def _calm(self) -> Sequence[tuple[datetime, datetime]]:
        """Of each window when it is neither the first nor the last half hour of a day."""
        return [
            (window.start + HALF_HOUR if first else window.start, window.end - HALF_HOUR if last else window.end)
            for window, first, last in _ends_of_days(self.windows)
        ]

    @cached_property
    def _usual(self) -> Timetable | None:
        """The hours without any day off; None where there is none anyway."""
        availability = self._availability
        if not availability.time_off and availability.closed == frozenset():
            return None
        return Timetable(replace(availability, closed=frozenset(), time_off=()), self._span)

    def _edge(self, meeting: Span, at: int) -> timedelta:
        """How much of a meeting within a window is in the first or last half hour of the day."""
        window = self.windows[at]
        edge = _NOTHING
        if not at or window.start - self.windows[at - 1].end > BREAK:
            edge += max(min(meeting.end, window.start + HALF_HOUR) - meeting.start, _NOTHING)
        if at + 1 == len(self.windows) or self.windows[at + 1].start - window.end > BREAK:
            edge += max(meeting.end - max(meeting.start, window.end - HALF_HOUR), _NOTHING)
        return min(edge, meeting.length)

    def _away(self, part: Span) -> tuple[timedelta, Side]:
        """From the hours next to a part outside them to its far end, and on which side of them it is."""
        after = bisect_right(self._starts, part.start)
        before = self.windows[after - 1].end if after else self._span.start
        behind = self.windows[after].start if after < len(self.windows) else self._span.end
        late, early = part.end - before, behind - part.start
        if behind - before <= BREAK:
            return min(early, late), Side.BREAK
        return (early, Side.BEFORE) if early < late else (late, Side.AFTER)


def _around(span: Span) -> Span:
    try:
        return Span(span.start - _REACH, span.end + _REACH)
    except OverflowError:
        return span


def trimmed(hours: Sequence[Span]) -> Iterator[Span]:
    """The hours without the first and last half hour of each day."""
    for window, first, last in _ends_of_days(hours):
        start: datetime = window.start + HALF_HOUR if first else window.start
        end = window.end - HALF_HOUR if last else window.end
        if start < end:
            yield Span(start, end)


def _ends_of_days(hours: Sequence[Span]) -> Iterator[tuple[Span, bool, bool]]:
    """Each window, and whether a day begins or ends with it."""
    last = len(hours) - 1
    for number, window in enumerate(hours):
        first = not number or window.start - hours[number - 1].end > BREAK
        yield window, first, number == last or hours[number + 1].start - window.end > BREAK
