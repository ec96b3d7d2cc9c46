from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from deadlines.core.offsets import steady_offset
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
