"""Stretches of time, and the algebra of sorted lists of them.

A `Span` is half-open, `[start, end)`, between two aware instants in UTC, and never empty. Everything here takes and gives
spans that are *sorted and disjoint* (touching ones count as one) and runs through them once, so that a year of ten people's
calendars is a matter of milliseconds; `union` is the door through which spans in overlapping heaps come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from operator import attrgetter

_by_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until just before `end`, both aware in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a span must end after it starts: {self.start} .. {self.end}")

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def union(*heaps: Iterable[Span]) -> Iterator[Span]:
    """What any of the heaps covers. Each must be sorted by start; within one, spans may overlap."""
    spans = merge(*heaps, key=_by_start)
    current = next(spans, None)
    if current is None:
        return
    for span in spans:
        if span.start > current.end:
            yield current
            current = span
        elif span.end > current.end:
            current = Span(current.start, span.end)
    yield current


def intersect(left: Iterable[Span], right: Iterable[Span]) -> Iterator[Span]:
    """What both cover."""
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None and other is not None:
        start = max(one.start, other.start)
        if one.end <= other.end:
            if start < one.end:
                yield one if start is one.start else Span(start, one.end)
            one = next(lefts, None)
        else:
            if start < other.end:
                yield other if start is other.start else Span(start, other.end)
            other = next(rights, None)


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> Iterator[Span]:
    """What `spans` cover and `holes` do not."""
    cuts = iter(holes)
    cut = next(cuts, None)
    for span in spans:
        start, end = span.start, span.end
        while cut is not None and cut.start < end:
            if start < cut.start:
                yield Span(start, cut.start)
            if start < cut.end:  # noqa: PLR1730 # a call for each of 10,000 holes is what takes the time
                start = cut.end
            if cut.end > end:
                break  # it reaches into the next span
            cut = next(cuts, None)
        if start < end:
            yield span if start is span.start else Span(start, end)


def total(spans: Iterable[Span]) -> timedelta:
    """How much time disjoint spans cover."""
    return sum((span.length for span in spans), timedelta())
