from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.due import due_instant, start_instant
from deadlines.core.when import AllDay, Floating, When, Zoned, utc


def hours(zone: str, text: str = "Mon-Fri 09:00-17:00") -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text), closed=frozenset({date(2026, 11, 26)}))


OSLO = Owner(zone=ZoneInfo("Europe/Oslo"), availability=hours("Europe/Oslo"))


def client(zone: str = "America/New_York", rule: AllDayDue = AllDayDue.CLOSE_OF_BUSINESS) -> Client:
    return Client(key="acme", name="Acme", zone=ZoneInfo(zone), availability=hours(zone), all_day_due=rule)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


FRIDAY, HOLIDAY, SATURDAY = AllDay(date(2026, 11, 27)), AllDay(date(2026, 11, 26)), AllDay(date(2026, 11, 28))
FIVE = Floating(datetime.fromisoformat("2026-11-27T17:00"))


@pytest.mark.parametrize(
    ("when", "party", "expected"),
    [
        (FRIDAY, client(), "2026-11-27T22:00"),
        (SATURDAY, client(), "2026-11-29T05:00"),
        (HOLIDAY, client(), "2026-11-27T05:00"),
        (FRIDAY, client(rule=AllDayDue.END_OF_DAY), "2026-11-28T05:00"),
        (FRIDAY, client(rule=AllDayDue.START_OF_DAY), "2026-11-27T05:00"),
        (FRIDAY, client("Pacific/Kiritimati"), "2026-11-27T03:00"),
        (FRIDAY, None, "2026-11-27T23:00"),
        (SATURDAY, None, "2026-11-28T23:00"),
        (FIVE, client(), "2026-11-27T22:00"),
        (FIVE, None, "2026-11-27T16:00"),
        (Zoned(FIVE.local, "Asia/Tokyo", ZoneInfo("Asia/Tokyo")), client(), "2026-11-27T08:00"),
        (utc(at("2026-11-27T17:00")), None, "2026-11-27T17:00"),
        (AllDay(date(2011, 12, 30)), client("Pacific/Apia"), "2011-12-30T10:00"),
        (AllDay(date(2027, 3, 14)), client(), "2027-03-15T04:00"),
        (AllDay(date(2026, 11, 1)), client(), "2026-11-02T05:00"),
    ],
)
def test_due_is_one_instant(when: When, party: Client | None, expected: str) -> None:
    assert due_instant(when, client=party, owner=OSLO) == at(expected)


def test_the_owner_may_close_earlier() -> None:
    strict = Owner(zone=OSLO.zone, availability=OSLO.availability, all_day_due=AllDayDue.CLOSE_OF_BUSINESS)

    assert due_instant(FRIDAY, client=None, owner=strict) == at("2026-11-27T16:00")


def test_the_last_day_there_is_falls_due_at_its_end() -> None:
    assert due_instant(AllDay(date.max), client=client(), owner=OSLO).year == 9999


@pytest.mark.parametrize(
    ("when", "party", "expected"),
    [
        (FRIDAY, client(), "2026-11-27T05:00"),
        (FRIDAY, None, "2026-11-26T23:00"),
        (FIVE, client(), "2026-11-27T22:00"),
        (Zoned(FIVE.local, "Asia/Tokyo", ZoneInfo("Asia/Tokyo")), None, "2026-11-27T08:00"),
        (AllDay(date(2026, 3, 29)), client("Asia/Beirut"), "2026-03-28T22:00"),
    ],
)
def test_a_date_alone_starts_with_its_day(when: When, party: Client | None, expected: str) -> None:
    assert start_instant(when, client=party, owner=OSLO) == at(expected)


@pytest.mark.parametrize(
    ("when", "rule", "expected"),
    [
        (FRIDAY, AllDayDue.CLOSE_OF_BUSINESS, "2026-11-27T08:00"),
        (FRIDAY, AllDayDue.END_OF_DAY, "2026-11-27T15:00"),
        (FRIDAY, AllDayDue.START_OF_DAY, "2026-11-26T15:00"),
        (SATURDAY, AllDayDue.END_OF_DAY, "2026-11-29T05:00"),
        (FIVE, AllDayDue.END_OF_DAY, "2026-11-27T08:00"),
    ],
)
def test_dates_and_floating_times_follow_whoever_travels(when: When, rule: AllDayDue, expected: str) -> None:
    """In Tokyo on the Friday, at home in New York on the Saturday."""
    away = client(rule=rule)
    away = replace(away, availability=replace(away.availability, travel=(parse_travel("2026-11-27 Tokyo"),)))

    assert due_instant(when, client=away, owner=OSLO) == at(expected)


def test_a_day_off_has_no_close_of_business() -> None:
    away = client()
    away = replace(away, availability=replace(away.availability, time_off=(parse_time_off("2026-11-27"),)))

    assert due_instant(FRIDAY, client=away, owner=OSLO) == at("2026-11-28T05:00")
