"""`plan` as a person and a script see it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.terminal import at_terminal

from deadlines.cli.plan_text import _percent
from deadlines.core.display import width

Program = Callable[..., subprocess.CompletedProcess[str]]

CONFIG = """\
[me]
timezone = "Europe/Oslo"
hours = "Mon-Fri 09:00-12:00 13:00-17:00"
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
buffer = "4h"
[clients.edo]
timezone = "Asia/Tokyo"
"""
LONG = "A landing page in four languages, with pictures, for the spring campaign of the whole group"


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml"), "LANG": "C.UTF-8"}


def test_days_with_slots_and_both_clocks_at_each_due(program: Program) -> None:
    """It is Monday 13:00 in Oslo."""
    program("add", "Landing page", "--client", "acme", "--due", "wed 17:00", "--estimate", "5h")
    program("add", "Taxes")
    program("add", "Next year", "--due", "2027-02-01")
    done = program("plan", "--days", "3")

    assert done.returncode == 0
    assert (
        done.stdout
        == """\
Mon 23 Nov                                                                  4 h
  13:00-17:00  Landing page (acme)                                          4 h

Tue 24 Nov                                                        3 h, 4 h free
  09:00-10:00  Landing page (acme)                                          1 h
               done, due Wed 25 Nov 17:00 New York = Wed 25 Nov 23:00 Oslo
  10:00-11:00  Next year                                                   ~1 h
               done, due Mon 1 Feb 2027 24:00 Oslo
  11:00-12:00  Taxes                                                       ~1 h

7 h of work until Thu 26 Nov 13:00; 14 h left free.
"""
    )
    assert "2 tasks have no estimate (~)" in done.stderr


def test_what_is_late_comes_first_with_its_proof(program: Program) -> None:
    program("add", "Landing page", "--client", "acme", "--due", "tue 17:00", "--estimate", "14h")
    done = program("plan")

    assert done.returncode == 1
    subject, proof, remedy = done.stdout.splitlines()[:3]
    assert re.fullmatch(r"error    D103-[a-z0-9]{8}  Landing page: will be missed", subject)
    assert proof == (
        "  need 14 h before Tue 24 Nov 13:00 New York = Tue 24 Nov 19:00 Oslo (4 h before it is due), have 11 h; "
        "it will be done Wed 25 Nov 12:00 Oslo at the earliest"
    )
    assert remedy == (
        "  -> move Landing page to Wed 25 Nov 10:00 New York = Wed 25 Nov 16:00 Oslo "
        '(deadlines edit 1 --due "2026-11-25 10:00"), or work 1 h 30 min more on each of 2 days. '
        "Talk to Acme Inc. first, who are at work Mon 23 Nov 09:00 New York = Mon 23 Nov 15:00 Oslo"
    )
    assert "done, due Tue 24 Nov 17:00 New York = Tue 24 Nov 23:00 Oslo: 13 h late\n" in done.stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_it_fits_a_terminal(columns: int, environment: dict[str, str], program: Program) -> None:
    program("add", LONG, "--client", "acme", "--due", "tue 17:00", "--estimate", "20h")
    program("add", "設計" * 30, "--client", "edo", "--due", "wed 17:00", "--estimate", "9h")

    screen = at_terminal(environment, "plan", "--color", "never", columns=columns).screen

    assert max(map(width, screen.splitlines())) <= columns


def test_nothing_to_plan_is_said_and_fine(program: Program) -> None:
    done = program("plan")

    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing to plan." in done.stderr


def test_no_time_at_all_says_where_hours_are_set(program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + '[plan]\nsmallest_piece = "9h"\n', encoding="utf-8")
    program("add", "Taxes", "--estimate", "3h")
    done = program("plan")

    assert done.stdout == "3 h of work, and no time to do it in: see `hours` and `time_off` of [me], and [plan].\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('day_hours = "0h"', "'0h' is no time to work in"),
        ('default_estimate = "-1h"', "duration '-1h': not understood"),
        ('smallest_piece = "tiny"', "duration 'tiny': not understood"),
        ("day_hour = 6", "day_hours"),
    ],
)
def test_rules_that_cannot_be_are_refused(line: str, said: str, program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + f"[plan]\n{line}\n", encoding="utf-8")
    done = program("plan")

    assert done.returncode == 4
    assert "line 11: plan." in done.stderr
    assert said in done.stderr


def test_odds_come_from_finished_tasks_and_say_what_they_are_worth(program: Program) -> None:
    """Half of the past took twice as long as was thought."""
    program("add", "Landing page", "--client", "acme", "--due", "tue 17:00", "--estimate", "7h")
    past = []
    for took in ("1h", "2h") * 3:
        added = program("add", "Old", "--client", "acme", "--estimate", "1h", "--json")
        past.append(str(json.loads(added.stdout)["task"]["id"]))
        program("spent", past[-1], took)
    thin = program("plan", "--odds")
    program("done", *past)
    done = program("plan", "--odds")

    assert "Too little is known for odds: 0 finished tasks have an estimate and time spent on them, 5 are needed" in thin.stderr
    assert "of the runs" not in thin.stdout
    assert re.search(
        r"due Tue 24 Nov 17:00 New York = Tue 24 Nov 23:00 Oslo; in time in (4[5-9]|5[0-5]) % of the runs\n", done.stdout
    )
    assert "Odds from 2000 runs; 6 finished tasks have an estimate and time spent on them.\n" in done.stderr
    assert program("plan", "--odds").stdout == done.stdout


@pytest.mark.parametrize(("chance", "said"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")])
def test_only_what_never_failed_is_called_certain(chance: float, said: str) -> None:
    assert _percent(chance) == said
