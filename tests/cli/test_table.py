from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.cli.table import PLAIN, Column, Painted, Role, Screen, table
from deadlines.core.display import width

COLUMNS = (Column("id"), Column("summary", flexible=True), Column("left", right=True))


def test_columns_are_aligned_and_separated_by_two_spaces() -> None:
    assert table(COLUMNS, [("1", "Landing page", "4 d"), ("23", "Logo", "12 d")]) == (
        "id  summary       left\n"
        "1   Landing page   4 d\n"
        "23  Logo          12 d\n"
    )  # fmt: skip


def test_no_rows_no_table() -> None:
    assert table(COLUMNS, []) == ""


def test_quiet_has_no_heading() -> None:
    assert table(COLUMNS, [("1", "Logo", "4 d")], Screen(headings=False)) == "1  Logo  4 d\n"


def test_wide_characters_take_two_columns() -> None:
    assert table(COLUMNS, [("1", "東京", "4 d"), ("2", "Zürich", "4 d")]).splitlines()[1:] == [
        "1   東京      4 d",
        "2   Zürich    4 d",
    ]


def test_a_pipe_gets_whole_values() -> None:
    assert "x" * 500 in table(COLUMNS, [("1", "x" * 500, "4 d")])


def test_a_terminal_gets_lines_that_fit() -> None:
    lines = table(COLUMNS, [("1", "x" * 500, "4 d"), ("2", "東" * 500, "4 d")], Screen(columns=40)).splitlines()

    assert max(map(width, lines)) <= 40
    assert lines[1] == "1   " + "x" * 29 + "…   4 d"


def test_narrow_flexible_columns_stay_whole() -> None:
    columns = (Column("a", flexible=True), Column("b", flexible=True))

    assert table(columns, [("short", "y" * 100)], Screen(columns=30, headings=False)) == "short  " + "y" * 22 + "…\n"


def test_colour_only_where_allowed() -> None:
    rows = [("1", Painted("Logo", Role.OVERDUE), "4 d"), ("2", "Page", "4 d")]

    assert "\x1b" not in table(COLUMNS, rows, PLAIN)
    assert table(COLUMNS, rows, Screen(colored=True, headings=False)) == "1  \x1b[31mLogo\x1b[0m  4 d\n2  Page  4 d\n"


def test_foreign_text_cannot_reach_the_terminal() -> None:
    assert (
        table(COLUMNS, [("1", "\x1b[31mred\x1b[0m\u202e\n2", "4 d")], Screen(headings=False)) == "1  ␛[31mred␛[0m\ufffd 2  4 d\n"
    )


@given(
    st.lists(st.tuples(st.integers(0, 99).map(str), st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=5),
    st.sampled_from([None, 20, 40]),
)
def test_every_line_has_every_column(rows: list[tuple[str, str, str]], columns: int | None) -> None:
    three = (Column("id"), Column("summary", flexible=True), Column("note"))
    lines = table(three, rows, Screen(columns=columns)).split("\n")[:-1]

    assert len(lines) == len(rows) + 1
    assert {len(re.split(" {2,}", line)) for line in lines} == {3}


@pytest.mark.parametrize("rows", [[("1", "a")], [("1", "a", "b", "c")]])
def test_rows_of_another_length_are_a_mistake(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        table(COLUMNS, rows)


SPARED = (Column("ID"), Column("DUE", spared=1), Column("CLIENT", spared=2), Column("TASK", flexible=True))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (None, "ID  DUE     CLIENT  TASK\n1   Friday  acme    A landing page\n"),
        (30, "ID  DUE     CLIENT  TASK\n1   Friday  acme    A landing…\n"),
        (28, "ID  DUE     CLIENT  TASK\n1   Friday  acme    A landi…\n"),
        (27, "ID  DUE     TASK\n1   Friday  A landing page\n"),
        (20, "ID  DUE     TASK\n1   Friday  A landi…\n"),
        (19, "ID  TASK\n1   A landing page\n"),
        (5, "ID  TASK\n1   A landi…\n"),
    ],
)
def test_a_narrow_terminal_is_spared_columns_the_least_wanted_first(columns: int | None, expected: str) -> None:
    assert table(SPARED, [("1", "Friday", "acme", "A landing page")], Screen(columns=columns)) == expected
