"""Working hours of every IANA zone for every day of 2027, as `whenever`, which shares no code with us, reads the same times."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import whenever

from deadlines.core.availability import Availability, Window, parse_hours, windows
from deadlines.core.span import Span, union
from deadlines.core.zone_names import open_zone

HOURS = parse_hours("Mon-Sun 00:00-02:30 09:00-12:30 13:15-17:00 22:30-24:00, Tue,Sat 23:15-05:45")
FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
DAY = timedelta(days=1)
KEYS = sorted(key for key in zoneinfo.available_timezones() if open_zone(key))


@pytest.fixture(autouse=True)
def same_data() -> Iterator[None]:
    """One database for both."""
    before = whenever.get_tzpath()
    whenever.reset_tzpath([Path(folder) for folder in zoneinfo.TZPATH])
    whenever.clear_tzcache()
    yield
    whenever.reset_tzpath(before)
    whenever.clear_tzcache()


def by_whenever(key: str, hours: tuple[Window, ...]) -> list[Span]:
    """Every window that starts on a day of 2027 or on the one before."""
    found = []
    day = FIRST - DAY
    while day <= LAST:
        for window in hours:
            if window.weekday == day.weekday():
                start, end = (instant(key, day, after_midnight) for after_midnight in (window.start, window.end))
                if start < end:
                    found.append(Span(start, end))
        day += DAY
    return list(union(sorted(found, key=lambda span: span.start)))


def instant(key: str, day: date, after_midnight: timedelta) -> datetime:
    """The first time that a clock there shows this, or jumps over it."""
    wall = datetime(day.year, day.month, day.day) + after_midnight  # noqa: DTZ001 - a wall time
    there = whenever.PlainDateTime(wall.year, wall.month, wall.day, wall.hour, wall.minute).assume_tz(
        key, disambiguation="compatible"
    )
    if there.to_plain().to_stdlib() != wall:
        jump = there.add(seconds=1).prev_transition()  # strictly before
        assert jump is not None
        there = jump
    return there.to_instant().to_stdlib().astimezone(UTC)


@pytest.mark.parametrize("key", KEYS)
def test_every_window_of_the_year_is_where_whenever_puts_it(key: str) -> None:
    there = Availability(zone=ZoneInfo(key), weekly=HOURS)
    expected = by_whenever(key, HOURS)
    year = Span(expected[0].start, expected[-1].end)

    assert list(windows(there, year)) == expected
