"""`check`, `ack` and `snooze` as a script calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def missed(program: Program) -> Program:
    """A machine with one missed deadline."""
    program("add", "Taxes", "--due", "2026-11-20")
    return program


def findings(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def test_the_exit_code_says_whether_there_is_something_to_look_at(missed: Program) -> None:
    codes = [missed("check", "-q").returncode for _ in range(2)]
    missed("ack", "D101")
    codes.append(missed("check", "-q").returncode)
    missed("ack", "D101", "--undo")
    codes.append(missed("check", "-q").returncode)
    missed("done", "1")
    codes.append(missed("check", "-q").returncode)

    assert codes == [1, 1, 0, 1, 0]


def test_a_snooze_ends(missed: Program) -> None:
    assert missed("snooze", "D101", "--until", "in 3 days").returncode == 0

    assert missed("check").returncode == 0
    assert missed("check", DEADLINES_NOW="2026-11-27T12:00:00Z").returncode == 1


def test_what_was_told_is_remembered_for_each_reader(missed: Program) -> None:
    states = [
        findings(missed("check", "--json", *options))[0]["state"]
        for options in (["--peek"], [], [], ["--reader", "script"], ["--reader", "script"])
    ]

    assert states == ["new", "new", "still", "new", "still"]


def test_all_shows_what_is_acknowledged(missed: Program) -> None:
    missed("ack", "D101")

    assert findings(missed("check", "--json")) == []
    (one,) = findings(missed("check", "--json", "--all"))
    assert (one["code"], one["acknowledged"], one["state"]) == ("D101", True, "still")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("check", "--client", "nobody"), "error: unknown client: nobody"),
        (("check", "--code", "D999"), "error: unknown code: D999"),
        (("check", "--within", "soon"), "error: duration 'soon': not understood"),
        (("ack", "D999"), "error: unknown finding: D999"),
        (("snooze", "D101"), "error: missing option '--until'"),
        (("snooze", "D101", "--until", "yesterday"), "error: 'yesterday' is not to come"),
    ],
)
def test_what_cannot_be_used_is_named(missed: Program, arguments: tuple[str, ...], error: str) -> None:
    done = missed(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(error)
