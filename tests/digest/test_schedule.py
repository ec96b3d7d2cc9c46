from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.when import end_of_day, start_of_day
from deadlines.digest.schedule import Due, Schedule, due

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EIGHT = time(8)
OFFSETS = (
    "Etc/GMT+12", "Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Marquesas", "America/Anchorage", "America/Los_Angeles",
    "America/Phoenix", "America/Mexico_City", "America/New_York", "America/Caracas", "America/St_Johns", "America/Santiago",
    "America/Noronha", "Atlantic/Azores", "Europe/Dublin", "Europe/Oslo", "Africa/Cairo", "Asia/Riyadh", "Asia/Tehran",
    "Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok",
    "Asia/Shanghai", "Australia/Eucla", "Asia/Tokyo", "Australia/Darwin", "Australia/Adelaide", "Australia/Brisbane",
    "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Fiji", "Pacific/Kiritimati",
)  # fmt: skip
"""Zones whose clocks show 38 different times at one moment of the year."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(zone: str, at: time = EIGHT) -> Schedule:
    return Schedule(ZoneInfo(zone), at)


def test_there_are_38_offsets() -> None:
    moment = utc("2027-01-15T12:00")

    assert len({moment.astimezone(ZoneInfo(zone)).utcoffset() for zone in OFFSETS}) == len(OFFSETS) == 38


def cron(seed: int, start: datetime, end: datetime) -> list[datetime]:
    """When cron asks, as the clock of a bad computer shows it: every 5 minutes, with naps, doubles and a clock that is set."""
    dice = random.Random(seed)  # noqa: S311 # repeatable
    asked: list[datetime] = []
    now = start
    while now < end:
        asked.append(now)
        kind = dice.random()
        if kind < 0.02:  # twice at once
            asked.append(now)
        if kind < 0.001:  # a nap
            now += dice.randint(10, 300) * MINUTE
        elif kind < 0.002:  # the clock was fast and is set back, or was slow
            now += dice.randint(-90, 90) * MINUTE
        now += 5 * MINUTE + timedelta(seconds=dice.randint(-20, 20))
    return asked


@pytest.mark.parametrize("half", range(2))
def test_a_year_of_cron_gives_one_digest_for_every_local_day(half: int) -> None:
    """38 readers; half of them in the morning, half of them at any time of day, also those that the clock skips or repeats."""
    first, last = date(2027, 1, 2), date(2027, 12, 30)
    dice = random.Random(half)  # noqa: S311 # repeatable
    asked = cron(half, utc("2026-12-31T00:00"), utc("2028-01-02T00:00"))
    for zone in OFFSETS[half::2]:
        schedule = daily(zone, EIGHT if dice.random() < 0.5 else dice.choice([time(0), time(0, 30), time(2, 15), time(23, 50)]))
        sent: list[date] = []
        done: set[date] = set()
        for now in asked:
            found = due(schedule, done, now=now)
            if found is not None:
                sent.append(found.day)
                done.add(found.day)

        counted = Counter(day for day in sent if first <= day <= last)
        assert set(counted.values()) == {1}, zone
        assert len(counted) == (last - first).days + 1, zone


@pytest.mark.parametrize(
    ("zone", "at", "day", "since"),
    [
        ("Europe/Oslo", time(8), "2027-03-28", "2027-03-28T06:00"),  # 23 hours
        ("Europe/Oslo", time(2, 30), "2027-03-28", "2027-03-28T01:00"),  # skipped: at the jump
        ("Europe/Oslo", time(2, 30), "2027-10-31", "2027-10-31T00:30"),  # repeated: the first pass
        ("Africa/Cairo", time(0), "2027-04-30", "2027-04-29T22:00"),  # midnight is skipped
        ("Australia/Lord_Howe", time(2, 15), "2027-10-03", "2027-10-02T15:30"),  # half an hour
        ("Pacific/Kiritimati", time(8), "2027-01-01", "2026-12-31T18:00"),
    ],
)
def test_it_is_due_from_that_moment_on(zone: str, at: time, day: str, since: str) -> None:
    schedule = daily(zone, at)
    before = date.fromisoformat(day) - DAY

    assert due(schedule, {before}, now=utc(since) - timedelta(seconds=1)) is None
    assert due(schedule, {before}, now=utc(since)) == Due(date.fromisoformat(day), utc(since), late=False, missed=())
    assert due(schedule, {before, date.fromisoformat(day)}, now=utc(since)) is None


def test_a_repeated_hour_brings_no_second_digest() -> None:
    schedule = daily("Europe/Oslo", time(2, 30))
    done = {date(2027, 10, 31)}

    assert [due(schedule, done, now=utc("2027-10-31T00:30") + n * MINUTE) for n in range(0, 240, 5)] == [None] * 48


def test_a_day_that_the_zone_skips_has_none() -> None:
    """In Apia the 29th of December 2011 was followed by the 31st."""
    schedule, done = daily("Pacific/Apia"), {date(2011, 12, 27)}
    sent: list[Due] = []
    now = utc("2011-12-28T18:00")
    while now < utc("2012-01-01T12:00"):
        if (found := due(schedule, done, now=now)) is not None:
            sent.append(found)
            done.add(found.day)
        now += 5 * MINUTE

    assert [(one.day.day, one.late, one.missed) for one in sent] == [(n, False, ()) for n in (28, 29, 31, 1)]


def test_after_three_days_of_sleep_comes_one_and_says_so() -> None:
    schedule, done = daily("Europe/Oslo"), {date(2026, 11, 20)}
    waking = utc("2026-11-24T09:30")

    found = due(schedule, done, now=waking)

    assert found is not None
    assert (found.day, found.since, found.late) == (date(2026, 11, 24), utc("2026-11-24T07:00"), True)
    assert found.missed == tuple(date(2026, 11, number) for number in (21, 22, 23))
    assert due(schedule, done | {found.day}, now=waking + 5 * MINUTE) is None


def test_the_first_one_misses_nothing() -> None:
    expected = Due(date(2026, 11, 24), utc("2026-11-24T07:00"), late=False, missed=())

    assert due(daily("Europe/Oslo"), set(), now=utc("2026-11-24T07:03")) == expected
    assert due(daily("Europe/Oslo"), set(), now=utc("2026-11-24T18:00")) == expected


def test_a_nap_over_midnight_does_not_lose_the_day() -> None:
    schedule, done = daily("Europe/Oslo", time(23, 50)), {date(2026, 11, 23)}

    found = due(schedule, done, now=utc("2026-11-25T04:00"))

    assert found is not None
    assert (found.day, found.late) == (date(2026, 11, 24), True)
    assert due(schedule, done, now=utc("2026-11-25T05:00")) is None


def test_only_working_days_where_that_is_wanted() -> None:
    zone = ZoneInfo("Europe/Oslo")
    working = Availability(zone=zone, weekly=parse_hours("Mon-Fri 9-17"), closed={date(2026, 12, 25)})
    schedule = Schedule(zone, EIGHT, working)
    done = {date(2026, 12, 17)}
    for day in range(18, 32):
        found = due(schedule, done, now=utc(f"2026-12-{day}T07:00"))
        if found:
            assert (found.day.day, found.late, found.missed) == (day, False, ())
            done.add(found.day)

    assert sorted(day.day for day in done) == [17, 18, 21, 22, 23, 24, 28, 29, 30, 31]


def test_a_clock_that_was_wrong_by_a_year_silences_nothing() -> None:
    done = {date(2026, 11, 23), date(2027, 11, 24)}
    expected = Due(date(2026, 11, 24), utc("2026-11-24T07:00"), late=False, missed=())

    assert due(daily("Europe/Oslo"), done, now=utc("2026-11-24T07:00")) == expected


def test_who_travels_west_gets_no_second_one() -> None:
    """Kiritimati is a day ahead of Honolulu: what was sent there as the 24th is not sent again as the 24th."""
    now = utc("2026-11-23T18:05")
    there = due(daily("Pacific/Kiritimati"), {date(2026, 11, 23)}, now=now)
    assert there is not None

    for hours in range(48):
        found = due(daily("Pacific/Honolulu"), {date(2026, 11, 23), there.day}, now=now + timedelta(hours=hours))
        assert found is None or found.day > there.day


zones = st.sampled_from((*OFFSETS, "Pacific/Apia", "Africa/Casablanca", "America/Scoresbysund"))


@given(zones, st.times(), st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1)), st.integers(0, 1440))  # noqa: DTZ001 # Hypothesis wants them naive
def test_what_is_due_belongs_to_its_day(zone: str, at: time, naive: datetime, minutes: int) -> None:
    """It is due from `at` until the day is over or six hours later, and asking again later changes only that it is late."""
    now = naive.replace(tzinfo=UTC)
    schedule = daily(zone, at)
    found = due(schedule, frozenset(), now=now)
    if found is None:
        return

    assert found.since <= now < max(end_of_day(found.day, schedule.zone), found.since + timedelta(hours=6))
    assert start_of_day(found.day, schedule.zone) <= found.since <= end_of_day(found.day, schedule.zone)
    assert not found.late
    after = due(schedule, {found.day - 3 * DAY}, now=now)
    assert after is not None
    assert after.late == (now - found.since > timedelta(hours=1))
    assert due(schedule, {found.day}, now=now) is None
    later = due(schedule, {found.day}, now=now + minutes * MINUTE)
    assert later is None or later.day > found.day
