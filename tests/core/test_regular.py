from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.test_recurrence import HURTING, UNTILS
from tests.core.test_rule_days import plain_rules

from deadlines.core import series as by_instances
from deadlines.core.meeting import spelt_id
from deadlines.core.regular import Diary
from deadlines.core.series import MOST, Part, Series
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, When, Zoned, utc

OSLO, TOKYO = ZoneInfo("Europe/Oslo"), ZoneInfo("Asia/Tokyo")
CLOCKS = [one for one in HURTING if isinstance(one, Zoned)]


def at(text: str, zone: ZoneInfo = OSLO) -> Zoned:
    return Zoned(datetime.fromisoformat(text), zone.key, zone)


def span(first: str, last: str) -> Span:
    return Span(datetime.fromisoformat(first).replace(tzinfo=UTC), datetime.fromisoformat(last).replace(tzinfo=UTC))


def in_any_form(when: Zoned, form: str) -> When:
    match form:
        case "date":
            return AllDay(when.local.date())
        case "wall time":
            return Floating(when.local)
        case "instant":
            return utc(when.instant)
        case _:
            return when


@given(plain_rules(), st.sampled_from(CLOCKS), st.data())
@settings(max_examples=300, deadline=None)
def test_occasions_are_what_the_instances_of_the_series_are(rrule: str, near: Zoned, data: st.DataObject) -> None:
    """Across gaps, folds and a day that is skipped, with UNTIL and EXDATE in every form, an end on another clock, any length."""
    start = replace(near, local=near.local - timedelta(days=data.draw(st.integers(0, 400))))
    length = timedelta(minutes=data.draw(st.sampled_from([-30, 0, 45, 60, 1440, 3000, 13000])))
    end = data.draw(st.sampled_from([replace(start, local=start.local + length), utc(start.instant + length)]))
    form = data.draw(st.sampled_from([None, *UNTILS.values()]))
    if form is not None and "COUNT" not in rrule:
        rrule += f";UNTIL={near.local + timedelta(days=data.draw(st.integers(-30, 60))):{form}}"
    forms = st.sampled_from(["date", "wall time", "instant", "same"])
    named = data.draw(st.lists(st.tuples(st.integers(-9, 9), forms), max_size=3))
    exdates = tuple(in_any_form(replace(near, local=near.local + timedelta(days=days)), form) for days, form in named)
    first = near.local.replace(tzinfo=UTC) + timedelta(hours=data.draw(st.integers(-900, 200)))
    within = Span(first, first + timedelta(hours=data.draw(st.integers(1, 2000))))

    found = Diary(within).occasions(start, end, rrule, exdates)

    if found is None:
        assert near.tzid == "Pacific/Apia"
        return
    master = Part(start, end)
    whole, _ = by_instances._regular(Series(master, rrule, (), exdates), master, within, OSLO, MOST)
    expected = [one for one in whole if one.span.start < within.end and one.span.end > within.start]
    assert found == [(one.span, one.start, one.end, spelt_id(one.recurrence_id)) for one in expected]


@pytest.mark.parametrize("exdate", [at("9999-12-31T23:00", TOKYO), at("0001-01-01T00:00", TOKYO), AllDay(date.max)])
def test_a_date_at_the_end_of_the_calendar_takes_nothing_out(exdate: When) -> None:
    series = Series(Part(at("2026-10-01T09:00"), at("2026-10-01T10:00")), "FREQ=DAILY;UNTIL=99991231T235959Z", (), (exdate,))

    assert len(by_instances.instances(series, span("2026-11-02", "2026-11-16"), OSLO).instances) == 14


def test_who_meets_at_the_same_time_shares_the_occasion() -> None:
    diary = Diary(span("2026-11-02", "2026-11-16"))
    every_day = diary.occasions(at("2026-10-01T09:00"), at("2026-10-01T10:00"), "FREQ=DAILY") or []
    mondays = diary.occasions(at("2025-11-03T09:00"), at("2025-11-03T10:00"), "FREQ=WEEKLY") or []

    assert len(mondays) == 2
    assert all(any(one is other for other in every_day) for one in mondays)


