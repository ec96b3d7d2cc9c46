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
        start, end = max(one.start, other.start), min(one.end, other.end)
        if start < end:
            yield Span(start, end)
        if one.end <= other.end:
            one = next(lefts, None)
        else:
            other = next(rights, None)


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> Iterator[Span]:
    """What `spans` cover and `holes` do not."""
    cuts = iter(holes)
    cut = next(cuts, None)
    for span in spans:
        start = span.start
        while cut is not None and cut.start < span.end:
            if start < cut.start:
                yield Span(start, cut.start)
            start = max(start, cut.end)
            if cut.end > span.end:
                break  # it reaches into the next span
            cut = next(cuts, None)
        if start < span.end:
            yield Span(start, span.end)


def total(spans: Iterable[Span]) -> timedelta:
    """How much time disjoint spans cover."""
    return sum((span.length for span in spans), timedelta())
