"""Clients and their hours through the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def acme(program: Program, environment: dict[str, str], tmp_path: Path) -> Program:
    environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")
    done = program("client", "add", "acme", "--name", "Acme Inc.", "--timezone", "America/New_York")
    assert done.returncode == 0, done.stderr
    return program


def test_days_off_and_journeys_are_kept_and_shown(acme: Program, tmp_path: Path) -> None:
    typed = ("--time-off", "2026-12-24..2026-12-31 Christmas", "--time-off", "2026-12-04 13-17", "--travel", "2026-11-27 Tokyo")

    done = acme("client", "edit", "acme", *typed)

    assert "  time off     2026-12-24..2026-12-31 Christmas; 2026-12-04 13:00-17:00\n" in done.stdout
    assert "  travel       2026-11-27 Asia/Tokyo\n" in done.stdout
    assert 'time_off = ["2026-12-24..2026-12-31 Christmas", "2026-12-04 13-17"]\n' in (tmp_path / "config.toml").read_text()
    client = json.loads(acme("client", "show", "acme", "--json").stdout)["client"]
    assert client["time_off"] == ["2026-12-24..2026-12-31 Christmas", "2026-12-04 13:00-17:00"]
    assert client["travel"] == ["2026-11-27 Asia/Tokyo"]


def test_whose_holidays_they_take_is_shown(acme: Program) -> None:
    done = acme("client", "edit", "acme", "--holidays", "US-NY")

    assert "  holidays     US-NY\n" in done.stdout
    assert json.loads(acme("client", "list", "--json").stdout)["clients"][0]["holidays"] == "US-NY"


def test_what_is_due_while_they_travel_is_due_on_their_clock_there(acme: Program) -> None:
    acme("client", "edit", "acme", "--travel", "2026-11-27 Tokyo")

    done = acme("add", "Landing page", "--client", "acme", "--due", "fri")

    assert "Fri 27 Nov 17:00 Tokyo" in done.stdout


@pytest.mark.parametrize(
    ("option", "typed", "said"),
    [
        ("--hours", "9-25", "working hours '9-25': no day stands before it"),
        ("--hours", "Mon-Fri 9-5", "working hours '9-5' is ambiguous: 09:00-17:00 or 09:00-05:00"),
        ("--hours", "Mon-Fri 9-9", "it ends when it starts; all day is 00:00-24:00"),
        ("--hours", "", "expected working hours such as \"Mon-Fri 09:00-17:00\", found ''"),
        ("--holidays", "US-XX", "unknown holiday region 'US-XX'"),
        ("--holidays", "NX", "unknown holiday region 'NX'; a country or its subdivision, for example NO or US-NY"),
        ("--time-off", "2026-12-31..2026-12-24", "it ends before it starts, on 2026-12-24"),
        ("--travel", "2026-12-31 Toyko", "unknown zone 'Toyko'; did you mean 'Asia/Tokyo'"),
    ],
)
def test_hours_that_make_no_sense_change_nothing(option: str, typed: str, said: str, acme: Program, tmp_path: Path) -> None:
    before = (tmp_path / "config.toml").read_text()

    done = acme("client", "edit", "acme", option, typed)

    assert done.returncode == 2
    assert said in done.stderr
    assert (tmp_path / "config.toml").read_text() == before


def test_overlapping_exceptions_change_nothing(acme: Program) -> None:
    done = acme("client", "edit", "acme", "--travel", "2026-12-01..2026-12-05 Tokyo", "--travel", "2026-12-05 Oslo")

    assert done.returncode == 2
    assert "'2026-12-05 Europe/Oslo' overlaps '2026-12-01..2026-12-05 Asia/Tokyo'" in done.stderr


def test_a_client_needs_a_zone(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")

    done = program("client", "add", "acme", "--hours", "Mon-Fri 9-17")

    assert done.returncode == 2
    assert 'clients.acme: timezone is missing: a time zone such as "Europe/Oslo"' in done.stderr


PUBLISHED = """\
BEGIN:VCALENDAR
BEGIN:VAVAILABILITY
UID:v
BEGIN:AVAILABLE
UID:a
DTSTART;TZID=America/Los_Angeles:20260105T100000
DTEND;TZID=America/Los_Angeles:20260105T160000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH
EXDATE;TZID=America/Los_Angeles:20261224T100000
END:AVAILABLE
BEGIN:AVAILABLE
UID:b
DTSTART;VALUE=DATE:20260105
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"""


def test_hours_can_come_from_what_a_client_publishes(acme: Program, tmp_path: Path) -> None:
    (tmp_path / "theirs.ics").write_text(PUBLISHED, encoding="utf-8")
    acme("client", "edit", "acme", "--travel", "2026-11-27 Tokyo")

    done = acme("client", "edit", "acme", "--hours-from", str(tmp_path / "theirs.ics"), "--buffer", "4h")

    assert done.returncode == 0, done.stderr
    assert "  timezone     America/Los_Angeles\n  hours        Mon-Thu 10:00-16:00\n  time off     2026-12-24\n" in done.stdout
    assert "  buffer       4 h\n" in done.stdout
    assert "travel" not in done.stdout
    assert "theirs.ics: an AVAILABLE has no time on a clock (RFC 7953 §3.1)" in done.stderr


def test_a_new_client_needs_no_more_than_what_they_publish(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")
    (tmp_path / "theirs.ics").write_text(PUBLISHED, encoding="utf-8")

    done = program("client", "add", "la", "--hours-from", str(tmp_path / "theirs.ics"), "--timezone", "America/Denver")

    assert "  timezone     America/Denver\n" in done.stdout


def test_a_file_without_hours_changes_nothing(acme: Program, tmp_path: Path) -> None:
    (tmp_path / "tasks.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")

    done = acme("client", "edit", "acme", "--hours-from", str(tmp_path / "tasks.ics"))

    assert done.returncode == 2
    assert "tasks.ics: there is no VAVAILABILITY in it, so it tells no working hours" in done.stderr
    assert "hint: it takes an .ics with a VAVAILABILITY (RFC 7953)" in done.stderr
