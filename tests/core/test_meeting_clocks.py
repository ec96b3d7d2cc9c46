from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.meeting_clocks import days, face, meeting_clocks
from deadlines.core.span import Span
from deadlines.core.when import AllDay, utc

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OSLO, TOKYO, NEW_YORK = map(ZoneInfo, ("Europe/Oslo", "Asia/Tokyo", "America/New_York"))


def party(zone: ZoneInfo) -> Owner:
    return Owner(zone=zone, availability=Availability(zone=zone, weekly=()))


def span(start: str, minutes: float) -> Span:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return Span(begin, begin + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("when", "zone", "shown"),
    [
        (span("2026-12-15T14:00", 45), OSLO, "Tue 15 Dec 15:00-15:45"),
        (span("2026-12-15T14:00", 45), TOKYO, "Tue 15 Dec 23:00-23:45"),
        (span("2026-12-15T14:00", 60), TOKYO, "Tue 15 Dec 23:00-24:00"),
        (span("2026-12-15T14:00", 90), TOKYO, "Tue 15 Dec 23:00 - Wed 16 Dec 00:30"),
        (span("2026-12-31T14:00", 90), TOKYO, "Thu 31 Dec 23:00 - Fri 1 Jan 2027 00:30"),
        (span("2026-12-15T14:00", 1 / 60), OSLO, "Tue 15 Dec 15:00"),
        (span("2027-03-28T00:30", 60), OSLO, "Sun 28 Mar 2027 01:30-03:30"),
    ],
)
def test_one_clock(when: Span, zone: ZoneInfo, shown: str) -> None:
    assert face(when, zone, now=NOW) == shown


def test_every_clock_once() -> None:
    when = span("2026-12-15T14:00", 45)
    parties = [party(NEW_YORK), party(TOKYO), party(OSLO), party(ZoneInfo("Europe/Paris"))]

    assert meeting_clocks(when, utc(when.start), utc(when.end), parties=parties, now=NOW) == (
        "Tue 15 Dec 09:00-09:45 New York = Tue 15 Dec 23:00-23:45 Tokyo = Tue 15 Dec 15:00-15:45 Oslo"
    )


@pytest.mark.parametrize(
    ("first", "after", "shown"),
    [
        (date(2026, 12, 1), date(2026, 12, 2), "Tue 1 Dec, all day"),
        (date(2026, 12, 1), date(2026, 12, 4), "Tue 1 Dec - Thu 3 Dec, all day"),
        (date(2026, 12, 1), date(2026, 12, 1), "Tue 1 Dec, all day"),
    ],
)
def test_dates_are_the_same_for_everybody(first: date, after: date, shown: str) -> None:
    when = span("2026-12-01T00:00", 60)

    assert days(first, after, year=2026) == shown
    assert meeting_clocks(when, AllDay(first), AllDay(after), parties=[party(TOKYO)], now=NOW) == shown
