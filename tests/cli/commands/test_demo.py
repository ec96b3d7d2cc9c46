from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

Program = Callable[..., subprocess.CompletedProcess[str]]


def test_the_main_job_is_shown_for_real(program: Program) -> None:
    done = program("demo", DEADLINES_NOW="")

    assert done.returncode == 0, done.stdout
    assert "exit code" not in done.stdout
    assert "\nerror: " not in done.stderr
    assert "$ deadlines sync --dry-run\n" in done.stdout
    assert "sent 4 new items" in done.stdout
    assert "moved in the calendar: Send the November invoice (Acme Inc.): " in done.stdout
    assert "merged: Send the November invoice" in done.stdout
    assert "in step (1 request," in done.stdout
    assert "taken back: done 3" in done.stdout
    assert "\nwith Ganga Textiles: " in done.stdout
    assert "outside: sakura" in done.stdout
    assert "Shop, first version: will be missed" in done.stdout
    assert "Review: meeting outside overlapping hours (new)" in done.stdout
    assert "\nDeadlines, " in done.stdout
    assert "\nDTSTART;VALUE=DATE" in done.stdout or "\nDTSTART;TZID=America/New_York:" in done.stdout
    assert done.stdout.count("BEGIN:VEVENT\n") == done.stdout.count("END:VEVENT\n") == 1


def test_json_has_each_command_with_its_answer(program: Program) -> None:
    done = program("demo", "--json", DEADLINES_NOW="")
    answer = json.loads(done.stdout)
    steps = {step["command"]: step for step in answer["steps"]}

    assert done.returncode == 0, done.stderr
    assert answer["version"] == 1
    assert {step["exit"] for step in answer["steps"]} == {0, 1}
    assert len(steps["deadlines sync --dry-run"]["answer"]["calendars"][0]["pushed"]["created"]) == 4
    assert len(steps["deadlines list"]["answer"]["tasks"]) == 6
