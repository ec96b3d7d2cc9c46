from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability
from deadlines.core.away import parse_travel
from deadlines.core.client import Client, Owner
from deadlines.core.clocks import both_clocks, city, format_date, one_clock, own_clock, time_left
from deadlines.core.when import AllDay, When, Zoned, utc

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
FIVE = datetime(2026, 11, 27, 22, tzinfo=UTC)


def closed(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=())


OSLO = Owner(zone=ZoneInfo("Europe/Oslo"), availability=closed("Europe/Oslo"))


def client(zone: str) -> Client:
    return Client(key="acme", name="Acme", zone=ZoneInfo(zone), availability=closed(zone))


ACME = client("America/New_York")


def zoned(text: str, zone: tzinfo, name: str) -> Zoned:
    return Zoned(datetime.fromisoformat(text), name, zone)


@pytest.mark.parametrize(
    ("instant", "party", "when", "expected"),
    [
        (FIVE, ACME, None, "Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo"),
        (FIVE, None, None, "Fri 27 Nov 23:00 Oslo"),
        (FIVE, client("Europe/Paris"), None, "Fri 27 Nov 23:00 Paris"),
        (FIVE, ACME, utc(FIVE), "Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo"),
        (
            FIVE,
            ACME,
            zoned("2026-11-28T07:00", ZoneInfo("Asia/Tokyo"), "Asia/Tokyo"),
            "Sat 28 Nov 07:00 Tokyo = Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo",
        ),
        (FIVE, ACME, zoned("2026-11-27T23:00", OSLO.zone, "Europe/Oslo"), "Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo"),
        (
            datetime(2026, 11, 28, 5, tzinfo=UTC),
            ACME,
            AllDay(date(2026, 11, 27)),
            "Fri 27 Nov 24:00 New York = Sat 28 Nov 06:00 Oslo",
        ),
        (
            datetime(2026, 11, 27, 5, tzinfo=UTC),
            ACME,
            AllDay(date(2026, 11, 27)),
            "Fri 27 Nov 00:00 New York = Fri 27 Nov 06:00 Oslo",
        ),
        (
            datetime(2027, 1, 1, 3, tzinfo=UTC),
            ACME,
            zoned("2026-12-31T15:00", ZoneInfo("Etc/GMT+12"), "Etc/GMT+12"),
            "Thu 31 Dec 15:00 AoE = Thu 31 Dec 22:00 New York = Fri 1 Jan 2027 04:00 Oslo",
        ),
    ],
)
def test_both_clocks_are_shown(instant: datetime, party: Client | None, when: When | None, expected: str) -> None:
    assert both_clocks(instant, client=party, owner=OSLO, when=when, now=NOW) == expected


def test_a_zone_of_the_text_is_called_what_the_text_calls_it() -> None:
    class East(tzinfo):
        def utcoffset(self, _: datetime | None) -> timedelta:
            return timedelta(hours=9)

        def dst(self, _: datetime | None) -> timedelta:
            return timedelta()

        def tzname(self, _: datetime | None) -> str:
            return "East"

    shown = both_clocks(FIVE, client=None, owner=OSLO, when=zoned("2026-11-28T07:00", East(), "Customized Time Zone"), now=NOW)

    assert shown == "Sat 28 Nov 07:00 Customized Time Zone = Fri 27 Nov 23:00 Oslo"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+12", "AoE"),
        ("Etc/GMT-2", "GMT-2"),
    ],
)
def test_a_clock_is_called_by_its_city(key: str, name: str) -> None:
    assert city(key) == name


def test_one_clock_and_dates_show_the_year_when_it_is_another() -> None:
    assert one_clock(FIVE, OSLO.zone, now=NOW) == "Fri 27 Nov 23:00"
    assert one_clock(FIVE, OSLO.zone, now=NOW + timedelta(days=60)) == "Fri 27 Nov 2026 23:00"
    assert [format_date(date(2028, 2, 29), year=year) for year in (2028, 2027)] == ["Tue 29 Feb", "Tue 29 Feb 2028"]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (4 * 1440 + 6 * 60, "in 4 d 6 h"),
        (35, "in 35 min"),
        (-180, "3 h overdue"),
        (-(2 * 1440 + 60), "2 d 1 h overdue"),
        (90, "in 1 h 30 min"),
        (1440, "in 1 d"),
        (1440 + 59, "in 1 d"),
        (0, "now"),
        (0.9, "now"),
        (-0.9, "now"),
        (400 * 1440, "in 400 d"),
    ],
)
def test_time_left_in_its_two_largest_units(minutes: float, expected: str) -> None:
    assert time_left(NOW + timedelta(minutes=minutes), NOW) == expected


def test_who_travels_is_shown_where_they_then_are() -> None:
    tokyo = (parse_travel("2026-11-27..2026-11-28 Tokyo"),)
    mine = replace(OSLO, availability=replace(OSLO.availability, travel=tokyo))
    theirs = replace(ACME, availability=replace(ACME.availability, travel=tokyo))
    before = FIVE - timedelta(days=2)

    assert both_clocks(FIVE, client=ACME, owner=mine, now=NOW) == "Fri 27 Nov 17:00 New York = Sat 28 Nov 07:00 Tokyo"
    assert both_clocks(before, client=ACME, owner=mine, now=NOW) == "Wed 25 Nov 17:00 New York = Wed 25 Nov 23:00 Oslo"
    assert both_clocks(FIVE, client=theirs, owner=mine, now=NOW) == "Sat 28 Nov 07:00 Tokyo"
    assert [own_clock(at, mine, now=NOW) for at in (before, FIVE)] == ["Wed 25 Nov 23:00", "Sat 28 Nov 07:00"]
