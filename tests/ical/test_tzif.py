from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadlines.ical import tzif


@pytest.mark.parametrize(
    ("footer", "days"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", ["2026-03-29T02:00", "2026-10-25T03:00"]),
        ("EET-2EEST,M4.5.5/0,M10.5.4/24", ["2026-04-24T00:00", "2026-10-30T00:00"]),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2026-03-28T23:00", "2026-10-25T00:00"]),
        ("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", ["2026-09-27T02:45", "2026-04-05T03:45"]),
    ],
)
def test_rules_of_a_footer(footer: str, days: list[str]) -> None:
    assert [rule.onset(2026).wall for rule in tzif.rules(footer)] == [datetime.fromisoformat(day) for day in days]


@pytest.mark.parametrize("footer", ["", "UTC0", "<+01>-1", "AST4ADT,J60,J300"])
def test_footer_without_rules_of_weekdays(footer: str) -> None:
    assert tzif.rules(footer) == ()


def test_explicit_summer_offset() -> None:
    start, _ = tzif.rules("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")

    assert (start.old.offset, start.new.offset) == (timedelta(hours=10, minutes=30), timedelta(hours=11))


@pytest.mark.parametrize("name", ["Europe/Oslo", "Pacific/Apia", "Africa/Casablanca"])
def test_history_agrees_with_zoneinfo(name: str) -> None:
    zone = ZoneInfo(name)
    onsets = tzif.history(name).onsets

    ours = [(onset.old.offset, onset.new.offset) for onset in onsets if onset.at.year < 2038]
    moments = [onset.at.replace(tzinfo=zone) for onset in onsets if onset.at.year < 2038]
    assert ours == [(zone.fromutc(at - timedelta(seconds=1)).utcoffset(), zone.fromutc(at).utcoffset()) for at in moments]


def test_zone_without_onsets_has_its_first_period() -> None:
    history = tzif.history("Etc/GMT-3")

    assert (history.first.offset, history.onsets, history.rules) == (timedelta(hours=3), (), ())


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "Europe", "Europe/Nowhere"])
def test_no_file_is_an_ordinary_error(key: str) -> None:
    with pytest.raises((OSError, ValueError)):
        tzif.history(key)


@pytest.mark.parametrize("data", [b"TZif" + b"\0" * 40, b"nope" + b"2" + b"\0" * 39, b"short"])
def test_other_files_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "Odd").write_bytes(data)
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path),))

    with pytest.raises(ValueError, match="TZif"):
        tzif.history("Odd")
