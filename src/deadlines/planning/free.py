"""The time there is, as a clock that runs only while I am free.

Put all free spans end to end: an instant `t` becomes `upto(t)`, the free time before it. On that clock there are no nights and no
meetings, work of three hours takes three hours, and a due on Sunday is the same as one on Friday at five. That is what makes the
theory of one machine (`plan`) hold for somebody with working hours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import accumulate
from math import ceil, floor

from deadlines.core.span import Span, subtract
from deadlines.core.when import end_of_day, to_local

_NONE = timedelta()
_SECOND = timedelta(seconds=1)


def free(
    windows: Iterable[Span],
    busy: Iterable[Span],
    *,
    zone: tzinfo,
    day_hours: timedelta | None = None,
    smallest_piece: timedelta = _NONE,
) -> Iterator[Span]:
    """Working hours less what is busy, both sorted and disjoint: of each day in `zone` the first `day_hours`.

    What is shorter than `smallest_piece` is nothing: nobody begins anything between two meetings.
    """
    left = subtract(windows, busy)
    capped = left if day_hours is None else _capped(left, zone, day_hours)
    return (span for span in capped if span.length >= smallest_piece)


def _capped(spans: Iterable[Span], zone: tzinfo, most: timedelta) -> Iterator[Span]:
    midnight, room = datetime.min.replace(tzinfo=UTC), _NONE
    for span in spans:
        start = span.start
        while start < span.end:
            if start >= midnight:
                midnight, room = end_of_day(to_local(start, zone).date(), zone), most
            end = min(span.end, midnight, start + room)
            if start < end:
                yield Span(start, end)
                room -= end - start
            start = min(span.end, midnight)


class FreeTime:
    """Free spans from `now` on, and the clock that runs in them. Instants and times are whole seconds."""

    def __init__(self, spans: Iterable[Span], *, now: datetime) -> None:
        self.now = ceil(now.timestamp())
        ends = [(max(ceil(span.start.timestamp()), self.now), floor(span.end.timestamp())) for span in spans]
        ends = [(start, end) for start, end in ends if start < end]
        self.starts = [start for start, _ in ends]
        self.bounds = list(accumulate(end - start for start, end in ends))
        """What the clock shows at the end of each span."""
        self.offsets = [end - bound for (_, end), bound in zip(ends, self.bounds, strict=True)]
        """What turns the clock into an instant, in each span."""
        self.total = self.bounds[-1] if ends else 0

    def upto(self, instant: int) -> int:
        """What the clock shows at an instant in Unix seconds."""
        place = bisect_right(self.starts, instant) - 1
        return 0 if place < 0 else min(instant - self.offsets[place], self.bounds[place])

    def instant(self, place: int, shown: int) -> datetime:
        """The instant at which the clock shows that in a span."""
        return datetime.fromtimestamp(shown + self.offsets[place], UTC)

    def end(self, shown: int) -> datetime:
        """The first instant at which the clock shows that: the end of a span rather than the beginning of the next one."""
        if shown <= 0 or not self.bounds:
            return datetime.fromtimestamp(self.now, UTC)
        place = min(bisect_right(self.bounds, shown - 1), len(self.bounds) - 1)
        return self.instant(place, shown)

    def begin(self, shown: int) -> datetime:
        """The last instant at which the clock shows that: the beginning of a span rather than the end of the one before."""
        if shown <= 0 or not self.bounds:
            return datetime.fromtimestamp(self.now, UTC)
        return self.instant(min(bisect_right(self.bounds, shown), len(self.bounds) - 1), shown)


def seconds(length: timedelta) -> int:
    """A length in whole seconds, rounded up."""
    return -(-length // _SECOND)
