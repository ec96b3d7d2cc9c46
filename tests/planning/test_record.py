from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Period
from deadlines.core.span import Span
from deadlines.planning.record import Done, Line, Move, record, working_time

NEW_YORK = Availability(zone=ZoneInfo("America/New_York"), weekly=parse_hours("Mon-Fri 09:00-17:00"))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def november(*, done: tuple[Done, ...] = (), moves: tuple[Move, ...] = (), worked: tuple[Span, ...] = ()) -> Line:
    span = (date(2026, 11, 1), date(2026, 11, 30))
    (line,) = record(NEW_YORK, Period.MONTH, span=span, done=done, moves=moves, worked=worked)
    return line


def test_the_weekend_does_not_count_as_late() -> None:
    """Due on Friday 27 November at 17:00 in New York, delivered on Monday at 10:00 there: one working hour late."""
    assert working_time(NEW_YORK, utc("2026-11-27T22:00"), utc("2026-11-30T15:00")) == HOUR


def test_nothing_passes_backwards() -> None:
    assert working_time(NEW_YORK, utc("2026-11-30T15:00"), utc("2026-11-27T22:00")) == timedelta()


def test_late_on_time_and_undated_are_told_apart() -> None:
    due = utc("2026-11-20T22:00")
    line = november(
        done=(
            Done(utc("2026-11-20T22:00"), due),
            Done(utc("2026-11-23T15:00"), due),
            Done(utc("2026-11-23T17:00"), due),
            Done(utc("2026-11-24T22:00"), due),
            Done(utc("2026-11-24T22:00"), None),
        )
    )

    assert (line.delivered, line.on_time, line.late) == (5, 1, 3)
    assert (line.median_late, line.worst_late) == (3 * HOUR, 16 * HOUR)


def test_the_median_of_two_is_between_them() -> None:
    due = utc("2026-11-20T22:00")

    assert november(done=(Done(utc("2026-11-23T15:00"), due), Done(utc("2026-11-23T17:00"), due))).median_late == 2 * HOUR


def test_moves_are_counted_by_direction_and_answered_in_working_time() -> None:
    at = utc("2026-11-20T21:00")
    earlier = Move(at, utc("2026-12-04T22:00"), utc("2026-12-01T22:00"), answered=utc("2026-11-23T15:00"))
    later = Move(at, utc("2026-12-04T22:00"), utc("2026-12-08T22:00"))

    line = november(moves=(earlier, later, later))

    assert (line.earlier, line.later, line.response) == (1, 2, 2 * HOUR)


def test_work_counts_where_it_was_done() -> None:
    """From 23:00 on 30 November to 01:00 on 1 December in New York."""
    assert november(worked=(Span(utc("2026-12-01T04:00"), utc("2026-12-01T06:00")),)).worked == HOUR


def test_an_empty_month_says_nothing() -> None:
    line = november()

    assert (line.delivered, line.median_late, line.worst_late, line.response) == (0, None, None, None)


def test_periods_are_cut_by_the_days_asked_for() -> None:
    lines = record(NEW_YORK, Period.WEEK, span=(date(2026, 11, 25), date(2026, 12, 8)), done=(), moves=(), worked=())

    assert [(str(line.first), str(line.last)) for line in lines] == [
        ("2026-11-25", "2026-11-29"),
        ("2026-11-30", "2026-12-06"),
        ("2026-12-07", "2026-12-08"),
    ]


@given(st.lists(st.integers(0, 24 * 120), max_size=30), st.sampled_from(Period))
def test_every_delivery_is_in_exactly_one_period(hours: list[int], per: Period) -> None:
    begin = utc("2026-09-15T04:00")  # midnight in New York
    done = tuple(Done(begin + hour * HOUR, None) for hour in hours)

    lines = record(NEW_YORK, per, span=(date(2026, 9, 15), date(2027, 1, 14)), done=done, moves=(), worked=())

    assert sum(line.delivered for line in lines) == len(done)