@pytest.mark.parametrize(
    ("start", "end", "rrule"),
    [
        (at("2026-11-02T09:00"), at("2026-11-02T10:00"), "FREQ=HOURLY"),
        (at("2026-11-02T09:00"), at("2026-11-02T10:00"), "FREQ=FORTNIGHTLY"),
        (at("2026-11-02T09:00"), at("2026-11-02T10:00"), ""),
        (at("2026-11-02T09:00"), Floating(datetime(2026, 11, 2, 10)), "FREQ=DAILY"),  # noqa: DTZ001 - a floating time
        (AllDay(date(2026, 11, 2)), AllDay(date(2026, 11, 3)), "FREQ=DAILY"),
        (at("9999-12-31T09:00"), at("9999-12-31T10:00"), "FREQ=DAILY;UNTIL=99991231T235959Z"),
        (at("2026-11-02T09:00"), at("9999-11-02T10:00"), "FREQ=DAILY"),
    ],
)
def test_what_is_not_regular_is_left_to_others(start: When, end: When, rrule: str) -> None:
    assert not Diary(span("2026-11-02", "2026-11-16")).occasions(start, end, rrule)


def test_another_time_of_day_on_the_same_clock_is_another_occasion() -> None:
    """In UTC, where no clock is ever changed."""
    diary = Diary(span("2026-11-02", "2026-11-03"))
    early, late = (utc(datetime(2026, 10, 1, hour, tzinfo=UTC)) for hour in (9, 10))
    [one] = diary.occasions(early, late, "FREQ=DAILY") or []
    [other] = diary.occasions(late, late, "FREQ=DAILY", [Floating(datetime(2026, 11, 2, 9))]) or []  # noqa: DTZ001 - a floating time

    assert (one.recurrence_id, other.recurrence_id) == ("20261102T090000Z", "20261102T100000Z")
    assert (one.span, other.span.start) == (span("2026-11-02T09:00", "2026-11-02T10:00"), one.span.end)


def test_more_than_anybody_wants_are_left_to_others() -> None:
    diary = Diary(span("2026-11-02", "2026-11-16"))

    assert diary.occasions(at("2026-10-01T09:00"), at("2026-10-01T10:00"), "FREQ=DAILY", most=13) is None
    assert len(diary.occasions(at("2026-10-01T09:00"), at("2026-10-01T10:00"), "FREQ=DAILY", most=14) or ()) == 14


def test_a_meeting_on_two_clocks_ends_on_the_other() -> None:
    diary = Diary(span("2026-11-02", "2026-11-03"))
    [one] = diary.occasions(at("2026-10-01T09:00"), at("2026-10-01T17:00", TOKYO), "FREQ=DAILY") or []

    assert one.end == at("2026-11-02T18:00", TOKYO)


@pytest.mark.parametrize(
    ("until", "count"),
    [("20261105", 4), ("20261105T090000", 4), ("20261105T085959", 3), ("20261105T080000Z", 4), ("20261105T075959Z", 3),
     ("20261101", 0), ("20301105", 14)],
)  # fmt: skip
def test_until_is_the_last_moment_at_which_one_may_start(until: str, count: int) -> None:
    diary = Diary(span("2026-11-02", "2026-11-16"))

    assert len(diary.occasions(at("2026-11-02T09:00"), at("2026-11-02T10:00"), f"FREQ=DAILY;UNTIL={until}") or ()) == count


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-11-03T09:00", "2026-11-04T08:00", 0),
        ("2026-11-03T08:59", "2026-11-04T08:01", 2),
        ("2026-11-03T08:00", "2026-11-03T09:00", 1),
    ],
)
def test_what_touches_the_span_is_not_in_it(first: str, last: str, count: int) -> None:
    diary = Diary(span(first, last))

    assert len(diary.occasions(at("2026-11-02T09:00"), at("2026-11-02T10:00"), "FREQ=DAILY") or ()) == count


@pytest.mark.parametrize(
    ("first", "rrule", "is_regular"),
    [("2011-12-20", "FREQ=DAILY", False), ("2013-12-20", "FREQ=DAILY", True), ("2013-12-20", "FREQ=DAILY;COUNT=900", False)],
)
def test_where_a_day_is_skipped_nothing_is_regular(first: str, rrule: str, is_regular: bool) -> None:
    apia = ZoneInfo("Pacific/Apia")
    diary = Diary(Span(datetime.fromisoformat(first).replace(tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)))

    found = diary.occasions(at("2011-12-01T09:00", apia), at("2011-12-01T10:00", apia), rrule)
    assert (found is not None) is is_regular
