from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.series import MOST, Extra, Part, Series, bounds, instances
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, When, Zoned, plus, utc

OSLO, NEW_YORK = ZoneInfo("Europe/Oslo"), ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def zoned(text: str, zone: ZoneInfo = OSLO) -> Zoned:
    return Zoned(datetime.fromisoformat(text), zone.key, zone)


def day(text: str) -> AllDay:
    return AllDay(date.fromisoformat(text))


def part(start: When, length: timedelta = HOUR, **more: object) -> Part:
    return Part(start, plus(start, length), **more)  # type: ignore[arg-type]  # by keyword


def span(first: str, last: str) -> Span:
    return Span(datetime.fromisoformat(first).replace(tzinfo=UTC), datetime.fromisoformat(last).replace(tzinfo=UTC))


YEAR = span("2026-01-01", "2027-01-01")


def starts(series: Series, within: Span = YEAR) -> list[str]:
    return [f"{one.span.start:%m-%d %H:%M}" for one in instances(series, within, OSLO).instances]


def test_a_weekly_call_keeps_its_wall_time_across_both_changes() -> None:
    series = Series(part(zoned("2026-03-26T09:00")), "FREQ=WEEKLY;COUNT=2")
    autumn = Series(part(zoned("2026-10-22T09:00")), "FREQ=WEEKLY;COUNT=2")

    assert starts(series) == ["03-26 08:00", "04-02 07:00"]
    assert starts(autumn) == ["10-22 07:00", "10-29 08:00"]


@pytest.mark.parametrize(
    ("nominal", "ends"),
    [(None, ["03-28 23:00", "03-29 23:00"]), (timedelta(days=1), ["03-28 23:00", "03-29 22:00"])],
)
def test_dtend_gives_one_exact_length_and_duration_a_nominal_one(nominal: timedelta | None, ends: list[str]) -> None:
    """RFC 5545 §3.8.5.3. The night of 28 March has 23 hours."""
    master = Part(zoned("2026-03-28T00:00"), zoned("2026-03-29T00:00"), nominal)
    found = instances(Series(master, "FREQ=DAILY;COUNT=2"), YEAR, OSLO).instances

    assert [f"{one.span.end:%m-%d %H:%M}" for one in found] == ends


def test_what_began_before_the_span_and_reaches_into_it_takes_place_in_it() -> None:
    series = Series(part(zoned("2026-01-01T00:00"), timedelta(days=5)), "FREQ=MONTHLY")

    assert starts(series, span("2026-03-04", "2026-03-05")) == ["02-28 23:00"]


@pytest.mark.parametrize(
    "exdate",
    [zoned("2026-05-08T09:00"), utc(datetime(2026, 5, 8, 7, tzinfo=UTC)), day("2026-05-08"), zoned("2026-05-08T03:00", NEW_YORK)],
)
def test_exdate_takes_an_instance_out_however_it_is_written(exdate: When) -> None:
    series = Series(part(zoned("2026-05-01T09:00")), "FREQ=WEEKLY;COUNT=3", exdates=(exdate,))

    assert starts(series) == ["05-01 07:00", "05-15 07:00"]


def test_rdate_adds_instances_a_period_with_its_own_end() -> None:
    extras = (Extra(zoned("2026-06-01T12:00")), Extra(zoned("2026-06-02T12:00"), zoned("2026-06-02T15:00")))
    found = instances(Series(part(zoned("2026-05-01T09:00")), extras=extras), YEAR, OSLO).instances

    assert [one.span.length for one in found] == [HOUR, HOUR, 3 * HOUR]


def test_an_override_stands_for_its_instance_wherever_it_was_moved() -> None:
    moved = part(zoned("2026-12-24T10:00"), summary="moved", recurrence_id=zoned("2026-05-08T09:00"))
    series = Series(part(zoned("2026-05-01T09:00"), summary="call"), "FREQ=WEEKLY;COUNT=3", overrides=(moved,))

    assert starts(series) == ["05-01 07:00", "05-15 07:00", "12-24 09:00"]
    assert [one.part.summary for one in instances(series, YEAR, OSLO).instances] == ["call", "call", "moved"]
    assert starts(series, span("2026-12-01", "2027-01-01")) == ["12-24 09:00"]


def test_a_cancelled_instance_does_not_take_place() -> None:
    gone = part(zoned("2026-05-08T09:00"), status="cancelled", recurrence_id=zoned("2026-05-08T09:00"))

    assert starts(Series(part(zoned("2026-05-01T09:00")), "FREQ=WEEKLY;COUNT=2", overrides=(gone,))) == ["05-01 07:00"]


