from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.cli.table import Role, Screen
from deadlines.core.display import clean, width
from deadlines.core.paragraph import wrapped

WORD = st.text(st.sampled_from("ab7-長e\u0301"), min_size=1, max_size=30)
PAINT = Screen(colored=True).paint


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 20, [""]),
        ("short enough", 12, ["short enough"]),
        ("one two three four", 13, ["one two three", "four"]),
        ("due on Thu 3 Dec", 12, ["due on Thu", "3 Dec"]),
        ("it takes 7 h 45 min more", 15, ["it takes 7 h", "45 min more"]),
        ("at 11:30 Oslo", 12, ["at", "11:30 Oslo"]),
        ("1 2 3 4 5 6 7 8 9", 12, ["1 2 3 4 5 6", "7 8 9"]),
        ("a re-used name-with-hyphens", 20, ["a re-used", "name-with-hyphens"]),
        ("see /home/kari/public", 12, ["see", "/home/kari/p", "ublic"]),
        ("東京都庁東京都庁", 13, ["東京都庁東京", "都庁"]),
    ],
)
def test_lines_break_where_a_reader_would_break_them(text: str, columns: int, expected: list[str]) -> None:
    assert list(wrapped(text, columns)) == expected


def test_the_first_line_and_the_others_are_indented() -> None:
    assert list(wrapped("one two three four five", 17, "* ", "  ")) == ["* one two three", "  four five"]


def test_an_indentation_that_leaves_no_room_is_left_out() -> None:
    assert list(wrapped("one two three four", 20, " " * 15, " " * 8)) == ["one two three four"]


def test_colours_take_no_room_and_stay_around_their_words() -> None:
    text = f"{PAINT('one two', Role.SOON)} three {PAINT('four', Role.OVERDUE)}"

    assert list(wrapped(text, 13)) == ["\x1b[33mone two\x1b[0m three", "\x1b[31mfour\x1b[0m"]
    assert list(wrapped(PAINT("one two three four", Role.DIM), 13)) == ["\x1b[2mone two three", "four\x1b[0m"]


@given(st.lists(WORD, max_size=30).map(" ".join), st.integers(1, 90), st.integers(0, 20), st.integers(0, 20))
def test_no_line_is_wider_and_nothing_is_lost(text: str, columns: int, first: int, rest: int) -> None:
    lines = list(wrapped(clean(text), columns, " " * first, " " * rest))

    assert max(map(width, lines)) <= max(columns, 12)
    assert "".join("".join(lines).split()) == "".join(text.split())
    if columns >= max(map(width, [text[:1], *text.split(" ")])) + 12 + max(first, rest) and not re.search(r"\d ", text):
        assert [word for line in lines for word in line.split()] == text.split()


@given(st.lists(st.tuples(WORD, st.booleans()), max_size=20), st.integers(12, 60))
def test_coloured_text_is_broken_where_it_would_be_without(words: list[tuple[str, bool]], columns: int) -> None:
    text = " ".join(PAINT(word, Role.GOOD) if painted else word for word, painted in words)
    lines = list(wrapped(text, columns, rest="  "))

    bare = [re.sub(r"\x1b\[\d+m", "", line) for line in lines]
    assert bare == list(wrapped(" ".join(word for word, _ in words), columns, rest="  "))
    assert re.findall(r"\x1b\[\d+m", "".join(lines)) == re.findall(r"\x1b\[\d+m", text)
