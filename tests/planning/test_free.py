from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.instances import HOUR, NOW, at, free_hours, free_until, spans

from deadlines.core.availability import Availability, parse_hours, windows
from deadlines.core.span import Span, total
from deadlines.planning.free import FreeTime, free, seconds

OSLO = ZoneInfo("Europe/Oslo")


def test_meetings_and_gaps_too_small_to_work_in_are_not_free() -> None:
    busy = spans((1, 2), (2.25, 3), (7.75, 9))

    assert list(free(spans((0, 8)), busy, zone=UTC, smallest_piece=HOUR / 2)) == spans((0, 1), (3, 7.75))


def test_a_day_has_at_most_its_hours_the_first_ones() -> None:
    found = free(spans((0, 3), (4, 8), (24, 32)), spans((0, 1)), zone=OSLO, day_hours=4 * HOUR)

    assert list(found) == spans((1, 3), (4, 6), (24, 28))


def test_a_night_shift_is_cut_at_midnight() -> None:
    """It is 10:00 in Oslo when it is 9:00 in UTC: midnight is 14 hours away."""
    assert list(free(spans((10, 20)), [], zone=OSLO, day_hours=2 * HOUR)) == spans((10, 12), (14, 16))


def test_who_works_around_the_clock_has_his_hours_on_days_of_23_and_25() -> None:
    always = Availability(zone=OSLO, weekly=parse_hours("Mon-Sun 0-24"))
    october = Span(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 26, 23, tzinfo=UTC))

    assert total(windows(always, october)) == 49 * HOUR
    assert [one.start.hour for one in free(windows(always, october), [], zone=OSLO, day_hours=HOUR)] == [22, 23]


@given(free_hours(), st.integers(-1, 10))
def test_the_clock_counts_free_hours_from_now_on(spans_there: list[Span], hour: int) -> None:
    time = FreeTime(spans_there, now=NOW)

    assert time.upto(int(at(hour).timestamp())) == seconds(free_until(at(hour), spans_there))


@given(free_hours(), st.integers(0, 10))
def test_an_end_is_the_first_instant_and_a_beginning_the_last_one(spans_there: list[Span], hours: int) -> None:
    time = FreeTime(spans_there, now=NOW)
    shown = min(seconds(hours * HOUR), time.total)
    instants = [at(quarter / 4) for quarter in range(41) if time.upto(int(at(quarter / 4).timestamp())) == shown]

    assert time.end(shown) == instants[0]
    assert time.begin(shown) == (instants[-1] if 0 < shown < time.total else time.begin(shown))


def test_lengths_round_up() -> None:
    assert [seconds(timedelta(seconds=one)) for one in (0, 1, 1.000001)] == [0, 1, 2]
