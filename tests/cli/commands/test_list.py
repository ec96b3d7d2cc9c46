from __future__ import annotations

import pytest
from tests.cli.conftest import Program


@pytest.fixture
def three(program_here: Program) -> Program:
    """The program, with three tasks."""
    for summary in ("One", "Two", "Three"):
        program_here("add", summary)
    return program_here


@pytest.mark.parametrize(
    ("counted", "said"), [(10_000, "2 of 3 tasks"), (2, "2 of more than 2 tasks"), (1, "2 of more than 2 tasks")]
)
def test_a_limited_list_says_how_many_there_are(three: Program, monkeypatch: pytest.MonkeyPatch, counted: int, said: str) -> None:
    monkeypatch.setattr("deadlines.usecases.listing.COUNTED", counted)

    assert three("list", "--limit", "2").stderr == f"{said}; `--limit` shows more.\n"


def test_a_list_that_shows_all_says_nothing_of_it(three: Program) -> None:
    assert three("list", "--limit", "3").stderr == ""
