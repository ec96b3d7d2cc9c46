from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr

from deadlines.core.availability import Availability, parse_hours, windows
from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.span import Span, intersect, subtract, union
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
    rule: Any = rrulestr(available["RRULE"].to_ical().decode(), dtstart=start)
    for instance in rule.between(bounds.start - timedelta(days=2), bounds.end + timedelta(days=2)):
        if instance not in excluded:
            yield Span(instance.astimezone(UTC), (instance + (end - start)).astimezone(UTC))


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
