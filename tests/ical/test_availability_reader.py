from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.ical.test_vavailability import CASES, calendar

from deadlines.core.availability import Availability, format_hours, windows
from deadlines.core.away import format_time_off, format_travel
from deadlines.core.span import Span
from deadlines.errors import CodecError
from deadlines.ical.availability_reader import Hours, read_availability
from deadlines.ical.vavailability import write

TODAY = date(2026, 11, 24)


def read(*parts: str) -> Hours:
    return read_availability("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + "END:VCALENDAR\r\n", today=TODAY)


def layer(*lines: str, available: tuple[str, ...] = ()) -> str:
    return (
        "".join(f"{line}\r\n" for line in ("BEGIN:VAVAILABILITY", "UID:v", *lines)) + "".join(available) + "END:VAVAILABILITY\r\n"
    )


def at(start: str, end: str, *lines: str, zone: str = "America/New_York", uid: str = "") -> str:
    body = (
        "BEGIN:AVAILABLE",
        f"UID:{uid or start + end}",
        f"DTSTART;TZID={zone}:{start}",
        f"DTEND;TZID={zone}:{end}",
        *lines,
        "END:AVAILABLE",
    )
    return "".join(f"{line}\r\n" for line in body)


OFFICE = at("20260105T090000", "20260105T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")


def said(hours: Hours) -> tuple[str, str, list[str], list[str]]:
    found = hours.availability
    return (
        found.zone.key,
        format_hours(found.weekly),
        [format_time_off(one) for one in found.time_off],
        [format_travel(one) for one in found.travel],
    )


def test_an_office_week_is_an_office_week() -> None:
    found = read(layer(available=(OFFICE,)))

    assert said(found) == ("America/New_York", "Mon-Fri 09:00-17:00", [], [])
    assert found.problems == ()


def test_other_rules_that_come_to_the_same() -> None:
    daily = at("20260101T220000", "20260102T060000", "RRULE:FREQ=DAILY")
    single = [at(f"20260105T{hour:02}0000", f"20260105T{hour + 2:02}3000", "RRULE:FREQ=WEEKLY;BYDAY=MO") for hour in (9, 14)]

    assert said(read(layer(available=(daily,))))[1] == "Mon-Sun 22:00-06:00"
    assert said(read(layer(available=tuple(single))))[1] == "Mon 09:00-11:30 14:00-16:30"


def test_what_is_missing_is_time_off_also_where_a_better_layer_takes_it() -> None:
    gone = "EXDATE;TZID=America/New_York:20261224T090000,20261225T090000,20261228T090000"
    office = at("20260105T090000", "20260105T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", gone)
    dentist = layer("PRIORITY:1", "DTSTART:20261202T170000Z", "DTEND:20261202T190000Z")
    summer = layer("PRIORITY:2", "DTSTART;TZID=America/New_York:20270705T000000", "DURATION:P14D")

    assert said(read(layer(available=(office,)), dentist, summer)) == (
        "America/New_York",
        "Mon-Fri 09:00-17:00",
        ["2026-12-02 12:00-14:00", "2026-12-24..2026-12-28", "2027-07-05..2027-07-16"],
        [],
    )


def test_another_zone_or_other_hours_for_some_time_are_travel() -> None:
    tokyo = layer(
        "PRIORITY:1",
        "DTSTART;TZID=Asia/Tokyo:20270301T000000",
        "DTEND;TZID=Asia/Tokyo:20270306T000000",
        available=(at("20270301T100000", "20270301T180000", "RRULE:FREQ=DAILY;COUNT=5", zone="Asia/Tokyo"),),
    )
    saturday = at("20270508T100000", "20270508T120000")

    assert said(read(layer(available=(OFFICE, saturday)), tokyo))[3] == [
        "2027-03-01..2027-03-05 Asia/Tokyo Mon-Fri 10:00-18:00",
        "2027-05-08 Sat 10:00-12:00",
    ]


def test_dates_that_nobody_speaks_of_are_no_exceptions() -> None:
    bounds = ("DTSTART:20261101T000000Z", "DTEND:20270201T000000Z")

    assert said(read(layer(*bounds, available=(OFFICE,)))) == ("America/New_York", "Mon-Fri 09:00-17:00", [], [])


def test_hours_in_utc_and_longer_than_a_day() -> None:
    always = (
        "BEGIN:AVAILABLE\r\nUID:a\r\nDTSTART:20260105T000000Z\r\nDTEND:20260110T000000Z\r\nRRULE:FREQ=WEEKLY\r\nEND:AVAILABLE\r\n"
    )

    assert said(read(layer(available=(always,))))[:2] == ("UTC", "Mon-Fri 00:00-24:00")


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("BEGIN:AVAILABLE\r\nUID:b\r\nDTSTART;VALUE=DATE:20260105\r\nEND:AVAILABLE\r\n", "has no time on a clock"),
        (at("20260105T090000", "20260105T100000", zone="Nowhere/City"), "Nowhere/City"),
        (at("20260105T090000", "20260105T100000", "RRULE:FREQ=NEVER"), "NEVER"),
    ],
)
def test_what_cannot_be_said_is_named_and_the_rest_is_read(part: str, problem: str) -> None:
    found = read(layer(available=(OFFICE, part)))

    assert format_hours(found.availability.weekly) == "Mon-Fri 09:00-17:00"
    assert any(problem in one for one in found.problems), found.problems


