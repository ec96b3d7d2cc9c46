"""What a client is owed in every period, what they got, and what moves on to the next one.

Periods are weeks from Monday or calendar months on the client's clock, so that work done on the evening of the 31st in Honolulu
is the old month's wherever it was done. Each line of the ledger says

    left = owed + carried - done        above 0: still owed; below 0: ahead

and when its period is over, `left` moves on to the next one as far as the carry-over allows, in both directions: who delivers
five instead of four has one less to deliver the week after, and who delivers three has one more. What goes beyond the carry-over
lapses. The first period counts pro rata of its days; deliverables are whole, so their share is rounded, halves up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.client import Period, Quota, QuotaUnit
from deadlines.core.span import Span, intersect, total
from deadlines.core.when import start_of_day, to_local

_DAY = timedelta(days=1)
_WEEK = 7
_HOUR = timedelta(hours=1)
_MOST = 6000
"""Periods: a hundred years of weeks. A ledger begins there at the earliest, whatever year was typed."""


class Stretch(NamedTuple):
    """One period from `first` to `last` day, both included; `share` of a whole one. `span` is it on the client's clock."""

    first: date
    last: date
    share: float
    span: Span


class Line(NamedTuple):
    """One period of the ledger. All amounts are in the unit of the quota."""

    period: Stretch
    owed: float
    carried: float
    done: float
    carry_over: float

    @property
    def left(self) -> float:
        """What is still owed in it; below 0: how much is ahead."""
        return self.owed + self.carried - self.done

    @property
    def moves_on(self) -> float:
        """What of that is added to the next period when this one is over."""
        return max(-self.carry_over, min(self.left, self.carry_over))

    @property
    def lapsed(self) -> float:
        """What of that nobody will ask for any more; below 0: what was given beyond all that counts."""
        return self.left - self.moves_on


Measure = Callable[[Span], float]
"""How much was done in a span, in the unit of the quota."""


def ledger(quota: Quota, zone: ZoneInfo, *, since: date, now: datetime, measure: Measure) -> tuple[Line, ...]:
    """Every period from the one that holds `since` to the present one; none when `since` is still to come."""
    lines: list[Line] = []
    carried = 0.0
    for period in _periods(quota.per, zone, since, to_local(now, zone).date()):
        line = Line(
            period=period,
            owed=_share(quota, period.share),
            carried=carried,
            done=measure(period.span),
            carry_over=quota.carry_over,
        )
        lines.append(line)
        carried = line.moves_on
    return tuple(lines)


def deliverables(completed: Sequence[datetime]) -> Measure:
    """Counts sorted instants of completion."""

    def measure(span: Span) -> float:
        return bisect_left(completed, span.end) - bisect_left(completed, span.start)

    return measure


def hours(worked: Sequence[Span]) -> Measure:
    """Counts hours of sorted disjoint spans of work; one that lies across the end of a period counts in both with its part."""

    def measure(span: Span) -> float:
        return total(intersect(worked, (span,))) / _HOUR

    return measure


def period_of(per: Period, day: date) -> tuple[date, date]:
    """The first and the last day of the whole period that holds `day`."""
    if per is Period.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=_WEEK - 1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _DAY


def _periods(per: Period, zone: ZoneInfo, since: date, today: date) -> Iterator[Stretch]:
    first = max(since, today - min(timedelta(weeks=_MOST), today - date.min))
    while first <= today:
        whole, last = period_of(per, first)
        days = (last - first + _DAY) / (last - whole + _DAY)
        after = last + _DAY
        yield Stretch(first, last, days, Span(start_of_day(first, zone), start_of_day(after, zone)))
        first = after


def _share(quota: Quota, share: float) -> float:
    amount = quota.amount * share
    return floor(amount + 0.5) if quota.unit is QuotaUnit.DELIVERABLES else amount
