from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.display import clean, clean_lines, cut, width

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY = st.text(st.characters(), max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Landing page", "Landing page"),
        ("Ærlig → 東京 👩‍💻", "Ærlig → 東京 👩‍💻"),
        ("\x1b[2J", "␛[2J"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", "\ufffd31m"),
        ("a\x00b\x7f", "a␀b␡"),
        ("two\r\nlines\tand", "two lines and"),
        ("\x85\u2028\u2029", "\ufffd" * 3),
        (BIDI, "\ufffd" * len(BIDI)),
        ("\udcff", "\ufffd"),
    ],
)
def test_harmful_characters_leave_a_mark(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(ANY)
def test_clean_text_is_one_encodable_line_without_controls(text: str) -> None:
    cleaned = clean(text)

    assert {unicodedata.category(character) for character in cleaned} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert not set(BIDI) & set(cleaned)
    assert cleaned.splitlines() in ([], [cleaned])
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_lines_are_kept_apart() -> None:
    assert clean_lines("a\r\nb\x1b\n\nc\u2028") == ["a", "b␛", "", "c\ufffd"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("Ærø", 3), ("東京", 4), ("e\u0301", 1), ("→…–", 3), ("ﾊﾝ", 2), ("Привет", 6), ("👍", 2)],
)
def test_width(text: str, expected: int) -> None:
    assert width(text) == expected


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("東京都庁", 5, "東京…"),
        ("東京都庁", 4, "東…"),
        ("cafe\u0301s", 4, "caf…"),
    ],
)
def test_cut(text: str, columns: int, expected: str) -> None:
    assert cut(text, columns) == expected


@given(ANY.map(clean), st.integers(1, 30))
def test_cut_text_fits(text: str, columns: int) -> None:
    assert width(cut(text, columns)) <= columns


@given(ANY.map(clean))
def test_width_of_a_text_is_the_sum_of_its_characters(text: str) -> None:
    assert width(text) == sum(map(width, text))
