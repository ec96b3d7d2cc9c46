"""Who travels reads every time on the clock of where they are: in commands that show one clock, as in those that show two."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]

CONFIG = """\
[me]
timezone = "Europe/Oslo"
travel = ["2026-11-23..2026-11-30 Asia/Tokyo"]
[feeds.all]
path = "~/all.ics"
"""


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """It is Monday 13:00 in Oslo, 21:00 in Tokyo."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml"), "LANG": "C.UTF-8"}


def test_the_journal_and_the_time_spent(program: Program) -> None:
    program("add", "Landing page", "--due", "wed 17:00")

    said = [
        program(*command.split()).stdout
        for command in ("log", "log 1", "show 1", "start 1", "spent 1", "check --peek", "feed write -q", "feed list")
    ]
    assert [("Mon 23 Nov 21:00" in text, "13:00" in text) for text in said[:5]] == [(True, False)] * 5
    assert "last changed 2026-11-23 21:00" in said[-1]


def test_work_on_a_day_is_on_that_day_there(program: Program) -> None:
    program("add", "Landing page")
    program("spent", "1", "2h", "--on", "2026-11-23")
    program("spent", "1", "1h", "--on", "2026-11-20")

    assert [entry["start"] for entry in json.loads(program("spent", "1", "--json").stdout)["entries"]] == [
        "2026-11-20T08:00:00Z",
        "2026-11-23T00:00:00Z",
    ]


def test_what_is_snoozed(program: Program) -> None:
    program("add", "Landing page", "--due", "2026-11-20 17:00")
    (found,) = json.loads(program("check", "--code", "D101", "--json").stdout)["findings"]

    assert "snoozed until Tue 24 Nov 09:00" in program("snooze", found["id"], "--until", "tue 9:00").stdout
    assert "snoozed until Tue 24 Nov 09:00" in program("check", "--code", "D101", "--all").stdout


def test_the_plan(program: Program) -> None:
    program("add", "Landing page", "--due", "2026-12-02", "--estimate", "50h")

    done = program("plan")

    assert "Tue 24 Nov" in done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines() if "Landing page" in line} == {"09:00-17:00", "09:00-11:00"}
    first, *_, last = json.loads(program("plan", "--json").stdout)["slots"]
    assert (first["mine"], last["mine"]) == ("2026-11-24T09:00:00+09:00", "2026-12-02T09:00:00+01:00")
