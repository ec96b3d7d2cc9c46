import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deadlines.clock import local_zone_name, new_uid, now, use_newest_zone_data
from deadlines.errors import InputError


@pytest.fixture
def tzpath() -> Iterator[None]:
    """Leaves `zoneinfo` as it was."""
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(before)


@pytest.mark.parametrize("text", ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00+01:00", "2026-11-23 12:00:00.0Z"])
def test_a_variable_stands_in_for_the_clock(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEADLINES_NOW", text)

    assert now() == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-23", "2026-11-23T12:00:00", "2026-11-23T25:00Z", "0001-01-01T00:00+14:00"])
def test_a_bad_variable_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEADLINES_NOW", text)

    with pytest.raises(InputError, match="DEADLINES_NOW is not an instant") as caught:
        now()
    assert "2026-11-23T12:00:00Z" in caught.value.hint


def test_the_clock_is_read_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEADLINES_NOW", raising=False)

    assert now().utcoffset() == timedelta()


def test_uids_are_random_uuids() -> None:
    uids = {new_uid() for _ in range(100)}

    assert len(uids) == 100
    assert {(UUID(uid).version, str(UUID(uid)) == uid) for uid in uids} == {(4, True)}


@pytest.mark.parametrize(
    ("variable", "timezone", "localtime", "expected"),
    [
        ("Asia/Tokyo", "Europe/Oslo", "", "Asia/Tokyo"),
        (":Asia/Tokyo", "", "", "Asia/Tokyo"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "", "", "Asia/Tokyo"),
        ("CET-1CEST", "Europe/Oslo", "", "Europe/Oslo"),
        ("", "Europe/Oslo\n", "usr/share/zoneinfo/Asia/Kolkata", "Europe/Oslo"),
        ("", "nonsense", "usr/share/zoneinfo/Asia/Kolkata", "Asia/Kolkata"),
        ("", "", "usr/share/zoneinfo/posix/Asia/Kolkata", "Asia/Kolkata"),
        ("", "", "", "UTC"),
    ],
)
def test_the_machines_zone(
    *, variable: str, timezone: str, localtime: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", variable)
    if timezone:
        (tmp_path / "timezone").write_text(timezone, encoding="ascii")
    if localtime:
        (tmp_path / "localtime").symlink_to(tmp_path / localtime)

    assert local_zone_name(tmp_path) == expected


def system_data(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="ascii")
    zoneinfo.reset_tzpath((str(folder),))


@pytest.mark.usefixtures("tzpath")
@pytest.mark.parametrize(("name", "text"), [("tzdata.zi", "# version 1999a\n# more\n"), ("+VERSION", "1999a\n"), ("empty", "")])
def test_old_or_unknown_system_data_gives_way_to_the_package(name: str, text: str, tmp_path: Path) -> None:
    system_data(tmp_path, name, text)

    assert re.fullmatch(r"20\d\d[a-z] \(package\)", use_newest_zone_data())
    assert zoneinfo.TZPATH[0].endswith("zoneinfo")
    assert zoneinfo.ZoneInfo("Europe/Oslo").key == "Europe/Oslo"


@pytest.mark.usefixtures("tzpath")
def test_newer_system_data_stays(tmp_path: Path) -> None:
    system_data(tmp_path, "tzdata.zi", "# version 2999z\n")

    assert use_newest_zone_data() == "2999z (system)"
    assert (str(tmp_path),) == zoneinfo.TZPATH


@pytest.mark.usefixtures("tzpath")
def test_without_the_package_the_system_is_all_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system_data(tmp_path, "empty", "")
    monkeypatch.setattr("sys.path", ["", str(tmp_path)])

    assert use_newest_zone_data() == "unknown (system)"
