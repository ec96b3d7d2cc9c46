from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.core.availability import Availability, Window, parse_hours, windows
from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.span import Span, intersect, subtract, union
from deadlines.ical.availability_reader import read_availability
from deadlines.ical.vavailability import Written, write
from deadlines.ical.vtimezone import vtimezone_text

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPAN = Span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 4, 5, tzinfo=UTC))
HOLIDAYS = frozenset({date(2026, 12, 25), date(2027, 1, 1), date(2027, 3, 26)})


def availability(hours: str, zone: str, off: tuple[str, ...] = (), travel: tuple[str, ...] = ()) -> Availability:
    return Availability(
        zone=ZoneInfo(zone),
        weekly=parse_hours(hours),
        closed=HOLIDAYS,
        time_off=tuple(map(parse_time_off, off)),
        travel=tuple(map(parse_travel, travel)),
    )


CASES = {
    "office": availability("Mon-Fri 09:00-17:00", "Europe/Oslo"),
    "split": availability("Mon-Thu 9-12:30 13-17, Fri 9-15, Sat 10-14", "America/New_York", off=("2026-12-24..2026-12-31",)),
    "parts": availability("Sun-Thu 8-16", "Asia/Jerusalem", off=("2026-12-01..2026-12-03 12-14", "2027-03-28 8:30-9:15")),
    "journeys": availability(
        "Mon-Fri 09:00-17:00",
        "Europe/Berlin",
        off=("2027-03-03 10-12", "2027-03-04"),
        travel=("2027-03-01..2027-03-12 Tokyo Tue-Sat 10-16", "2027-01-11..2027-01-22 Mon-Thu 8-14"),
    ),
    "utc": availability("Mon-Sun 00:00-24:00", "UTC", off=("2026-12-24",)),
}


def calendar(written: Written) -> str:
    zones = "".join(vtimezone_text(zone.key, zone) for zone in written.zones)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{zones}{written.text}END:VCALENDAR\r\n"


def by_the_standard(text: str) -> list[Span]:
    """Who is available when, as RFC 7953 §4 says, read with `icalendar` and `dateutil`."""
    components: Any = icalendar.Calendar.from_ical(text).walk("VAVAILABILITY")
    free: list[Span] = []
    for one in sorted(components, key=lambda component: -(int(component.get("PRIORITY", 0)) or 10)):
        bounds = Span(one["DTSTART"].dt.astimezone(UTC), one["DTEND"].dt.astimezone(UTC))
        found = sorted((span for part in one.walk("AVAILABLE") for span in instances(part, bounds)), key=lambda span: span.start)
        inside = intersect(union(found), [bounds])
        free = sorted([*subtract(free, [bounds]), *inside], key=lambda span: span.start)
    return list(union(free))


def instances(available: Any, bounds: Span) -> Iterator[Span]:  # noqa: ANN401 # a component of icalendar
    start, end = available["DTSTART"].dt, available["DTEND"].dt
    gone = available.get("EXDATE", [])
    excluded = {date.dt for line in (gone if isinstance(gone, list) else [gone]) for date in line.dts}
    length = end.astimezone(UTC) - start.astimezone(UTC)
    found = [start]
    if "RRULE" in available:
        rule: Any = rrulestr(available["RRULE"].to_ical().decode(), dtstart=start)
        found = rule.between(bounds.start - timedelta(days=2), bounds.end + timedelta(days=2))
    for instance in found:
        if instance not in excluded:
            yield Span(instance.astimezone(UTC), instance.astimezone(UTC) + length)


@pytest.mark.parametrize("name", CASES)
def test_others_read_the_hours_that_hold(name: str) -> None:
    hours = CASES[name]
    written = write(hours, uid="me@example.org", name="Kari", now=NOW, span=SPAN)
    first = datetime(2026, 11, 1, tzinfo=hours.zone).astimezone(UTC)
    months = Span(first, datetime(2027, 5, 1, tzinfo=hours.zone).astimezone(UTC))

    assert by_the_standard(calendar(written)) == list(windows(hours, months))


def test_the_text_is_the_same_all_month_and_keeps_to_itself_why() -> None:
    hours = availability("Mon-Fri 09:00-17:00", "Europe/Oslo", off=("2026-12-24 a secret", "2026-12-28 9-12 another"))
    later = Span(SPAN.start + timedelta(days=5), SPAN.end + timedelta(days=5))

    written = write(hours, uid="me@example.org", name="Kari; Nordmann", now=NOW, span=SPAN)

    assert written == write(hours, uid="me@example.org", name="Kari; Nordmann", now=NOW, span=later)
    assert "secret" not in written.text
    assert "another" not in written.text
    assert "SUMMARY:Kari\\; Nordmann\r\n" in written.text
    assert written.text.count("UID:") == len({line for line in written.text.split("\r\n") if line.startswith("UID:")})
    assert all(len(line.encode()) <= 75 for line in written.text.split("\r\n"))


