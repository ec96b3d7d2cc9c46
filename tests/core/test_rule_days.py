from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.core.periods import walls
from deadlines.core.rrule import parse
from deadlines.core.rule_days import days

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def plain_rules(draw: st.DrawFn) -> str:
    """A rule that says nothing of the time of day and picks nothing from a set."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}"]
    by_day = draw(st.lists(st.sampled_from(WEEKDAYS), max_size=4, unique=True)) if freq != "YEARLY" else []
    if by_day and freq == "MONTHLY":
        numbers = st.sampled_from(["", "1", "2", "5", "-1", "-4"])
        by_day = [draw(numbers) + weekday for weekday in by_day]
    if by_day:
        parts.append(f"BYDAY={','.join(by_day)}")
    elif freq == "MONTHLY" and draw(st.booleans()):
        named = draw(st.lists(st.sampled_from([1, 13, 29, 31, -1, -30, -31]), min_size=1, max_size=3, unique=True))
        parts.append(f"BYMONTHDAY={','.join(map(str, named))}")
    if not (by_day and freq == "DAILY"):
        parts.append(f"INTERVAL={draw(st.sampled_from([1, 1, 2, 3, 5, 13]))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


@given(plain_rules(), st.dates(date(2023, 12, 1), date(2026, 12, 31)), st.integers(-40, 700), st.integers(0, 400))
@settings(max_examples=300, deadline=None)
def test_arithmetic_finds_what_periods_find(rrule: str, first: date, since: int, length: int) -> None:
    rule = parse(rrule)
    low, high = first + timedelta(days=since), first + timedelta(days=since + length)
    at = datetime.combine(first, time(9, 30))
    stream = (wall.date() for wall in walls(rule, at, last=datetime.combine(high, time(23))) if wall > at)
    whole = itertools.islice(itertools.chain([first], stream), rule.count)

    assert days(rule, first, low.toordinal(), high.toordinal()) == [one.toordinal() for one in whole if low <= one <= high]


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9,17",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=DAILY;BYMONTH=3",
        "FREQ=WEEKLY;BYMONTHDAY=13",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYDAY=20MO",
    ],
)
def test_other_rules_are_left_to_their_periods(rrule: str) -> None:
    first = date(2026, 1, 1)

    assert days(parse(rrule), first, first.toordinal(), first.toordinal() + 9) is None


def test_a_window_of_centuries_is_left_to_periods_unless_the_rule_ends() -> None:
    low, high = date(2026, 1, 5), date(2226, 1, 5)

    assert days(parse("FREQ=DAILY"), low, low.toordinal(), high.toordinal()) is None
    assert len(days(parse("FREQ=DAILY;COUNT=30"), low, low.toordinal(), high.toordinal()) or ()) == 30


@pytest.mark.parametrize("rrule", ["FREQ=DAILY;INTERVAL=100000000000000000", "FREQ=YEARLY;INTERVAL=9999"])
def test_an_interval_longer_than_time_leaves_the_start(rrule: str) -> None:
    first = date(2026, 1, 5)

    assert days(parse(rrule), first, first.toordinal(), first.toordinal() + 9) == [first.toordinal()]
