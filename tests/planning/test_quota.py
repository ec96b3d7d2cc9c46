from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.client import Period, Quota, QuotaUnit
from deadlines.core.span import Span, total, union
from deadlines.planning.quota import Line, deliverables, hours, ledger, period_of

HONOLULU, AUCKLAND, OSLO = (ZoneInfo(name) for name in ("Pacific/Honolulu", "Pacific/Auckland", "Europe/Oslo"))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pieces(amount: float, per: Period = Period.WEEK, carry_over: float = 0) -> Quota:
    return Quota(QuotaUnit.DELIVERABLES, amount, per, carry_over)


def told(lines: tuple[Line, ...]) -> list[tuple[str, float, float, float, float, float]]:
    return [(str(one.period.first), one.owed, one.carried, one.done, one.moves_on, one.lapsed) for one in lines]


@pytest.mark.parametrize(
    ("per", "day", "first", "last"),
    [
        (Period.WEEK, "2026-11-23", "2026-11-23", "2026-11-29"),
        (Period.WEEK, "2026-11-29", "2026-11-23", "2026-11-29"),
        (Period.WEEK, "2027-01-01", "2026-12-28", "2027-01-03"),
        (Period.MONTH, "2028-02-29", "2028-02-01", "2028-02-29"),
        (Period.MONTH, "2027-02-10", "2027-02-01", "2027-02-28"),
        (Period.MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_period_is_a_week_from_monday_or_a_month(per: Period, day: str, first: str, last: str) -> None:
    assert period_of(per, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_year_by_hand() -> None:
    """A retainer of 20 hours a month in Oslo, at most 5 of which move on, from 16 March 2026: through both changes of its clock.

    Worked by hand. March has 16 of 31 days: 20 x 16/31 = 10.3226 h. Work lies across two ends of months: 2 h from 23:00 on
    31 March (clocks stand at UTC+2 by then: 21:00Z), 1 h on each side; 4 h from 22:00 on 31 October (UTC+1: 21:00Z), 2 h each.
    """
    work = [
        Span(utc("2026-03-20T08:00"), utc("2026-03-20T15:00")),  # 7 h
        Span(utc("2026-03-31T21:00"), utc("2026-03-31T23:00")),  # 1 h in March, 1 h in April
        Span(utc("2026-04-10T06:00"), utc("2026-04-11T06:00")),  # 24 h
        Span(utc("2026-05-04T06:00"), utc("2026-05-04T16:00")),  # 10 h
        Span(utc("2026-06-01T06:00"), utc("2026-06-02T07:00")),  # 25 h
        Span(utc("2026-07-01T06:00"), utc("2026-07-02T12:00")),  # 30 h
        Span(utc("2026-08-03T06:00"), utc("2026-08-03T20:00")),  # 14 h
        Span(utc("2026-09-01T06:00"), utc("2026-09-02T02:00")),  # 20 h
        Span(utc("2026-10-05T06:00"), utc("2026-10-05T22:00")),  # 16 h
        Span(utc("2026-10-31T21:00"), utc("2026-11-01T01:00")),  # 2 h in October, 2 h in November
        Span(utc("2026-11-02T07:00"), utc("2026-11-02T17:00")),  # 10 h
        Span(utc("2027-01-04T07:00"), utc("2027-01-05T08:00")),  # 25 h
    ]
    quota = Quota(QuotaUnit.HOURS, 20, Period.MONTH, 5)

    lines = ledger(quota, OSLO, since=date(2026, 3, 16), now=utc("2027-02-28T22:59"), measure=hours(work))

    assert [tuple(round(float(x), 4) if isinstance(x, int | float) else x for x in row) for row in told(lines)] == [
        # first day     owed    carried  done  moves on  lapsed
        ("2026-03-16", 10.3226, 0, 8, 2.3226, 0),
        ("2026-04-01", 20, 2.3226, 25, -2.6774, 0),
        ("2026-05-01", 20, -2.6774, 10, 5, 2.3226),
        ("2026-06-01", 20, 5, 25, 0, 0),
        ("2026-07-01", 20, 0, 30, -5, -5),
        ("2026-08-01", 20, -5, 14, 1, 0),
        ("2026-09-01", 20, 1, 20, 1, 0),
        ("2026-10-01", 20, 1, 18, 3, 0),
        ("2026-11-01", 20, 3, 12, 5, 6),
        ("2026-12-01", 20, 5, 0, 5, 20),
        ("2027-01-01", 20, 5, 25, 0, 0),
        ("2027-02-01", 20, 0, 0, 5, 15),
    ]


@pytest.mark.parametrize(
    ("zone", "done", "month"),
    [
        (HONOLULU, "2026-12-01T09:59", "2026-11-01"),  # 23:59 on 30 November there
        (HONOLULU, "2026-12-01T10:00", "2026-12-01"),
        (AUCKLAND, "2026-11-30T10:59", "2026-11-01"),  # summer time, UTC+13: 23:59 on 30 November there
        (AUCKLAND, "2026-11-30T11:00", "2026-12-01"),
        (AUCKLAND, "2027-04-30T11:59", "2027-04-01"),  # UTC+12 since 4 April
        (AUCKLAND, "2027-04-30T12:00", "2027-05-01"),
    ],
)
def test_a_month_ends_on_the_clients_clock(zone: ZoneInfo, done: str, month: str) -> None:
    at = utc(done)

    lines = ledger(
        pieces(1, Period.MONTH), zone, since=date(2026, 11, 1), now=utc("2027-06-15T00:00"), measure=deliverables([at])
    )

    assert [str(line.period.first) for line in lines if line.done] == [month]


def test_the_present_period_is_told_by_the_clients_clock() -> None:
    now = utc("2026-11-30T11:30")  # December in Auckland, November in Honolulu

    last = [
        ledger(pieces(1, Period.MONTH), zone, since=date(2026, 11, 1), now=now, measure=deliverables([]))[-1].period.first
        for zone in (AUCKLAND, HONOLULU)
    ]

    assert last == [date(2026, 12, 1), date(2026, 11, 1)]


def test_a_week_of_a_clock_change_is_a_week() -> None:
    line = ledger(pieces(1), OSLO, since=date(2026, 10, 19), now=utc("2026-10-25T12:00"), measure=deliverables([]))[0]

    assert line.period.span.length == timedelta(days=7, hours=1)


@pytest.mark.parametrize(("since", "owed"), [("2026-11-23", 4), ("2026-11-25", 3), ("2026-11-28", 1), ("2026-11-29", 1)])
def test_the_first_share_of_deliverables_is_rounded_halves_up(since: str, owed: float) -> None:
    lines = ledger(pieces(4), OSLO, since=date.fromisoformat(since), now=utc("2026-12-01T12:00"), measure=deliverables([]))

    assert [line.owed for line in lines] == [owed, 4]


def test_before_it_begins_nothing_is_owed() -> None:
    assert ledger(pieces(4), OSLO, since=date(2026, 12, 1), now=utc("2026-11-30T12:00"), measure=deliverables([])) == ()


def test_an_absurd_year_costs_no_more_than_a_century() -> None:
    lines = ledger(pieces(4), OSLO, since=date(1, 1, 1), now=utc("2026-11-30T12:00"), measure=deliverables([]))

    assert len(lines) <= 6001
    assert lines[-1].period.last == date(2026, 12, 6)


@given(
    done=st.lists(st.integers(0, 400), max_size=40),
    amount=st.integers(1, 6),
    cap=st.integers(0, 5),
    per=st.sampled_from(Period),
    zone=st.sampled_from([HONOLULU, AUCKLAND, OSLO]),
)
def test_nothing_gets_lost_between_periods(done: list[int], amount: int, cap: int, per: Period, zone: ZoneInfo) -> None:
    """What was owed in all is what was done, what lapsed, and what is left at the end; and every piece counts in one period."""
    begin = utc("2026-01-05T12:00")
    instants = sorted(begin + day * timedelta(days=1) for day in done)

    lines = ledger(
        pieces(amount, per, cap), zone, since=date(2026, 1, 1), now=begin + timedelta(days=401), measure=deliverables(instants)
    )

    lapsed = sum(line.lapsed for line in lines[:-1])
    assert sum(line.owed for line in lines) == sum(line.done for line in lines) + lapsed + lines[-1].left
    assert sum(line.done for line in lines) == len(instants)
    assert all(abs(line.carried) <= cap for line in lines)


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90)), max_size=20))
def test_hours_across_an_end_count_in_both_periods(stretches: list[tuple[int, int]]) -> None:
    begin = utc("2026-10-20T00:00")
    worked = list(union(sorted((Span(begin + a * HOUR, begin + (a + n) * HOUR) for a, n in stretches), key=lambda s: s.start)))

    lines = ledger(Quota(QuotaUnit.HOURS, 10), OSLO, since=date(2026, 10, 1), now=begin + 800 * HOUR, measure=hours(worked))

    assert sum(line.done for line in lines) == pytest.approx(total(worked) / HOUR)
