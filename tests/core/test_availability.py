import contextlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.core.availability import (
    Availability,
    Window,
    close_of_business,
    format_hours,
    is_day_off,
    is_working_day,
    next_working_day,
    parse_hours,
    travel_zone_at,
    travel_zone_on,
    windows,
)
from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.span import Span
from deadlines.errors import AmbiguousInput, InputError

HOUR = timedelta(hours=1)


def working(hours: str, zone: str = "America/New_York", closed: frozenset[date] = frozenset()) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(hours), closed=closed)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-17:00"),
        ("Sun-Thu 22:00-06:00", "Sun-Thu 22:00-06:00"),
        ("Mon,Wed 9-12:30 13-17", "Mon,Wed 09:00-12:30 13:00-17:00"),
        ("mon - fri 9am-5pm, SAT 10–14", "Mon-Fri 09:00-17:00, Sat 10:00-14:00"),
        ("Mon-Fri 09:00-12:00, 13:00-17:00", "Mon-Fri 09:00-12:00 13:00-17:00"),
        ("Monday Tuesday 9-12, Monday 11-14 14-15", "Mon 09:00-15:00, Tue 09:00-12:00"),
        ("Mon-Sun 0-24", "Mon-Sun 00:00-24:00"),
        ("Fri-Mon 12:00-00:00", "Mon,Fri-Sun 12:00-24:00"),
        ("Mon 22:30-22:00", "Mon 22:30-22:00"),
        ("Mon 09:00:30-10:00", "Mon 09:00:30-10:00"),
    ],
)
def test_hours_are_read_and_written(text: str, canonical: str) -> None:
    assert format_hours(parse_hours(text)).replace("Fri-Mon", "Mon,Fri-Sun") == canonical
    assert parse_hours(format_hours(parse_hours(text))) == parse_hours(text)


@pytest.mark.parametrize(
    ("text", "part", "why"),
    [
        ("", "''", "no day"),
        ("9-17", "9-17", "no day stands before it"),
        ("Mon-Fri", "Mon-Fri", "no time follows Fri"),
        ("Mon-Fri 9-25", "9-25", "'25' is no time of day"),
        ("Mon-Fri x-9", "x-9", "'x' is no day of the week"),
        ("Mon-Xyz 9-17", "Mon-Xyz", "'Xyz' is no day of the week"),
        ("Mon 9x-17", "9x-17", "'9x' is no time of day"),
        ("Mon 9", "9", "needs its end"),
        ("Mon 9-9", "9-9", "ends when it starts"),
        ("Mon 24:00-6", "24:00-6", "can only end a day"),
        ("Mon 13am-6", "13am-6", "no time of day"),
        ("Mon 9:60-12", "9:60-12", "no time of day"),
    ],
)
def test_what_is_wrong_is_named(text: str, part: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_hours(text)

    assert part in str(caught.value)
    assert why in str(caught.value)
    assert "Mon-Fri 09:00-17:00" in caught.value.hint


def test_nine_to_five_is_a_saying_not_a_night() -> None:
    with pytest.raises(AmbiguousInput) as caught:
        parse_hours("Mon-Fri 9-5")

    assert caught.value.readings == ("09:00-17:00", "09:00-05:00")


weekly = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1439)), min_size=1, max_size=12).map(
    lambda rows: parse_hours(
        format_hours([Window(d, timedelta(minutes=s), timedelta(minutes=min(s + n, 1440))) for d, s, n in rows])
    )
)


@given(weekly)
def test_hours_survive_being_written(hours: tuple[Window, ...]) -> None:
    assert parse_hours(format_hours(hours)) == hours


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        parse_hours(text)


def test_windows_follow_the_clock_through_its_changes() -> None:
    span = Span(datetime(2027, 3, 12, tzinfo=UTC), datetime(2027, 3, 16, tzinfo=UTC))

    assert list(windows(working("Mon-Fri 09:00-17:00"), span)) == [
        Span(datetime(2027, 3, 12, 14, tzinfo=UTC), datetime(2027, 3, 12, 22, tzinfo=UTC)),
        Span(datetime(2027, 3, 15, 13, tzinfo=UTC), datetime(2027, 3, 15, 21, tzinfo=UTC)),
    ]


