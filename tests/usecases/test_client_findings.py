from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tests.usecases.conftest import Later

from deadlines.core.client import Period, Quota, QuotaUnit, Rate
from deadlines.core.findings import Code, Finding
from deadlines.store.base import Record, RunKind
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.tasks import add, finish
from deadlines.usecases.timing import spend

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEKLY = Quota(QuotaUnit.DELIVERABLES, 4, Period.WEEK, 2, date(2026, 11, 23))
HOURS = Quota(QuotaUnit.HOURS, 20, Period.MONTH, 5, date(2026, 11, 1))
CODES = (Code.QUOTA_BEHIND, Code.QUOTA_MISSED, Code.QUOTA_EXCEEDED, Code.CHECK_IN_OVERDUE, Code.NOTICE_PERIOD)


def but(desk: Desk, **changes: Any) -> Desk:  # noqa: ANN401 # fields of a client
    """The desk, with another Acme."""
    clients = {**desk.settings.clients, "acme": replace(desk.settings.clients["acme"], **changes)}
    return replace(desk, settings=replace(desk.settings, clients=MappingProxyType(clients)))


def found(desk: Desk) -> list[Finding]:
    return [one.finding for one in check(desk, codes=CODES).holding]


def said(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.code.value, one.severity.value, str(one.message)) for one in found(desk)]


def delivered(desk: Desk, *summaries: str, **more: Any) -> None:  # noqa: ANN401 # fields of a draft
    for summary in summaries:
        task = add(desk, Draft(summary=summary, client="acme", **more)).tasks[0]
        finish(desk, [str(task.id)])


def met(desk: Desk, start: str, end: str) -> None:
    """A meeting with Acme in the calendar; times in UTC as iCalendar writes them."""
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VEVENT\r\nUID:{start}\r\nDTSTAMP:20261101T000000Z\r\n"
        f"DTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:Call\r\nCATEGORIES:acme\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    uid, index = desk.index(text, "work")
    with desk.store.write(RunKind.COMMAND, "test", now=desk.now) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=text, index=index))


def test_without_quotas_check_ins_and_rates_there_is_nothing_to_say(desk: Desk) -> None:
    assert found(desk) == []


# --- quotas


def test_a_week_that_has_just_begun_is_not_behind(desk: Desk) -> None:
    assert said(but(desk, quota=WEEKLY)) == []


def test_behind_is_told_by_the_working_time_that_is_over(later: Later) -> None:
    """On Wednesday at 17:00 in New York three of the four days on which Acme works (Thursday is Thanksgiving) are over."""
    wednesday = but(later(2 * DAY + 10 * HOUR), quota=WEEKLY)
    delivered(wednesday, "One", "Two")

    assert said(wednesday) == [
        (
            "Q301",
            "warning",
            "2 of 4 delivered, by now it should be 3; the rest is owed until Mon 30 Nov 00:00 New York = Mon 30 Nov 06:00 Oslo",
        )
    ]


def test_who_delivered_enough_is_not_behind(later: Later) -> None:
    wednesday = but(later(2 * DAY + 10 * HOUR), quota=WEEKLY)
    delivered(wednesday, "One", "Two", "Three")

    assert said(wednesday) == []


def test_the_remedy_tells_whether_the_rest_is_planned(later: Later) -> None:
    wednesday = but(later(2 * DAY + 10 * HOUR), quota=WEEKLY)
    before = str(found(wednesday)[0].remedy)
    for number in range(4):
        add(wednesday, Draft(summary=f"Text {number}", client="acme", due="fri 17:00"))

    assert before == "deadlines add SUMMARY --client acme plans what is in no task yet"
    assert str(found(wednesday)[0].remedy) == "deadlines list --client acme shows what is planned"


def test_a_week_that_ended_short_is_missed(desk: Desk, later: Later) -> None:
    delivered(desk, "One")

    assert said(but(later(7 * DAY + 2 * HOUR), quota=WEEKLY)) == [
        ("Q302", "error", "1 of 4 from Mon 23 Nov to Sun 29 Nov: 2 moved on, 1 lapsed")
    ]


def test_what_can_all_be_carried_over_does_not_lapse(desk: Desk, later: Later) -> None:
    delivered(desk, "One", "Two")

    assert said(but(later(7 * DAY + 2 * HOUR), quota=WEEKLY)) == [
        ("Q302", "error", "2 of 4 from Mon 23 Nov to Sun 29 Nov: 2 moved on, 0 lapsed")
    ]


def test_hours_are_behind_by_more_than_a_tenth(desk: Desk) -> None:
    """On Monday the 23rd at 07:00 in New York, 13 of Acme's 18 working days are over (3, 11 and 26 November are holidays)."""
    owing = but(desk, quota=HOURS)
    add(owing, Draft(summary="Logo", client="acme"))
    spend(owing, "1", 12 * HOUR, on="2026-11-20")
    behind = said(owing)
    spend(owing, "1", HOUR, on="2026-11-19")

    assert behind == [
        (
            "Q301",
            "warning",
            (
                "12 h of 20 h done, by now it should be 14.4 h; "
                "the rest is owed until Tue 1 Dec 00:00 New York = Tue 1 Dec 06:00 Oslo"
            ),
        )
    ]
    assert said(owing) == []