def test_exdate_beats_an_override() -> None:
    moved = part(zoned("2026-05-08T12:00"), recurrence_id=zoned("2026-05-08T09:00"))
    master = part(zoned("2026-05-01T09:00"))

    assert starts(Series(master, "FREQ=WEEKLY;COUNT=2", (), (zoned("2026-05-08T09:00"),), (moved,))) == ["05-01 07:00"]


def test_this_and_future_moves_all_that_follow_until_the_next_one() -> None:
    """The second reaches an hour before the summer's end: what follows keeps its wall time."""
    later = part(zoned("2026-10-16T11:00"), 2 * HOUR, summary="b", recurrence_id=zoned("2026-10-16T09:00"), and_future=True)
    again = part(zoned("2026-10-30T08:00"), summary="c", recurrence_id=zoned("2026-10-30T09:00"), and_future=True)
    alone = part(zoned("2026-11-06T15:00"), summary="d", recurrence_id=zoned("2026-11-06T09:00"))
    series = Series(part(zoned("2026-10-09T09:00"), summary="a"), "FREQ=WEEKLY;COUNT=6", overrides=(again, later, alone))
    found = instances(series, YEAR, OSLO).instances

    assert [f"{one.part.summary} {one.span.start:%m-%d %H:%M} {one.span.length}" for one in found] == [
        "a 10-09 07:00 1:00:00",
        "b 10-16 09:00 2:00:00",
        "b 10-23 09:00 2:00:00",
        "c 10-30 07:00 1:00:00",
        "d 11-06 14:00 1:00:00",
        "c 11-13 07:00 1:00:00",
    ]


def test_this_and_future_that_moves_by_weeks_is_found_where_it_moved_to() -> None:
    later = part(zoned("2026-07-01T09:00"), recurrence_id=zoned("2026-05-06T09:00"), and_future=True)
    series = Series(part(zoned("2026-04-29T09:00")), "FREQ=WEEKLY", overrides=(later,))

    assert starts(series, span("2026-06-20", "2026-07-09")) == ["07-01 07:00", "07-08 07:00"]


def test_an_override_without_its_series_stands_for_itself() -> None:
    alone = part(zoned("2026-05-08T12:00"), recurrence_id=zoned("2026-05-08T09:00"))

    assert starts(Series(None, overrides=(alone,))) == ["05-08 10:00"]


def test_an_override_that_names_no_instance_takes_place_all_the_same() -> None:
    odd = part(zoned("2026-05-09T12:00"), recurrence_id=zoned("2026-05-09T09:00"))

    assert starts(Series(part(zoned("2026-05-01T09:00")), "FREQ=WEEKLY;COUNT=1", overrides=(odd,))) == [
        "05-01 07:00",
        "05-09 10:00",
    ]


@pytest.mark.parametrize(
    ("start", "zone", "found"),
    [
        (day("2026-05-08"), OSLO, "05-07 22:00 05-08 22:00"),
        (day("2026-05-08"), NEW_YORK, "05-08 04:00 05-09 04:00"),
        (Floating(datetime(2026, 5, 8, 9)), NEW_YORK, "05-08 13:00 05-09 13:00"),  # noqa: DTZ001 - a floating time
    ],
)
def test_dates_and_floating_times_are_read_on_the_clock_that_is_given(start: When, zone: ZoneInfo, found: str) -> None:
    (one,) = instances(Series(part(start, timedelta(days=1))), YEAR, zone).instances

    assert f"{one.span.start:%m-%d %H:%M} {one.span.end:%m-%d %H:%M}" == found


def test_an_all_day_series_has_days_of_the_length_that_they_have() -> None:
    found = instances(Series(part(day("2026-03-28"), timedelta(days=1)), "FREQ=DAILY;COUNT=3"), YEAR, OSLO).instances

    assert [one.span.length for one in found] == [24 * HOUR, 23 * HOUR, 24 * HOUR]


def test_hourly_across_a_gap_is_one_instance_at_each_instant() -> None:
    series = Series(part(zoned("2026-03-29T00:30"), timedelta(minutes=5)), "FREQ=HOURLY;COUNT=4")

    assert starts(series) == ["03-28 23:30", "03-29 00:30", "03-29 01:30", "03-29 02:30"]


