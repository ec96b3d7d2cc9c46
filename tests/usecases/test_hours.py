from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.usecases.conftest import NOW

from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.settings import Settings
from deadlines.core.span import Span
from deadlines.errors import InputError, UnknownName
from deadlines.usecases.hours import Day, day_of, hours

HOUR = timedelta(hours=1)


def utc(day: int, start: int, end: int) -> Span:
    return Span(datetime(2026, 11, day, start, tzinfo=UTC), datetime(2026, 11, day, end, tzinfo=UTC))


def one(settings: Settings, *keys: str, on: str = "2026-11-24") -> Day:
    (day,) = hours(settings, keys, first=date.fromisoformat(on), days=1)
    return day


def test_a_day_of_mine_has_everybodys_hours_and_what_is_common(settings: Settings) -> None:
    day = one(settings)
    me, acme, edo = day.parties

    assert day.span == Span(datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC))
    assert [party.key for party in day.parties] == ["me", "acme", "edo"]
    assert [party.ahead for party in day.parties] == [timedelta(), -6 * HOUR, 8 * HOUR]
    assert (me.windows, acme.windows, edo.windows) == ((utc(24, 8, 16),), (utc(24, 14, 22),), (utc(24, 0, 8),))
    assert (acme.shared, edo.shared, day.overlap) == ((utc(24, 14, 16),), (), ())


def test_only_those_who_are_named(settings: Settings) -> None:
    day = one(settings, "acme")

    assert [party.key for party in day.parties] == ["me", "acme"]
    assert day.overlap == (utc(24, 14, 16),)


def test_a_day_off_shows_what_would_have_been(settings: Settings) -> None:
    """The 26th is Thanksgiving; a dentist takes my afternoon."""
    off = replace(settings.me.availability, time_off=(parse_time_off("2026-11-26 13-15"),))
    day = one(replace(settings, me=replace(settings.me, availability=off)), "acme", on="2026-11-26")

    assert day.parties[1].windows == ()
    assert day.parties[1].off == (utc(26, 14, 22),)
    assert day.parties[0].off == (utc(26, 12, 14),)


def test_a_change_of_clocks_is_told_with_what_it_does(settings: Settings) -> None:
    there = hours(settings, ["acme"], first=date(2027, 3, 8), days=7)
    here = hours(settings, ["acme"], first=date(2027, 3, 22), days=7)

    assert [[(c.key, c.before, c.after, c.itself) for c in day.changes] for day in there] == [
        *[[]] * 6,
        [("acme", -6 * HOUR, -5 * HOUR, True)],
    ]
    assert [(c.key, c.before, c.after, c.itself) for c in here[6].changes] == [
        ("me", timedelta(), timedelta(), True),
        ("acme", -5 * HOUR, -6 * HOUR, False),
    ]
    assert here[6].span.length == 23 * HOUR


def test_on_a_journey_my_day_is_the_one_there(settings: Settings) -> None:
    away = replace(settings.me.availability, travel=(parse_travel("2026-11-24 Tokyo"),))
    day = one(replace(settings, me=replace(settings.me, availability=away)), "edo")

    assert (day.zone.key, day.parties[1].ahead) == ("Asia/Tokyo", timedelta())
    assert day.overlap == (utc(24, 0, 8),)


@pytest.mark.parametrize(("typed", "expected"), [("", "2026-11-23"), ("tomorrow", "2026-11-24"), ("2027-03-28", "2027-03-28")])
def test_which_day_is_meant(typed: str, expected: str, settings: Settings) -> None:
    assert day_of(settings, typed, now=NOW).isoformat() == expected


def test_what_is_wrong_is_named(settings: Settings) -> None:
    with pytest.raises(UnknownName, match="acne"):
        one(settings, "acne")
    with pytest.raises(InputError, match="not understood"):
        day_of(settings, "whenever", now=NOW)
