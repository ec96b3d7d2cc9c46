from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError
from deadlines.ical import scan, text

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("plain", "plain"), (r"a\nb\Nc", "a\nb\nc"), (r"\, \; \\", ", ; \\"), (r"\\n", "\\n"), ("\\x \\", "\\x \\")],
)
def test_text_is_unescaped(value: str, expected: str) -> None:
    assert expected == text.unescape(value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\r\nDUE:20260101", "a\nDUE:20260101"),
        ("a\rb\x85c\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("a\x00\x07\x1b[31m\x0b\x7f\tb", "a[31m\tb"),
        (';,\\:"', ';,\\:"'),
    ],
)
def test_hostile_text_becomes_one_value(written: str, read: str) -> None:
    assert read == text.clean(written)
    assert read == text.unescape(text.escape(written))
    assert "\n" not in text.escape(written)


@given(st.text())
def test_clean_text_round_trips(value: str) -> None:
    assert text.clean(value) == text.unescape(text.escape(value))
    assert text.clean(value) == text.clean(text.clean(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        ("a,b", ("a", "b")),
        (r"a\, b,c\\,d", ("a, b", "c\\", "d")),
        (" a ,, b,", ("a", "b")),
        ("a\\", ("a\\",)),
    ],
)
def test_list_is_split_at_bare_commas(value: str, expected: tuple[str, ...]) -> None:
    assert expected == text.split_list(value)


@given(st.lists(st.text(min_size=1)))
def test_list_round_trips(items: list[str]) -> None:
    expected = tuple(dict.fromkeys(item for raw in items if (item := text.clean(raw.strip()).strip())))

    assert set(expected) == set(text.split_list(text.join_list(items)))


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("+5", 5), ("-3", -3), (" 7 ", 7)])
def test_integer_is_read(value: str, expected: int) -> None:
    assert expected == text.integer(value)


@pytest.mark.parametrize("value", ["", "x", "1.5", "١", "99999999999", "1_0"])
def test_what_is_no_integer_is_refused(value: str) -> None:
    with pytest.raises(CodecError):
        text.integer(value)


@pytest.mark.parametrize(
    "value", ["20260230", "2026-1-1", "2026W011", "00000101", "00010101", "99991231", "", "２０２６０１０１", "202601011"]
)
def test_what_is_no_date_is_refused(value: str) -> None:
    with pytest.raises(CodecError):
        text.day(value)


@pytest.mark.parametrize(
    "value",
    ["20260101T240000", "20260101T12", "20260101 120000", "20260101T1200００", "20261301T000000", "99991231T000000", "20260101"],
)
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(CodecError):
        text.wall_time(value)
    with pytest.raises(CodecError):
        text.instant(value + "Z")


def test_far_years_and_leap_seconds_are_read() -> None:
    assert text.day("15000101") == date(1500, 1, 1)
    assert text.day("99991201") == date(9999, 12, 1)
    assert text.wall_time("20161231T235960") == datetime(2016, 12, 31, 23, 59, 59)  # noqa: DTZ001 - wall time
    assert text.instant("20260101t000000z") == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(CodecError):
        text.instant("20260101T000000")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("PT1H30M", timedelta(hours=1.5)),
        ("-P1W", timedelta(weeks=-1)),
        ("+P1DT5S", timedelta(days=1, seconds=5)),
        ("p1w2d", timedelta(days=9)),
        ("PT0S", timedelta()),
    ],
)
def test_duration_is_read(value: str, expected: timedelta) -> None:
    assert expected == text.duration(value)


@pytest.mark.parametrize("value", ["P", "PT", "1H", "P1H", "P999999999W", "P1DT1H junk", "PT1.5H"])
def test_what_is_no_duration_is_refused(value: str) -> None:
    with pytest.raises(CodecError):
        text.duration(value)


@given(
    st.timedeltas(timedelta(days=-9999), timedelta(days=9999)).map(
        lambda length: length - timedelta(microseconds=length.microseconds)
    )
)
def test_duration_round_trips(length: timedelta) -> None:
    assert length == text.duration(text.format_duration(length))


@pytest.mark.parametrize(
    ("when", "params", "value"),
    [
        (AllDay(date(2026, 2, 28)), {"VALUE": ("DATE",)}, "20260228"),
        (AllDay(date(999, 2, 28)), {"VALUE": ("DATE",)}, "09990228"),
        (Floating(datetime(2026, 1, 2, 3, 4, 5)), {}, "20260102T030405"),  # noqa: DTZ001 - wall time
        (Zoned(datetime(2026, 1, 2, 3, 4), "UTC", UTC), {}, "20260102T030400Z"),  # noqa: DTZ001 - wall time
        (Zoned(datetime(2026, 1, 2, 3, 4), "Europe/Oslo", OSLO), {"TZID": ("Europe/Oslo",)}, "20260102T030400"),  # noqa: DTZ001
    ],
)
def test_when_is_written(when: When, params: dict[str, tuple[str, ...]], value: str) -> None:
    assert (params, value) == text.format_when(when)


@pytest.mark.parametrize(
    ("name", "value", "params"),
    [
        ("SUMMARY", "a\r\nDUE:1", {}),
        ("SUMMARY", "a\x85b", {}),
        ("SUMMARY:x\r\nDUE", "1", {}),
        ("X", "1", {"A:B": ("1",)}),
        ("", "1", {}),
        ("X", "\ud800" * 80, {}),
    ],
)
def test_line_that_would_become_two_is_refused(name: str, value: str, params: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(CodecError):
        text.content_line(name, value, params)


@given(st.text(), st.text(min_size=1))
def test_any_parameter_and_value_read_back(value: str, param: str) -> None:
    raw = text.content_line("X-A", text.escape(value), {"P": (param, "second")})
    lines = [line.encode("utf-8") for line in raw.split("\r\n")]
    name, params, found = scan.split(scan.unfold(raw))

    assert list(scan.logical_lines(raw)) == [raw]
    assert max(map(len, lines)) <= 75
    assert (name, text.clean(value)) == ("X-A", text.unescape(found))
    if text.clean(param):
        assert scan.parameters(params) == {"P": (text.clean(param), "second")}


def test_surrogates_of_bytes_count_as_one_octet() -> None:
    assert text.fold("X:" + "\udcff" * 73) == "X:" + "\udcff" * 73
    assert text.fold("X:" + "\udcff" * 74) == "X:" + "\udcff" * 73 + "\r\n \udcff"
