from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours, windows
from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.overlap import Fit, Side, Timetable, Verdict, overlap, trimmed, verdict
from deadlines.core.span import Span, total

TABLES: dict[str, Timetable] = {}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def hours(zone: str, text: str = "Mon-Fri 09:00-17:00", *, off: str = "", closed: Iterable[date] = ()) -> Availability:
    away = (parse_time_off(off),) if off else ()
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text), closed=frozenset(closed), time_off=away)


OSLO, NEW_YORK = hours("Europe/Oslo"), hours("America/New_York")


def span(day: str, start: str, end: str, zone: str = "Europe/Oslo") -> Span:
    ends = (datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for time in (start, end))
    return Span(*ends)


def week(first: str, days: int = 7) -> Span:
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    return Span(start, start + timedelta(days=days))


def test_the_overlap_of_oslo_and_new_york_is_an_hour_longer_between_the_changes() -> None:
    """New York changes on 14 March 2027, Oslo on the 28th."""
    lengths = {first: total(overlap([OSLO, NEW_YORK], week(first))) for first in ("2027-03-08", "2027-03-15", "2027-03-29")}

    assert lengths == {"2027-03-08": 10 * HOUR, "2027-03-15": 15 * HOUR, "2027-03-29": 10 * HOUR}


def test_nobody_is_free_all_the_time_and_some_never_meet() -> None:
    assert list(overlap([], week("2027-03-08"))) == [week("2027-03-08")]
    assert list(overlap([OSLO, hours("Australia/Sydney")], week("2027-01-11"))) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("10:00", "10:45", Fit(Verdict.INSIDE)),
        ("09:30", "12:00", Fit(Verdict.INSIDE)),
        ("11:30", "12:00", Fit(Verdict.INSIDE)),
        ("09:00", "09:45", Fit(Verdict.EDGE, edge=30 * MINUTE)),
        ("09:29", "10:00", Fit(Verdict.EDGE, edge=1 * MINUTE)),
        ("16:15", "17:00", Fit(Verdict.EDGE, edge=30 * MINUTE)),
        ("08:45", "09:30", Fit(Verdict.OUTSIDE, 15 * MINUTE, Side.BEFORE)),
        ("16:45", "17:10", Fit(Verdict.OUTSIDE, 10 * MINUTE, Side.AFTER)),
        ("08:45", "09:15", Fit(Verdict.OUTSIDE, 15 * MINUTE, Side.BEFORE)),
        ("20:00", "21:00", Fit(Verdict.OUTSIDE, 4 * HOUR, Side.AFTER)),
        ("04:00", "05:00", Fit(Verdict.OUTSIDE, 5 * HOUR, Side.BEFORE)),
        ("12:00", "12:15", Fit(Verdict.OUTSIDE, 15 * MINUTE, Side.BREAK)),
        ("11:00", "14:00", Fit(Verdict.OUTSIDE, 1 * HOUR, Side.BREAK)),
    ],
)
def test_how_a_meeting_lies_in_a_day_with_a_break(start: str, end: str, expected: Fit) -> None:
    split = hours("Europe/Oslo", "Mon-Fri 09:00-12:00 13:00-17:00")
    meeting = span("2027-03-09", start, end)

    assert Timetable(split, week("2027-03-08")).fit(meeting) == expected
    assert verdict(meeting, split) is expected.verdict


def test_round_the_clock_has_no_edge() -> None:
    assert verdict(span("2027-03-09", "00:00", "00:45"), hours("Europe/Oslo", "Mon-Sun 00:00-24:00")) is Verdict.INSIDE


@pytest.mark.parametrize(
    ("day", "start", "end", "expected"),
    [
        ("2027-03-26", "10:00", "11:00", Verdict.HOLIDAY),
        ("2027-03-26", "16:30", "17:30", Verdict.HOLIDAY),
        ("2027-03-26", "18:00", "19:00", Verdict.OUTSIDE),
        ("2027-03-27", "10:00", "11:00", Verdict.OUTSIDE),
        ("2027-03-09", "12:30", "13:30", Verdict.HOLIDAY),
        ("2027-03-09", "10:00", "11:00", Verdict.INSIDE),
    ],
)
def test_on_a_day_off_only_what_would_have_fitted_is_there_for_its_sake(
    day: str, start: str, end: str, expected: Verdict
) -> None:
    off = hours("Europe/Oslo", off="2027-03-09 13:00-17:00", closed=[date(2027, 3, 26)])

    assert verdict(span(day, start, end), off) is expected


def test_the_verdict_follows_a_journey() -> None:
    away = Availability(zone=OSLO.zone, weekly=OSLO.weekly, travel=(parse_travel("2027-03-08..2027-03-12 Tokyo"),))

    assert verdict(span("2027-03-09", "10:00", "11:00"), away) is Verdict.OUTSIDE
    assert verdict(span("2027-03-09", "10:00", "11:00", "Asia/Tokyo"), away) is Verdict.INSIDE


def test_who_never_works_is_far_away_from_any_meeting() -> None:
    never = Availability(zone=OSLO.zone, weekly=())

    assert Timetable(never, week("2027-03-08")).fit(span("2027-03-09", "10:00", "11:00")).beyond > 24 * HOUR


def test_a_meeting_at_the_end_of_the_calendar_can_be_judged() -> None:
    last = Span(datetime(9999, 12, 30, 12, tzinfo=UTC), datetime(9999, 12, 30, 13, tzinfo=UTC))

    assert verdict(last, hours("UTC", "Mon-Sun 00:00-24:00")).fits


def test_trimmed_hours_are_those_without_an_edge() -> None:
    split = hours("Europe/Oslo", "Mon-Fri 09:00-12:00 13:00-17:00, Sat 10:00-10:45")
    days = week("2027-03-08")
    table = Timetable(split, days)
    core = list(trimmed(list(windows(split, days))))
    minute = days.start
    while minute < days.end:
        fit = table.fit(Span(minute, minute + MINUTE))
        assert (fit.verdict is Verdict.INSIDE) == any(minute in one for one in core), minute
        minute += 5 * MINUTE


@pytest.mark.parametrize(
    "availability", [OSLO, NEW_YORK, hours("Asia/Tokyo", off="2027-03-10..2027-03-12"), hours("UTC", "Mon 9-10")]
)
def test_the_verdict_alone_is_that_of_the_fit(availability: Availability) -> None:
    around = week("2027-03-08", 14)
    timetable = Timetable(availability, around)
    meetings = [Span(around.start + start * HOUR / 4, around.start + start * HOUR / 4 + HOUR) for start in range(13 * 96)]

    assert [timetable.verdict(meeting) for meeting in meetings] == [timetable.fit(meeting).verdict for meeting in meetings]


@given(st.integers(0, 7 * 24 * 12), st.integers(1, 60))
def test_a_day_off_is_the_reason_in_the_verdict_alone_too(start: int, length: int) -> None:
    split = hours(
        "Europe/Oslo",
        "Mon-Fri 09:00-12:00 13:00-17:00, Sat 10:00-10:45",
        off="2027-03-09 13:00-15:00",
        closed=[date(2027, 3, 11)],
    )
    table = TABLES.setdefault("split", Timetable(split, week("2027-03-08")))
    begin = datetime(2027, 3, 8, tzinfo=UTC) + start * 5 * MINUTE
    meeting = Span(begin, begin + length * 5 * MINUTE)

    assert table.verdict(meeting) is table.fit(meeting).verdict
    assert table.touches(meeting) == any(one.start < meeting.end and meeting.start < one.end for one in table.windows)
