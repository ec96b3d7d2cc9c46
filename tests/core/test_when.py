from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.when import Kink, Zoned, after_gap, end_of_day, kink, on_clock, start_of_day, to_local, to_utc, utc

WALL = datetime.fromisoformat
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
ZONES = (
    *("America/New_York", "Europe/London", "Europe/Dublin", "America/Santiago", "Africa/Cairo", "Asia/Beirut"),
    *("Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Kolkata", "Asia/Kathmandu", "UTC"),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
locals_ = st.datetimes(WALL("2005-01-01"), WALL("2035-01-01")).map(lambda local: local.replace(microsecond=0))
instants = locals_.map(lambda local: local.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "local", "expected", "odd"),
    [
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", Kink.REPEATED),
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:30", Kink.SKIPPED),
        ("America/New_York", "2027-03-14T03:00", "2027-03-14T07:00", Kink.NONE),
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30", Kink.REPEATED),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30", Kink.REPEATED),
        ("Europe/Dublin", "2026-03-29T01:30", "2026-03-29T01:30", Kink.SKIPPED),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", Kink.REPEATED),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45", Kink.SKIPPED),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00", Kink.SKIPPED),
        ("Pacific/Apia", "2011-12-31T12:00", "2011-12-30T22:00", Kink.NONE),
        ("Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00", Kink.NONE),
        ("Africa/Casablanca", "2024-03-10T02:30", "2024-03-10T01:30", Kink.REPEATED),
        ("Africa/Casablanca", "2024-04-14T02:30", "2024-04-14T02:30", Kink.SKIPPED),
        ("Africa/Cairo", "2026-04-24T00:30", "2026-04-23T22:30", Kink.SKIPPED),
        ("Asia/Kathmandu", "2026-06-01T05:45", "2026-06-01T00:00", Kink.NONE),
        ("America/New_York", "2024-02-29T23:59", "2024-03-01T04:59", Kink.NONE),
    ],
)
def test_wall_time_becomes_the_instant_of_rfc_5545(zone: str, local: str, expected: str, odd: Kink) -> None:
    wall = datetime.fromisoformat(local)

    assert (to_utc(wall, ZoneInfo(zone)), kink(wall, ZoneInfo(zone))) == (
        datetime.fromisoformat(expected).replace(tzinfo=UTC),
        odd,
    )


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14T02:00", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14T02:59:59", "2027-03-14T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T17:00", "2011-12-30T10:00"),
        ("America/Toronto", "1919-03-31T00:10", "1919-03-31T04:30"),
    ],
)
def test_after_gap_is_the_moment_of_the_jump(zone: str, local: str, expected: str) -> None:
    assert after_gap(datetime.fromisoformat(local), ZoneInfo(zone)) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_days_begin_and_end_on_the_clock() -> None:
    beirut = ZoneInfo("Asia/Beirut")

    assert start_of_day(date(2026, 3, 29), beirut) == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert to_local(start_of_day(date(2026, 3, 29), beirut), beirut) == WALL("2026-03-29T01:00")
    assert end_of_day(date(2026, 11, 1), NEW_YORK) - start_of_day(date(2026, 11, 1), NEW_YORK) == timedelta(hours=25)
    assert end_of_day(date(2027, 3, 14), NEW_YORK) - start_of_day(date(2027, 3, 14), NEW_YORK) == timedelta(hours=23)


def test_a_skipped_day_begins_and_ends_when_it_was_skipped() -> None:
    jump = datetime(2011, 12, 30, 10, tzinfo=UTC)

    assert (start_of_day(date(2011, 12, 30), APIA), end_of_day(date(2011, 12, 30), APIA)) == (jump, jump)


@pytest.mark.parametrize(
    "zone", [NEW_YORK, ZoneInfo("Asia/Tokyo"), timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
)
def test_the_ends_of_the_calendar_are_cut_not_errors(zone: tzinfo) -> None:
    first, last = WALL("0001-01-01"), WALL("9999-12-31T23:59:59.999999")

    assert to_utc(first, zone).year == 1
    assert to_utc(last, zone).year == 9999
    assert to_local(first.replace(tzinfo=UTC), zone).year == 1
    assert to_local(last.replace(tzinfo=UTC), zone).year == 9999
    assert end_of_day(date.max, zone) == last.replace(tzinfo=UTC)


def test_a_clock_without_offset_has_no_kinks() -> None:
    class Shapeless(tzinfo):
        def utcoffset(self, _: datetime | None) -> None:
            return None

        dst = tzname = utcoffset

    assert kink(WALL("2026-01-01"), Shapeless()) is Kink.NONE


def test_the_second_pass_of_a_repeated_hour_is_written_in_utc() -> None:
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    assert on_clock(first, NEW_YORK) == Zoned(WALL("2026-11-01T01:30"), "America/New_York", NEW_YORK)
    assert on_clock(second, NEW_YORK) == utc(second)
    assert on_clock(second, ZoneInfo("Etc/UTC")).tzid == "UTC"


@given(instants, zones)
def test_an_instant_survives_its_clock(instant: datetime, zone: ZoneInfo) -> None:
    assert on_clock(instant, zone).instant == instant


@given(locals_, zones)
def test_kinks_are_what_does_not_survive(local: datetime, zone: ZoneInfo) -> None:
    there_and_back = to_local(to_utc(local, zone), zone)

    assert (there_and_back != local) == (kink(local, zone) is Kink.SKIPPED)


@given(locals_, st.timedeltas(timedelta(), timedelta(hours=3)), zones)
def test_after_gap_keeps_wall_times_in_order(local: datetime, later: timedelta, zone: ZoneInfo) -> None:
    if all(kink(wall, zone) is not Kink.REPEATED for wall in (local, local + later)):
        assert after_gap(local, zone) <= after_gap(local + later, zone)


@given(st.dates(date(2005, 1, 1), date(2035, 1, 1)), zones)
def test_days_follow_each_other(day: date, zone: ZoneInfo) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone) >= start_of_day(day, zone)
