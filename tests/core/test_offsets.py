from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest

from deadlines.core.offsets import has_every_day, steady_offset
from deadlines.ical import tzif

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_no_zone_goes_away_from_an_offset_and_back_within_five_days() -> None:
    """What makes it enough to look twice in five days; if the database ever has such a zone, the probes must come closer."""
    for key in available_timezones() - {"localtime"}:
        onsets = tzif.history(key).onsets
        for number, away in enumerate(onsets):
            for back in onsets[number + 1 :]:
                if back.at - away.at > 5 * DAY:
                    break
                assert back.new.offset != away.old.offset, (key, away.at, back.at)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Oslo", date(2027, 3, 26), 1),
        ("Europe/Oslo", date(2027, 3, 27), None),
        ("Europe/Oslo", date(2027, 3, 28), None),
        ("Europe/Oslo", date(2027, 3, 29), 2),
        ("Asia/Gaza", date(2040, 10, 21), 3),
        ("Pacific/Apia", date(2011, 12, 28), None),
        ("Pacific/Apia", date(2011, 12, 30), None),
        ("Pacific/Apia", date(2011, 12, 31), 14),
        ("UTC", date(1, 1, 1), None),
        ("UTC", date(9999, 12, 31), None),
    ],
)
def test_a_day_is_steady_where_no_clock_changes_until_the_second_midnight(zone: str, day: date, hours: int | None) -> None:
    expected = None if hours is None else hours * HOUR

    assert steady_offset(ZoneInfo(zone), day) == expected


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Asia/Gaza", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"])
def test_on_a_steady_day_the_offset_holds_for_every_quarter_of_an_hour(zone: str) -> None:
    there = ZoneInfo(zone)
    for number in range(900):
        day = date(2010, 1, 1) + number * DAY * 13
        offset = steady_offset(there, day)
        if offset is None:
            continue
        midnight = datetime.combine(day, time(), UTC) - offset
        assert {(midnight + quarter * HOUR / 4).astimezone(there).utcoffset() for quarter in range(48 * 4)} == {offset}


def test_the_days_that_clocks_have_skipped_since_1970() -> None:
    """Two wall times a day apart are one instant there, and nowhere else."""
    skipped = set()
    for key in available_timezones() - {"localtime"}:
        for onset in tzif.history(key).onsets:
            if onset.at.year >= 1970 and onset.new.offset - onset.old.offset >= DAY:
                skipped.add((key, (onset.at + onset.old.offset).year))
                assert not has_every_day(ZoneInfo(key), onset.at.year - 1, onset.at.year + 1)
    assert {"Pacific/Apia", "Pacific/Kwajalein"} <= {key for key, _ in skipped}

    assert {
        (key, year)
        for key in available_timezones() - {"localtime"}
        for year in range(1990, 2020)
        if not has_every_day(ZoneInfo(key), year, year) and (key, year) not in skipped
    } <= {(key, year + 1) for key, year in skipped}  # the new year's days around it belong to both


def test_only_clocks_that_are_known_have_every_day() -> None:
    assert has_every_day(UTC, 1, 9999)
    assert has_every_day(ZoneInfo("Europe/Oslo"), 1, 90)
    assert not has_every_day(ZoneInfo("Europe/Oslo"), 1900, 2000)
    assert not has_every_day(timezone(HOUR), 2026, 2026)