def test_a_day_that_a_zone_skips_is_one_instance_with_the_next() -> None:
    """Apia had no 30 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    series = Series(part(zoned("2011-12-28T09:00", apia)), "FREQ=DAILY")

    assert starts(series, span("2011-12-28", "2012-01-02")) == [
        "12-28 19:00",
        "12-29 19:00",
        "12-30 19:00",
        "12-31 19:00",
        "01-01 19:00",
    ]


def test_the_second_pass_of_a_repeated_hour_keeps_its_length() -> None:
    """02:30 + 1 h is 02:30 again, which no wall time says."""
    found = instances(Series(part(zoned("2026-10-24T02:30")), "FREQ=DAILY;COUNT=3"), YEAR, OSLO).instances

    assert [one.span.length for one in found] == [HOUR, HOUR, HOUR]


def test_an_event_without_length_is_one_second() -> None:
    (one,) = instances(Series(part(zoned("2026-05-08T09:00"), timedelta())), YEAR, OSLO).instances

    assert one.span.length == timedelta(seconds=1)


def test_an_event_that_ends_before_it_starts_is_one_second() -> None:
    (one,) = instances(Series(part(zoned("2026-05-08T09:00"), -HOUR)), YEAR, OSLO).instances

    assert one.span.length == timedelta(seconds=1)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=SECONDLY;COUNT=1000000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
     "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYSECOND=0,1,2,3,4,5,6,7,8,9;BYSETPOS=-1"],
)  # fmt: skip
def test_a_rule_that_floods_or_starves_is_cut_within_a_second(rule: str) -> None:
    began = process_time()
    found = instances(Series(part(zoned("2026-01-05T09:00"), timedelta(seconds=1)), rule), YEAR, OSLO)

    assert process_time() - began < 1
    assert len(found.instances) <= MOST
    assert bool(found.problem) == (len(found.instances) > 1)


def test_a_rule_that_cannot_be_read_leaves_the_start_and_says_so() -> None:
    found = instances(Series(part(zoned("2026-05-08T09:00")), "FREQ=FORTNIGHTLY"), YEAR, OSLO)

    assert len(found.instances) == 1
    assert "FORTNIGHTLY" in found.problem


def test_an_instance_that_would_end_after_the_calendar_does_is_left_out() -> None:
    forever = Part(zoned("2026-05-08T09:00"), zoned("9999-12-28T09:00"))

    assert len(instances(Series(forever, "FREQ=YEARLY"), span("2030-01-01", "2030-01-02"), OSLO).instances) == 1
    assert bounds(Series(forever, "FREQ=YEARLY;COUNT=3"), OSLO)[1] is None


MASTERS = st.builds(
    lambda start, length, kind: part(zoned(start.isoformat()) if kind else Floating(start), timedelta(minutes=length)),
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 1)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 - wall time
    st.integers(0, 6_000),
    st.booleans(),
)
RULES = st.sampled_from(
    ["", "FREQ=WEEKLY", "FREQ=DAILY;COUNT=9", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;UNTIL=20260401T000000Z",
     "FREQ=HOURLY;COUNT=40", "FREQ=YEARLY;UNTIL=20260401"]
)  # fmt: skip


@given(MASTERS, RULES, st.integers(0, 500), st.integers(1, 60))
def test_a_span_shows_what_a_wider_one_shows_of_it(master: Part, rule: str, offset: int, days: int) -> None:
    start = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=offset)
    within = Span(start, start + timedelta(days=days))
    wide = instances(Series(master, rule), Span(datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)), OSLO)

    found = instances(Series(master, rule), within, OSLO).instances

    assert found == [one for one in wide.instances if one.span.start < within.end and one.span.end > within.start]


@given(MASTERS, RULES)
def test_the_bounds_hold_every_instance(master: Part, rule: str) -> None:
    series = Series(master, rule)
    first, last = bounds(series, OSLO)

    found = instances(series, Span(datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)), OSLO).instances
    assert all(first <= one.span.start and (last is None or one.span.end <= last) for one in found)
    assert (last is None) == (rule in {"FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1FR"})


def test_what_is_moved_out_of_the_calendar_takes_place_at_no_time() -> None:
    """Found by feeding odd events at random."""
    far = part(zoned("9990-01-01T09:00", NEW_YORK), recurrence_id=zoned("2026-05-08T09:00"), and_future=True)
    series = Series(part(zoned("2026-05-01T09:00")), "FREQ=YEARLY", overrides=(far,))

    assert starts(series) == ["05-01 07:00"]
    assert bounds(series, OSLO)[1] is None


def test_the_bounds_of_what_never_ends_are_none() -> None:
    forever = Part(zoned("2026-05-08T09:00"), zoned("9999-12-28T09:00"))

    assert bounds(Series(forever, overrides=(forever._replace(recurrence_id=forever.start),)), OSLO)[1] is None
