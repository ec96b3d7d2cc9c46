from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deadlines.ical import zones


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Oslo", "Europe/Oslo"),
        ("europe/oslo", "Europe/Oslo"),
        ('"Europe/Oslo"', "Europe/Oslo"),
        (" 'America/New York' ", "America/New_York"),
        ("/freeassociation.sourceforge.net/Europe/Oslo", "Europe/Oslo"),
        ("/softwarestudio.org/Olson_20011030_5/America/New_York", "America/New_York"),
        ("/citadel.org/20210210_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/vendor.example/UTC", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("W. Europe Standard Time 1", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Europe/Warsaw"),
        ("Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC+02:00) Athens, Bucharest", "Europe/Bucharest"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("GMT", "GMT"),
        ("UTC-11", "Etc/GMT+11"),
        ("GMT+0200", "Etc/GMT-2"),
        ("-05:00", "Etc/GMT+5"),
        ("GMT+00:00", "UTC"),
    ],
)
def test_names_of_other_programs_lead_to_iana(tzid: str, name: str) -> None:
    expected: tzinfo = UTC if name == "UTC" else ZoneInfo(name)

    assert (zones.iana(tzid), zones.find(tzid)) == (name, expected)


@pytest.mark.parametrize(
    ("tzid", "offset"),
    [("UTC+05:30", timedelta(hours=5, minutes=30)), ("GMT-0330", -timedelta(hours=3, minutes=30))],
)
def test_offset_with_minutes_is_a_clock_without_iana_name(tzid: str, offset: timedelta) -> None:
    assert (zones.iana(tzid), zones.find(tzid)) == (None, timezone(offset))


@pytest.mark.parametrize(
    "tzid",
    [
        "",
        "Europe",  # a folder
        "x" * 300,  # longer than file names may be
        "../etc/passwd",
        "/etc/passwd",
        "a\0b",
        "\ud800",
        "localtime",
        "Factory",
        "GMT+2",  # east to most, west to POSIX
        "UTC+99:00",
        "Customized Time Zone",
        "(UTC+02:00) Athens, Bucharest, Istanbul",  # from before Istanbul went its own way
        "La Paz",
        "Oslo, Warsaw",
    ],
)
def test_what_names_no_zone_for_certain_is_none(tzid: str) -> None:
    assert (zones.iana(tzid), zones.find(tzid)) == (None, None)


@given(st.text(max_size=300))
@example("Europe/Oslo/Europe/Oslo")
@example("right/UTC")
def test_no_name_raises(tzid: str) -> None:
    zone = zones.find(tzid)

    assert zone is None or isinstance(zone, tzinfo)


def test_zone_that_only_the_system_knows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "_names", dict)

    assert zones.iana.__wrapped__("Europe/Oslo") == "Europe/Oslo"


@pytest.mark.parametrize("name", ["posix/Europe/Oslo", "right/Europe/Oslo", "Europe/Nowhere"])
def test_variants_and_strangers_on_the_system_are_not(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(zones, "_names", dict)

    assert zones.iana.__wrapped__(name) is None