def test_hours_that_change_all_the_time_are_cut_and_said() -> None:
    wild = at("20260105T180000", "20260105T190000", "RRULE:FREQ=DAILY;INTERVAL=5")

    found = read(layer(available=(OFFICE, wild)))

    assert len(found.availability.time_off) + len(found.availability.travel) <= 60
    assert any("change too often" in one for one in found.problems)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no VAVAILABILITY"),
        ("BEGIN:VCALENDAR\r\n" + layer() + "END:VCALENDAR\r\n", "nobody is available"),
        ("hello", "VCALENDAR"),
    ],
)
def test_what_tells_no_hours_is_refused(text: str, why: str) -> None:
    with pytest.raises(CodecError, match=why):
        read_availability(text, today=TODAY)


@pytest.mark.parametrize("name", CASES)
def test_what_we_publish_is_read_as_it_was_meant(name: str) -> None:
    """Public holidays come back as time off."""
    hours = CASES[name]
    span = Span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 4, 20, tzinfo=UTC))
    written = write(hours, uid="me@example.org", name="Kari", now=span.start, span=span)

    found = read_availability(calendar(written), today=TODAY)

    assert found.problems == ()
    assert found.availability.zone == hours.zone
    assert list(windows(found.availability, span)) == list(windows(hours, span))


def test_a_night_is_as_long_as_its_dtend_says() -> None:
    """Whoever publishes one series gives away an hour in March, and an hour in November (RFC 5545 §3.8.5.3)."""
    daily = at("20260101T220000", "20260102T060000", "RRULE:FREQ=DAILY")

    assert said(read(layer(available=(daily,)))) == (
        "America/New_York",
        "Mon-Sun 22:00-06:00",
        ["2027-11-07 05:00-06:00", "2028-11-05 05:00-06:00"],
        ["2027-03-13 Sat 22:00-07:00", "2028-03-11 Sat 22:00-07:00"],
    )


def test_a_second_reading_changes_nothing() -> None:
    first = read(
        layer(available=(OFFICE,)), layer("PRIORITY:1", "DTSTART:20261202T170000Z", "DTEND:20261202T190000Z")
    ).availability
    span = Span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=700))
    written = write(first, uid="x", name="", now=span.start, span=span)

    assert read_availability(calendar(written), today=TODAY).availability == first
    assert isinstance(first, Availability)
    assert first.zone == ZoneInfo("America/New_York")
