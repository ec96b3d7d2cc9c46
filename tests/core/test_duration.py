import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.duration import format_duration, format_work, from_iso, parse_duration, parse_lead, to_iso
from deadlines.errors import CodecError, InputError


@pytest.mark.parametrize(
    ("text", "minutes", "written"),
    [
        ("3h", 180, "3 h"),
        ("1h30", 90, "1 h 30 min"),
        ("1 h 30 min", 90, "1 h 30 min"),
        ("1h 30m", 90, "1 h 30 min"),
        ("90m", 90, "1 h 30 min"),
        ("90 minutes", 90, "1 h 30 min"),
        ("1.5 hours", 90, "1 h 30 min"),
        ("1,5h", 90, "1 h 30 min"),
        ("2d", 2880, "2 d"),
        (" 1W ", 10080, "7 d"),
        ("1w 2d 3h 4m", 13144 - 0, "9 d 3 h 4 min"),
    ],
)
def test_durations_are_read_and_written(text: str, minutes: int, written: str) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)
    assert format_duration(timedelta(minutes=minutes)) == written


@pytest.mark.parametrize("text", ["", " ", "3", "h", "-3h", "3x", "1h3", "0m", "0", "1.25h", "3h 2d", "9999999d"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration(text)

    assert "1h30" in caught.value.hint


def test_a_lead_may_be_nothing() -> None:
    assert (parse_lead("0"), parse_lead("0h"), parse_lead("3d")) == (timedelta(), timedelta(), timedelta(days=3))


def test_short_and_negative_lengths_are_written() -> None:
    assert [format_duration(timedelta(seconds=seconds)) for seconds in (59, 0, -3600)] == ["0 min", "0 min", "-1 h"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT3H", 10800),
        ("P15DT5H0M20S", 1314020),
        ("P7W", 4233600),
        ("-PT15M", -900),
        ("+PT15M", 900),
        ("pt1h", 3600),
        ("P1W2D", 777600),
        ("PT0S", 0),
    ],
)
def test_iso_durations_are_read(text: str, seconds: int) -> None:
    assert from_iso(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "P", "PT", "3H", "P3H", "PT3", "P1Y", "P99999999999D", f"P{'9' * 5000}D", "P999999999W"])
def test_what_is_no_iso_duration_is_an_error_of_the_text(text: str) -> None:
    with pytest.raises(CodecError):
        from_iso(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "PT0S"),
        (0.4, "PT0S"),
        (-0.4, "PT0S"),
        (10800, "PT3H"),
        (3605, "PT1H0M5S"),
        (86400, "P1D"),
        (-900, "-PT15M"),
        (90061, "P1DT1H1M1S"),
    ],
)
def test_iso_durations_keep_the_grammar(seconds: float, text: str) -> None:
    assert to_iso(timedelta(seconds=seconds)) == text


@given(st.integers(-(10**9), 10**9).map(lambda seconds: timedelta(seconds=seconds)))
def test_iso_durations_survive(length: timedelta) -> None:
    assert from_iso(to_iso(length)) == length


@given(st.integers(1, 10**7).map(lambda minutes: timedelta(minutes=minutes)))
def test_what_is_written_can_be_typed(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        parse_lead(text)
    with contextlib.suppress(CodecError):
        from_iso(text)


@pytest.mark.parametrize(("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (1860, "31 h")])
def test_work_is_said_in_hours(minutes: int, said: str) -> None:
    assert format_work(timedelta(minutes=minutes)) == said
