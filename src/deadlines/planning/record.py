"""The record of what was delivered: how much of it on time, how late the rest, and how we answered when a due date moved.

Lateness is counted in the client's working hours: what was due on Friday at five and came on Monday at ten is one hour late to
them, not sixty-five. A delivery belongs to the period, on the client's clock, in which it was completed; work to that in which it
was done; a moved due date to that in which we learnt of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.availability import Availability, windows
from deadlines.core.client import Period
from deadlines.core.span import Span, intersect, total, union
from deadlines.core.when import start_of_day, to_local
from deadlines.planning.quota import period_of

_NOTHING = timedelta()
_DAY = timedelta(days=1)


class Done(NamedTuple):
    """One delivery; `due` is None where there was none."""

    completed: datetime
    due: datetime | None


class Move(NamedTuple):
    """A due date that was moved in the calendar, and what we did next to that task: changed or completed it at `answered`."""

    at: datetime
    before: datetime
    after: datetime
    answered: datetime | None = None


class Line(NamedTuple):
    """One period. `first` and `last` are days on the client's clock; times of lateness and response are their working time.

    `median_late` and `worst_late` are of what was late, `response` is the median of answers to moved due dates; None: there were
    none.
    """

    first: date
    last: date
    delivered: int
    on_time: int
    late: int
    median_late: timedelta | None
    worst_late: timedelta | None
    worked: timedelta
    earlier: int
    later: int
    response: timedelta | None


def record(
    availability: Availability,
    per: Period,
    *,
    span: tuple[date, date],
    done: Sequence[Done],
    moves: Sequence[Move],
    worked: Iterable[Span],
) -> tuple[Line, ...]:
    """A line for every period that overlaps `span`, first and last day included; the first and last may be cut by it."""
    zone = availability.zone
    stretches = list(union(worked))
    lines = []
    day, until = span
    while day <= until:
        last = min(period_of(per, day)[1], until)
        of = Span(start_of_day(day, zone), start_of_day(last + _DAY, zone))
        lines.append(
            _line(
                availability,
                (day, last),
                [one for one in done if one.completed in of],
                [one for one in moves if one.at in of],
                total(intersect(stretches, (of,))),
            )
        )
        day = last + _DAY
    return tuple(lines)


def working_time(availability: Availability, start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` they work; nothing where it ends first."""
    return total(windows(availability, Span(start, end))) if start < end else _NOTHING


def day_of(availability: Availability, instant: datetime) -> date:
    """The date that their clock shows."""
    return to_local(instant, availability.zone).date()


def _line(
    availability: Availability, days: tuple[date, date], done: Sequence[Done], moves: Sequence[Move], worked: timedelta
) -> Line:
    late = [working_time(availability, one.due, one.completed) for one in done if one.due is not None and one.completed > one.due]
    dated = sum(one.due is not None for one in done)
    answers = [working_time(availability, one.at, one.answered) for one in moves if one.answered is not None]
    return Line(
        first=days[0],
        last=days[1],
        delivered=len(done),
        on_time=dated - len(late),
        late=len(late),
        median_late=_median(late),
        worst_late=max(late, default=None),
        worked=worked,
        earlier=sum(one.after < one.before for one in moves),
        later=sum(one.after > one.before for one in moves),
        response=_median(answers),
    )


def _median(lengths: Sequence[timedelta]) -> timedelta | None:
    ordered, middle = sorted(lengths), len(lengths) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