def test_nobody_who_never_works_is_available() -> None:
    never = Availability(zone=ZoneInfo("UTC"), weekly=())
    written = write(never, uid="x", name="", now=NOW, span=SPAN)

    assert written.zones == ()
    assert by_the_standard(calendar(written)) == []


# --- nights in which the clock changes


CHANGES = {
    "Europe/Oslo": (date(2026, 10, 25), date(2027, 3, 28)),
    "America/New_York": (date(2026, 11, 1), date(2027, 3, 14)),
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2026, 10, 4)),  # by half an hour
    "America/Santiago": (date(2027, 4, 4), date(2026, 9, 6)),  # at midnight
    "Asia/Beirut": (date(2026, 10, 25), date(2027, 3, 28)),  # at midnight
    "Europe/Dublin": (date(2026, 10, 25), date(2027, 3, 28)),  # winter is what is saved
}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def by_the_minute(hours: Availability, span: Span) -> list[Span]:
    """When somebody works: each window from the first minute at which the clock shows its start or later, to that of its end."""
    count = (span.end - span.start) // MINUTE
    minutes = [span.start + MINUTE * number for number in range(-2 * 1440, count + 2 * 1440)]
    shown = [minute.astimezone(hours.zone).replace(tzinfo=None) for minute in minutes]
    works = [False] * len(minutes)
    for day in {wall.date() for wall in shown[1440:-1440]}:
        for window in hours.weekly:
            if window.weekday == day.weekday():
                midnight = datetime.combine(day, time())
                opens, closes = (
                    next((index for index, wall in enumerate(shown) if wall >= midnight + at), len(shown))
                    for at in (window.start, window.end)
                )
                works[opens:closes] = [True] * (closes - opens)
    found = [Span(minute, minute + MINUTE) for minute, is_work in zip(minutes, works, strict=True) if is_work]
    return list(intersect(union(found), [span]))


@st.composite
def nights(draw: st.DrawFn) -> tuple[Availability, date]:
    """Hours that hold on the night of a change, and the day after it."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = draw(st.sampled_from(CHANGES[zone]))
    start = draw(st.integers(0, 95)) * 15
    length = draw(st.integers(1, 95)) * 15
    begins = day - DAY * draw(st.integers(0, 1))
    weekdays = {begins.weekday(), *draw(st.sets(st.integers(0, 6)))}
    opens = timedelta(minutes=start)
    windows_ = tuple(Window(weekday, opens, opens + timedelta(minutes=length)) for weekday in sorted(weekdays))
    return Availability(zone=ZoneInfo(zone), weekly=windows_), day


@settings(deadline=None, max_examples=80)
@given(nights())
def test_nights_in_which_the_clock_changes_are_as_long_as_they_are(night: tuple[Availability, date]) -> None:
    """As we work, as others read it, and as we read it again: minute by minute."""
    hours, day = night
    noon = datetime.combine(day, time(12), UTC)
    around = Span(noon - 2 * DAY, noon + 2 * DAY)
    text = calendar(write(hours, uid="me@example.org", name="Kari", now=NOW, span=around))
    again = read_availability(text, today=day - 10 * DAY).availability

    expected = by_the_minute(hours, around)

    assert list(windows(hours, around)) == expected
    assert list(intersect(by_the_standard(text), [around])) == expected
    assert list(windows(again, around)) == expected


def test_a_night_that_began_before_the_month_is_written() -> None:
    hours = availability("Mon-Sun 22:00-06:00", "Europe/Oslo")
    span = Span(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))

    found = by_the_standard(calendar(write(hours, uid="me@example.org", name="Kari", now=NOW, span=span)))

    assert found[0] == Span(datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))


def test_a_part_of_a_day_off_that_the_clock_skips_is_not_written() -> None:
    hours = availability("Mon-Sun 00:00-24:00", "Europe/Oslo", off=("2027-03-28 2-3", "2027-03-28 2:30-4"))
    span = Span(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC))
    month = Span(datetime(2027, 2, 28, 23, tzinfo=UTC), datetime(2027, 3, 31, 22, tzinfo=UTC))

    text = calendar(write(hours, uid="me@example.org", name="Kari", now=NOW, span=span))

    assert text.count("BEGIN:VAVAILABILITY") == 2
    assert list(intersect(by_the_standard(text), [month])) == list(windows(hours, month))
