from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.usecases.test_meetings import event, put

from deadlines.core.findings import Code, Finding
from deadlines.store.base import Record, RunKind
from deadlines.usecases.check import State, check, remember
from deadlines.usecases.desk import Desk

CODES = [code for code in Code if code.value.startswith("M")]
EVENING = (
    "DTSTART;TZID=Europe/Oslo:20270105T200000",
    "DTEND;TZID=Europe/Oslo:20270105T204500",
    "CATEGORIES:acme",
    "SUMMARY:Call",
)


def at(desk: Desk, now: str) -> Desk:
    return replace(desk, now=datetime.fromisoformat(now).replace(tzinfo=UTC))


def found(desk: Desk, within: timedelta | None = None) -> list[Finding]:
    return [one.finding for one in check(desk, codes=CODES, within=within).holding]


def test_a_meeting_is_found_ten_weeks_ahead_unless_less_is_asked_for(desk: Desk) -> None:
    put(desk, event(*EVENING))

    assert [one.code for one in found(at(desk, "2026-11-01T12:00"))] == [Code.MEETING_OUTSIDE_HOURS]
    assert found(at(desk, "2026-11-01T12:00"), timedelta(days=14)) == []
    assert found(at(desk, "2026-10-20T12:00")) == []
    assert found(at(desk, "2027-01-06T12:00")) == []


def test_a_series_is_one_matter_from_week_to_week(desk: Desk) -> None:
    put(desk, event(*EVENING, "RRULE:FREQ=WEEKLY"))
    first = at(desk, "2027-01-01T12:00")
    remember(first, check(first, codes=CODES))

    (later,) = check(at(desk, "2027-01-07T12:00"), codes=CODES).holding

    assert later.state is State.STILL
    assert later.finding.message.startswith("every time, next Tue 12 Jan 14:00 New York = Tue 12 Jan 20:00 Oslo")


def test_a_meeting_that_was_moved_is_resolved(desk: Desk) -> None:
    number = put(desk, event(*EVENING))
    now = at(desk, "2027-01-01T12:00")
    remember(now, check(now, codes=CODES))
    moved = event(*(line.replace("T20", "T15") for line in EVENING))
    uid, index = desk.index(moved, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=now.now) as writer:
        writer.put(Record(id=number, uid=uid, calendar="work", ical=moved, index=index))

    checked = check(now, codes=CODES)

    assert (list(checked.holding), [one.state for one in checked.resolved]) == ([], [State.RESOLVED])


def test_what_no_client_takes_part_in_is_my_own_affair(desk: Desk) -> None:
    put(desk, event(*EVENING[:2], "SUMMARY:Gym"))

    assert found(at(desk, "2027-01-01T12:00")) == []
