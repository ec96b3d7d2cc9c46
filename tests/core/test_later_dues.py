from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.later_dues import Repeated, later_dues
from deadlines.core.when import AllDay, Floating, When, Zoned, utc

OSLO, NEW_YORK = ZoneInfo("Europe/Oslo"), ZoneInfo("America/New_York")
OWNER = Owner(zone=OSLO, availability=Availability(zone=OSLO, weekly=parse_hours("Mon-Fri 09:00-17:00")))
ACME = Client(key="acme", name="Acme Inc.", zone=NEW_YORK, availability=replace(OWNER.availability, zone=NEW_YORK))
FRIDAY = Zoned(datetime(2026, 10, 16, 17, 0), "America/New_York", NEW_YORK)  # noqa: DTZ001 - a wall time
DAY = timedelta(days=1)


def dues(task: Repeated, *, after: datetime, days: int, client: Client | None = None) -> list[tuple[When, str]]:
    found = later_dues(task, client=client, owner=OWNER, after=after, until=after + days * DAY)
    return [(one.due, f"{one.at:%d %b %H:%M}") for one in found]


def test_each_is_on_its_clock_whichever_side_has_changed_it() -> None:
    task = Repeated("FREQ=WEEKLY", None, FRIDAY)

    found = dues(task, after=FRIDAY.instant, days=25)

    assert [at for _, at in found] == ["23 Oct 21:00", "30 Oct 21:00", "06 Nov 22:00"]
    assert [due.local.hour for due, _ in found if isinstance(due, Zoned)] == [17, 17, 17]


def test_a_due_falls_as_long_after_its_start_as_the_first_on_the_clock() -> None:
    """From Saturday noon to Sunday noon, over the night that has an hour more."""
    start = Zoned(datetime(2026, 10, 24, 12, 0), "Europe/Oslo", OSLO)  # noqa: DTZ001 - a wall time
    task = Repeated("FREQ=WEEKLY", start, Zoned(start.local + DAY, "Europe/Oslo", OSLO))

    assert [at for _, at in dues(task, after=start.instant, days=9)] == ["01 Nov 11:00"]


def test_a_due_on_another_clock_than_the_start_falls_as_long_after_it() -> None:
    start = Zoned(datetime(2026, 10, 19, 9, 0), "Europe/Oslo", OSLO)  # noqa: DTZ001 - a wall time
    task = Repeated("FREQ=WEEKLY;COUNT=3", start, replace(FRIDAY, local=datetime(2026, 10, 19, 17, 0)))  # noqa: DTZ001 - likewise

    assert dues(task, after=start.instant, days=30) == [
        (utc(datetime(2026, 10, 26, 22, tzinfo=UTC)), "26 Oct 22:00"),
        (utc(datetime(2026, 11, 2, 22, tzinfo=UTC)), "02 Nov 22:00"),
    ]


def test_a_date_falls_due_when_the_client_goes_home() -> None:
    task = Repeated("FREQ=DAILY;COUNT=4", None, AllDay(date(2026, 10, 29)))

    assert [at for _, at in dues(task, after=datetime(2026, 10, 29, tzinfo=UTC), days=9, client=ACME)] == [
        "30 Oct 21:00",
        "01 Nov 04:00",  # Saturday has no hours: when it is over
        "02 Nov 05:00",
    ]


def test_dates_beside_the_rule_count() -> None:
    def on(day: int) -> Floating:
        return Floating(datetime(2026, 11, day, 12, 0))  # noqa: DTZ001 - a wall time

    task = Repeated("FREQ=DAILY;COUNT=5", None, on(1), exdates=(on(3), on(4)), rdates=(on(20),))

    assert [due for due, _ in dues(task, after=datetime(2026, 11, 1, tzinfo=UTC), days=40)] == [on(2), on(5), on(20)]


@pytest.mark.parametrize("rule", ["no rule", "FREQ=DAILY;UNTIL=x", ""])
def test_what_cannot_be_read_repeats_nothing(rule: str) -> None:
    assert dues(Repeated(rule, None, FRIDAY), after=FRIDAY.instant, days=25) == []


@given(st.integers(-400, 300), st.integers(0, 150), st.sampled_from(["DAILY", "WEEKLY;INTERVAL=2", "MONTHLY"]))
def test_all_are_after_the_first_and_within_the_bounds(days: int, length: int, rule: str) -> None:
    after = FRIDAY.instant + days * DAY
    every = later_dues(
        Repeated(f"FREQ={rule}", None, FRIDAY), client=None, owner=OWNER, after=FRIDAY.instant, until=after + length * DAY
    )

    some = later_dues(Repeated(f"FREQ={rule}", None, FRIDAY), client=None, owner=OWNER, after=after, until=after + length * DAY)

    expected = [one for one in every if one.at > after]
    assert list(some) == expected
    assert all(FRIDAY.instant < one.at <= after + length * DAY for one in expected)