def test_a_night_shift_of_the_day_before_counts_and_is_cut_to_the_span() -> None:
    span = Span(datetime(2026, 11, 23, 4, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))

    assert list(windows(working("Sun-Thu 22:00-06:00", "UTC"), span)) == [
        Span(datetime(2026, 11, 23, 4, tzinfo=UTC), datetime(2026, 11, 23, 6, tzinfo=UTC)),
        Span(datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)),
    ]


def test_a_night_over_a_change_is_an_hour_longer_or_shorter() -> None:
    night = working("Sat 22:00-06:00")
    autumn = Span(datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    spring = Span(datetime(2027, 3, 13, 12, tzinfo=UTC), datetime(2027, 3, 15, tzinfo=UTC))

    assert [one.length for one in windows(night, autumn)] == [9 * HOUR]
    assert [one.length for one in windows(night, spring)] == [7 * HOUR]


def test_round_the_clock_is_one_span() -> None:
    span = Span(datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

    assert list(windows(working("Mon-Sun 00:00-24:00"), span)) == [span]


def test_a_day_that_the_zone_skips_has_no_hours() -> None:
    apia = working("Mon-Fri 09:00-17:00", "Pacific/Apia")
    span = Span(datetime(2011, 12, 29, 12, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC))

    assert list(windows(apia, span)) == [Span(datetime(2011, 12, 29, 19, tzinfo=UTC), datetime(2011, 12, 30, 3, tzinfo=UTC))]
    assert close_of_business(apia, date(2011, 12, 30)) is None


def test_closing_time_is_the_end_of_the_last_window() -> None:
    split = working("Mon 9-12 13-17, Tue 18-02", closed=frozenset({date(2026, 11, 30)}))

    assert close_of_business(split, date(2026, 11, 23)) == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert close_of_business(split, date(2026, 11, 24)) == datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert close_of_business(split, date(2026, 11, 25)) is None
    assert close_of_business(split, date(2026, 11, 30)) is None
    assert [is_working_day(split, date(2026, 11, day)) for day in (23, 25, 30)] == [True, False, False]


def test_the_next_working_day_skips_holidays_and_may_not_exist() -> None:
    split = working("Mon 9-12", closed=frozenset({date(2026, 11, 30)}))

    assert next_working_day(split, date(2026, 11, 23)) == date(2026, 12, 7)
    assert next_working_day(Availability(zone=ZoneInfo("UTC"), weekly=()), date(2026, 11, 23)) is None
    assert next_working_day(split, date(9999, 12, 30)) is None


def test_the_ends_of_the_calendar_are_no_trouble() -> None:
    always = working("Mon-Sun 22-06", "UTC")
    first = Span(datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 3, tzinfo=UTC))
    last = Span(datetime(9999, 12, 30, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

    assert len(list(windows(always, first))) == 2
    assert len(list(windows(always, last))) == 2


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia"]),
    st.sampled_from(["Mon-Fri 09:00-17:00", "Sun-Thu 22:00-06:00", "Mon-Sun 02:15-02:45", "Mon,Sat 6-12 13-24, Fri 20-4"]),
    st.datetimes(datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2030-01-01")).map(
        lambda d: d.replace(minute=0, second=0, microsecond=0)
    ),
)
def test_windows_are_what_the_wall_clock_says(zone: str, hours: str, start: datetime) -> None:
    there = working(hours, zone)
    span = Span(start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + timedelta(days=3))
    found = list(windows(there, span))
    instant = span.start
    while instant < span.end:
        local = instant.astimezone(there.zone)
        second_pass = local.fold == 1
        time = timedelta(hours=local.hour, minutes=local.minute)
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        expected = any(
            (w.weekday == today and w.start <= time < w.end) or (w.weekday == yesterday and time < w.end - 24 * HOUR)
            for w in there.weekly
        )
        if not second_pass:
            assert expected == any(instant in one for one in found), local
        instant += timedelta(minutes=15)


def away(hours: str = "Mon-Fri 09:00-17:00", zone: str = "Europe/Oslo", *, off: str = "", travel: str = "") -> Availability:
    return Availability(
        zone=ZoneInfo(zone),
        weekly=parse_hours(hours),
        time_off=tuple(map(parse_time_off, filter(None, off.split("|")))),
        travel=tuple(map(parse_travel, filter(None, travel.split("|")))),
    )


def utc_hours(availability: Availability, first: str, last: str) -> list[str]:
    span = Span(datetime.fromisoformat(first).replace(tzinfo=UTC), datetime.fromisoformat(last).replace(tzinfo=UTC))
    return [f"{one.start:%d %H:%M}-{one.end:%d %H:%M}" for one in windows(availability, span)]


def test_a_day_off_takes_its_night_shift_and_leaves_that_of_the_day_before() -> None:
    night = away("Mon-Sun 22:00-06:00", "UTC", off="2026-12-24")

    assert utc_hours(night, "2026-12-23", "2026-12-26") == ["23 00:00-23 06:00", "23 22:00-24 06:00", "25 22:00-26 00:00"]


def test_part_of_a_day_off_is_cut_out_and_moves_closing_time() -> None:
    dentist = away(off="2026-12-03..2026-12-04 12:00-17:00 dentist")

    assert utc_hours(dentist, "2026-12-04", "2026-12-05") == ["04 08:00-04 11:00"]
    assert close_of_business(dentist, date(2026, 12, 3)) == datetime(2026, 12, 3, 11, tzinfo=UTC)
    assert is_working_day(dentist, date(2026, 12, 4))
    assert not is_day_off(dentist, date(2026, 12, 4))


def test_parts_that_leave_nothing_leave_no_working_day() -> None:
    gone = away(off="2026-12-04 08:00-13:00|2026-12-04 13:00-18:00")

    assert close_of_business(gone, date(2026, 12, 4)) is None
    assert not is_working_day(gone, date(2026, 12, 4))
    assert next_working_day(gone, date(2026, 12, 3)) == date(2026, 12, 7)


def test_a_part_that_runs_over_midnight_cuts_the_next_morning() -> None:
    night = away("Mon-Sun 22:00-06:00", "UTC", off="2026-12-24 23:00-03:00")

    assert utc_hours(night, "2026-12-24T12:00", "2026-12-25T12:00") == ["24 22:00-24 23:00", "25 03:00-25 06:00"]


def test_on_a_journey_the_hours_are_those_of_the_clock_there() -> None:
    tokyo = away(travel="2027-03-02..2027-03-03 Tokyo|2027-03-04 Mon-Sun 12:00-14:00")

    assert utc_hours(tokyo, "2027-03-01", "2027-03-06") == [
        "01 08:00-01 16:00",
        "02 00:00-02 08:00",
        "03 00:00-03 08:00",
        "04 11:00-04 13:00",
        "05 08:00-05 16:00",
    ]
    assert close_of_business(tokyo, date(2027, 3, 3)) == datetime(2027, 3, 3, 8, tzinfo=UTC)


def test_a_journey_over_the_date_line_counts_its_hours_once() -> None:
    """From Apia (UTC+13) to Pago Pago (UTC-11) and back: the same day twice, then none in between."""
    east = away("Mon-Sun 09:00-17:00", "Pacific/Apia", travel="2027-05-05..2027-05-06 Pago Pago")

    assert utc_hours(east, "2027-05-03", "2027-05-09") == [
        "03 00:00-03 04:00",
        "03 20:00-04 04:00",
        "05 20:00-06 04:00",
        "06 20:00-07 04:00",
        "07 20:00-08 04:00",
        "08 20:00-09 00:00",
    ]


def test_hours_of_home_and_journey_that_meet_are_one_span() -> None:
    always = away("Mon-Sun 00:00-24:00", "Europe/Oslo", travel="2027-05-05 Kiritimati")
    span = Span(datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 5, 5, tzinfo=UTC))

    assert list(windows(always, span)) == [span]


def test_where_they_are_is_told_by_the_clock_of_the_journey() -> None:
    tokyo = away(travel="2027-03-02..2027-03-03 Tokyo")

    assert travel_zone_on(tokyo, date(2027, 3, 3)) == ZoneInfo("Asia/Tokyo")
    assert travel_zone_on(tokyo, date(2027, 3, 4)) is None
    assert travel_zone_at(tokyo, datetime(2027, 3, 1, 14, 59, tzinfo=UTC)) is None
    assert travel_zone_at(tokyo, datetime(2027, 3, 1, 15, tzinfo=UTC)) == ZoneInfo("Asia/Tokyo")
    assert travel_zone_at(tokyo, datetime(2027, 3, 3, 15, tzinfo=UTC)) is None
    assert travel_zone_at(away(travel="2027-03-02 Mon 9-12"), datetime(2027, 3, 2, 12, tzinfo=UTC)) is None
