from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from deadlines.ical import windows_zones, zones


@pytest.mark.parametrize(("windows", "olson"), WINDOWS_TO_OLSON.items())
def test_table_agrees_with_icalendar(windows: str, olson: str) -> None:
    ours = ZoneInfo(windows_zones.NAMES[windows.casefold()])
    moments = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]

    assert [at.astimezone(ours).utcoffset() for at in moments] == [at.astimezone(ZoneInfo(olson)).utcoffset() for at in moments]


def test_every_row_leads_to_a_listed_zone() -> None:
    tables = (windows_zones.NAMES, windows_zones.TEXTS, windows_zones.PLACES)

    assert [name for table in tables for name in table.values() if zones.iana(name) != name] == []


def test_every_windows_zone_of_today_has_its_text() -> None:
    retired = 4

    assert len(windows_zones.TEXTS) == len(windows_zones.NAMES) - retired == len(WINDOWS_TO_OLSON)


def test_place_in_two_texts_decides_nothing() -> None:
    assert "la paz" not in windows_zones.PLACES