def test_more_hours_than_can_be_carried_over_are_named(desk: Desk) -> None:
    owing = but(desk, quota=HOURS)
    add(owing, Draft(summary="Logo", client="acme"))
    for day in (16, 17):
        spend(owing, "1", 14 * HOUR, on=f"2026-11-{day}")

    assert said(owing) == [("Q303", "info", "3 h more than is agreed and can be carried over: 28 h of 20 h")]


def test_a_quota_that_is_still_to_begin_says_nothing(desk: Desk) -> None:
    assert said(but(desk, quota=WEEKLY._replace(since=date(2027, 1, 4)))) == []


def test_another_week_is_another_matter(desk: Desk, later: Later) -> None:
    weeks = [but(later(number * 7 * DAY + 2 * HOUR), quota=WEEKLY) for number in (1, 2)]
    delivered(desk, "One")

    first, second = ([one.id for one in found(week) if one.code is Code.QUOTA_MISSED] for week in weeks)
    assert len({*first, *second}) == 2


# --- check-ins


def test_nobody_ever_talked_to_them(desk: Desk) -> None:
    assert said(but(desk, check_in=14 * DAY)) == [("C401", "warning", "no meeting and no check-in in the last 28 d")]


def test_a_meeting_in_the_calendar_was_a_check_in(desk: Desk) -> None:
    met(desk, "20261112T150000Z", "20261112T160000Z")

    assert said(but(desk, check_in=21 * DAY)) == []


def test_it_reminds_before_the_next_one_is_due(desk: Desk) -> None:
    """Two weeks after Tuesday the 10th: their close of business on the 24th."""
    met(desk, "20261110T150000Z", "20261110T160000Z")

    assert said(but(desk, check_in=14 * DAY)) == [
        (
            "C401",
            "info",
            "you last talked on Tue 10 Nov; the next time was to be by Tue 24 Nov 17:00 New York = Tue 24 Nov 23:00 Oslo",
        )
    ]


def test_it_is_overdue_after_that_day(desk: Desk, later: Later) -> None:
    met(desk, "20261110T150000Z", "20261110T160000Z")

    assert [one[:2] for one in said(but(later(3 * DAY), check_in=14 * DAY))] == [("C401", "warning")]


def test_a_meeting_that_is_agreed_on_is_enough(desk: Desk) -> None:
    met(desk, "20261125T150000Z", "20261125T160000Z")

    assert said(but(desk, check_in=14 * DAY)) == []


def test_a_completed_task_in_the_category_says_that_we_talked(desk: Desk, later: Later) -> None:
    delivered(desk, "Phoned them", categories=("Check-In",))
    delivered(later(DAY), "A logo")

    assert said(but(later(2 * DAY), check_in=14 * DAY)) == []
    assert [one[0] for one in said(but(later(16 * DAY), check_in=14 * DAY))] == ["C401"]


# --- notice of a new rate


@pytest.mark.parametrize(
    ("notice", "severity", "message"),
    [
        (
            91,
            "error",
            "95 EUR from Mon 1 Feb 2027 had to be announced by Mon 2 Nov 17:00 New York = Mon 2 Nov 23:00 Oslo",
        ),
        (
            60,
            "warning",
            "95 EUR from Mon 1 Feb 2027 is to be announced by Thu 3 Dec 17:00 New York = Thu 3 Dec 23:00 Oslo",
        ),
    ],
)
def test_a_new_rate_is_a_dated_obligation(desk: Desk, notice: int, severity: str, message: str) -> None:
    rate = Rate("95 EUR", date(2027, 2, 1), notice * DAY)

    assert said(but(desk, rate=rate)) == [("C402", severity, message)]


def test_a_day_off_brings_the_last_day_forward(desk: Desk) -> None:
    """30 days before 26 December is Thanksgiving."""
    (finding,) = found(but(desk, rate=Rate("more", date(2026, 12, 26), 30 * DAY)))

    assert "by Wed 25 Nov 17:00 New York" in finding.message


@pytest.mark.parametrize(
    "rate",
    [
        Rate("x", date(2027, 2, 1), 60 * DAY, told=date(2026, 11, 20)),
        Rate("x", date(2027, 8, 1), 60 * DAY),
        Rate("x", date(2026, 11, 1), 60 * DAY),
    ],
    ids=["told", "far away", "in force"],
)
def test_what_was_told_or_is_far_away_or_in_force_is_not_asked_for(desk: Desk, rate: Rate) -> None:
    assert said(but(desk, rate=rate)) == []
