import json
import stat
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deadlines.errors import UnknownName
from deadlines.store import holidays
from deadlines.store.holidays import RegionHolidays

CONSTITUTION, THANKSGIVING = date(2026, 5, 17), date(2026, 11, 26)


@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("NO", CONSTITUTION),
        (" no ", CONSTITUTION),
        ("NOR", CONSTITUTION),
        ("US-NY", THANKSGIVING),
        ("us-ny", date(2026, 2, 12)),
        ("BR-São Paulo Capital", date(2026, 12, 25)),
    ],
)
def test_holidays_of_a_region(region: str, day: date, tmp_path: Path) -> None:
    found = RegionHolidays(region, tmp_path)

    assert day in found
    assert datetime(day.year, day.month, day.day, 23, tzinfo=UTC) in found
    assert date(2026, 11, 25) not in found
    assert "2026-12-25" not in found
    assert region.strip() in repr(found)


def test_what_is_remembered_needs_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CONSTITUTION in RegionHolidays("NO", tmp_path)
    monkeypatch.setitem(sys.modules, "holidays", None)  # importing it now fails
    again = RegionHolidays("NO", tmp_path)

    again.validate()
    assert CONSTITUTION in again
    with pytest.raises(ImportError):
        assert date(2027, 5, 17) in again


def test_validation_is_remembered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RegionHolidays("US-NY", tmp_path).validate()
    monkeypatch.setitem(sys.modules, "holidays", None)

    RegionHolidays("US-NY", tmp_path).validate()


THIS_LIBRARY = f'{{"library": "{holidays._library_version()}", "years": '


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '{"library": "0.1", "years": {}}', '{"years": {}}', "[" * 100_000, "\0"),
        *(THIS_LIBRARY + years + "}" for years in ("[]", '{"x": []}', '{"2026": ["x"]}', '{"2026": 3}')),
    ],
    ids=lambda text: text[:12],
)
def test_a_broken_or_old_file_is_made_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "NO.json").write_text(text, encoding="utf-8")

    assert CONSTITUTION in RegionHolidays("NO", tmp_path)
    assert "2026-05-17" in json.loads((tmp_path / "NO.json").read_text(encoding="utf-8"))["years"]["2026"]
    assert [path.name for path in tmp_path.iterdir()] == ["NO.json"]


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert CONSTITUTION in RegionHolidays("NO", tmp_path / "file" / "under")


def test_nobody_else_may_read_the_folders(tmp_path: Path) -> None:
    """They may be the first that is made of the data folder."""
    RegionHolidays("NO", tmp_path / "data" / "holidays").validate()

    made = (tmp_path / "data", tmp_path / "data" / "holidays", tmp_path / "data" / "holidays" / "NO.json")
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o700, 0o600]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "NO.json").mkdir()

    assert CONSTITUTION in RegionHolidays("NO", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["NO.json"]


@pytest.mark.parametrize(
    ("region", "nearest"),
    [
        ("US-N", "US-NY"),
        ("US-NZ", "US-NY"),
        ("XX", ""),
        ("Norway", ""),
        ("", ""),
        ("../NO", ""),
        ("NO-../x", ""),
        ("US-" + "N" * 99, ""),
    ],
)
def test_unknown_regions_come_with_the_nearest(region: str, nearest: str, tmp_path: Path) -> None:
    found = RegionHolidays(region, tmp_path)
    for _ in range(2):
        with pytest.raises(UnknownName, match="unknown holiday region") as caught:
            found.validate()
        with pytest.raises(UnknownName):
            assert CONSTITUTION in found

    assert caught.value.hint
    assert nearest in (*caught.value.nearest, "")
    assert list(tmp_path.iterdir()) == []


def test_a_library_without_metadata_is_of_unknown_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.path", ["", str(tmp_path / "missing"), str(tmp_path)])
    holidays._library_version.cache_clear()

    assert holidays._library_version() == "unknown"
    holidays._library_version.cache_clear()
