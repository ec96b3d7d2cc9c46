import contextlib
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import TimeOff, Travel, parse_hours
from deadlines.core.away import format_time_off, format_travel, overlapping, parse_time_off, parse_travel
from deadlines.errors import InputError

HOUR = timedelta(hours=1)
CHRISTMAS = TimeOff(first=date(2026, 12, 24), last=date(2027, 1, 2), note="Christmas")
TOKYO = Travel(first=date(2027, 3, 1), last=date(2027, 3, 12), zone=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-24..2027-01-02 Christmas", CHRISTMAS),
        ("2026-12-24 .. 2027-01-02   Christmas", CHRISTMAS),
        ("2026-12-24 to 2027-01-02 Christmas", CHRISTMAS),
        ("2026-12-24 - 2027-01-02 Christmas", CHRISTMAS),
        ("2026-12-04", TimeOff(first=date(2026, 12, 4), last=date(2026, 12, 4))),
        ("2026-12-04 12:00-17:00", TimeOff(first=date(2026, 12, 4), last=date(2026, 12, 4), start=12 * HOUR, end=17 * HOUR)),
        (
            "2026-12-07..2026-12-11 2pm - 5pm a course, at last",
            TimeOff(first=date(2026, 12, 7), last=date(2026, 12, 11), start=14 * HOUR, end=17 * HOUR, note="a course, at last"),
        ),
        ("2026-12-04 22:00-02:00", TimeOff(first=date(2026, 12, 4), last=date(2026, 12, 4), start=22 * HOUR, end=26 * HOUR)),
    ],
)
def test_time_off_is_read_and_written(text: str, expected: TimeOff) -> None:
    assert parse_time_off(text) == expected
    assert parse_time_off(format_time_off(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-01..2027-03-12 Asia/Tokyo", TOKYO),
        ("2027-03-01..2027-03-12 tokyo", TOKYO),
        (
            "2027-02-15 new york Tue-Sat 10-16",
            Travel(
                first=date(2027, 2, 15),
                last=date(2027, 2, 15),
                zone=ZoneInfo("America/New_York"),
                weekly=parse_hours("Tue-Sat 10-16"),
            ),
        ),
        (
            "2027-07-05..2027-07-30 Mon-Thu 08:00-14:00",
            Travel(first=date(2027, 7, 5), last=date(2027, 7, 30), weekly=parse_hours("Mon-Thu 08:00-14:00")),
        ),
    ],
)
def test_a_journey_is_read_and_written(text: str, expected: Travel) -> None:
    assert parse_travel(text) == expected
    assert parse_travel(format_travel(expected)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with a date"),
        ("Christmas", "'Christmas' is no date of the form"),
        ("24.12.2026", "'24.12.2026' is no date of the form"),
        ("2026-12-24..31", "'31' is no date of the form"),
        ("2026-02-30", "there is no 2026-02-30"),
        ("2027-01-02..2026-12-24", "ends before it starts, on 2026-12-24"),
        ("2026-12-04 12:00", "'12:00' is no time of the form 12:00-17:00"),
        ("2026-12-04 12:00-25:00", "'25:00' is no time of day"),
        ("2026-12-04 9-9", "ends when it starts"),
        ("2026-12-04 9-5", "ambiguous"),
    ],
)
def test_what_is_wrong_with_time_off_is_named(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_time_off(text)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2027-03-01..2027-03-12", "needs a zone, or other hours"),
        ("2027-03-12..2027-03-01 Asia/Tokyo", "ends before it starts"),
        ("2027-03-01 Asia/Toyko", "unknown zone: Asia/Toyko"),
        ("2027-03-01 EST", "ambiguous"),
        ("2027-03-01 Tokyo Mon-Fri", "no time follows Fri"),
        ("2027-03-01 Tokyo Mon-Fri 9-25", "'25' is no time of day"),
    ],
)
def test_what_is_wrong_with_a_journey_is_named(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_travel(text)

    assert why in str(caught.value)


def test_swapped_dates_are_offered_the_right_way_round() -> None:
    with pytest.raises(InputError) as caught:
        parse_time_off("2027-01-02..2026-12-24")

    assert caught.value.hint == '"2026-12-24..2027-01-02" if the dates are swapped'


def test_overlapping_exceptions_are_found_by_date_and_time() -> None:
    morning, noon, evening = (parse_time_off(f"2026-12-24 {times}") for times in ("9-12", "11-13", "13-17"))

    assert overlapping([CHRISTMAS, noon]) == (noon, CHRISTMAS)
    assert overlapping([evening, morning, noon]) == (morning, noon)
    assert overlapping([evening, morning]) is None
    assert overlapping([TOKYO, parse_travel("2027-03-13 Berlin")]) is None
    assert overlapping([TOKYO, parse_travel("2027-03-12 Berlin")]) == (TOKYO, parse_travel("2027-03-12 Berlin"))


@given(st.text(alphabet=st.sampled_from("0123456789-.: MonTokyapm/"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_time_off, parse_travel):
        with contextlib.suppress(InputError):
            parse(text)
