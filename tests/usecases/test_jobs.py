from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.usecases.conftest import NOW, Later

from deadlines.core.settings import Planning
from deadlines.planning.job import Job
from deadlines.store.base import OPEN, Query, Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.jobs import Backlog, backlog, inconsistencies
from deadlines.usecases.plan import plan
from deadlines.usecases.plan_findings import shortfalls
from deadlines.usecases.tasks import add, edit, finish, remove
from deadlines.usecases.timing import spend

HOUR = timedelta(hours=1)
ZERO = timedelta()


def jobs_of(desk: Desk, until: datetime = NOW) -> Backlog:
    return backlog(desk, desk.store.rows(Query(statuses=OPEN)), until=until)


def job(desk: Desk, summary: str = "a") -> Job:
    (found,) = (one for one in jobs_of(desk).jobs if one.summary == summary)
    return found


def work(desk: Desk) -> dict[str, timedelta]:
    return {one.summary: one.work for one in jobs_of(desk).jobs}


def said(found: Iterable[object]) -> list[tuple[str, str, str]]:
    return [(one.summary, str(one.message), one.remedy) for one in found]  # type: ignore[attr-defined] # findings


def save(desk: Desk, *lines: str) -> None:
    """A task as another program wrote it."""
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VTODO", *lines, "END:VTODO", "END:VCALENDAR", ""])
    uid, index = desk.index(text, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=text, index=index))


def test_a_job_is_the_task_and_its_clients_buffer(desk: Desk) -> None:
    acme = replace(desk.settings.clients["acme"], buffer=4 * HOUR)
    desk = replace(desk, settings=replace(desk.settings, clients={**desk.settings.clients, "acme": acme}))
    add(desk, Draft(summary="a", client="acme", due="fri 17:00", start="2026-11-24", estimate="3h", priority=2))

    assert job(desk) == Job(
        uid="uid-1",
        work=3 * HOUR,
        due=datetime(2026, 11, 27, 22, tzinfo=UTC),
        buffer=4 * HOUR,
        release=datetime(2026, 11, 24, 5, tzinfo=UTC),
        priority=2,
        order=1,
        summary="a",
        client="acme",
    )


def test_work_is_what_is_left_of_the_estimate(desk: Desk) -> None:
    add(desk, Draft(summary="a", estimate="10h"))
    assert job(desk).work == 10 * HOUR

    spend(desk, "1", 4 * HOUR, on="")
    assert job(desk).work == 6 * HOUR

    edit(desk, "1", Draft(percent_complete=80))
    assert job(desk).work == 2 * HOUR

    edit(desk, "1", Draft(percent_complete=100))
    assert job(desk).work == ZERO


def test_a_task_that_took_longer_than_thought_is_not_done_yet(desk: Desk) -> None:
    add(desk, Draft(summary="a", estimate="2h"))
    spend(desk, "1", 4 * HOUR, on="")

    assert job(desk).work == HOUR / 2


def test_without_an_estimate_it_is_guessed(desk: Desk) -> None:
    desk = replace(desk, settings=replace(desk.settings, plan=Planning(default_estimate=3 * HOUR)))
    add(desk, Draft(summary="a"))

    assert (job(desk).work, job(desk).guessed) == (3 * HOUR, True)


@pytest.mark.parametrize(("duration", "told"), [("PT0S", "0 min"), ("-PT3H", "-3 h")])
def test_an_estimate_that_is_no_time_is_a_doubt(desk: Desk, duration: str, told: str) -> None:
    save(desk, "UID:x", "SUMMARY:a", f"ESTIMATED-DURATION:{duration}", "DUE:20261201T120000Z", "RRULE:FREQ=DAILY")
    found = jobs_of(desk, NOW + timedelta(days=10))

    assert {(one.work, one.guessed) for one in found.jobs} == {(HOUR, True)}
    assert said(found.doubts) == [("a", f"the estimate is {told}, so 1 h is taken", "deadlines edit 1 --estimate 3h")]


def test_the_parts_of_a_task_count_where_one_has_an_estimate(desk: Desk) -> None:
    add(desk, Draft(summary="whole", estimate="20h", due="fri 17:00"))
    add(desk, Draft(summary="a", parent="1", estimate="3h"))
    add(desk, Draft(summary="b", parent="1"))
    add(desk, Draft(summary="c", parent="3", estimate="5h"))

    assert work(desk) == {"whole": ZERO, "a": 3 * HOUR, "b": ZERO, "c": 5 * HOUR}
    assert set(job(desk, "whole").after) == {"uid-2", "uid-3"}


def test_the_estimate_of_the_whole_counts_where_no_part_has_one(desk: Desk) -> None:
    add(desk, Draft(summary="whole", estimate="20h"))
    add(desk, Draft(summary="a", parent="1"))
    add(desk, Draft(summary="b", parent="2"))

    assert work(desk) == {"whole": 20 * HOUR, "a": ZERO, "b": ZERO}


def test_parts_are_guessed_where_nobody_has_an_estimate(desk: Desk) -> None:
    add(desk, Draft(summary="whole"))
    add(desk, Draft(summary="a", parent="1"))
    add(desk, Draft(summary="b", parent="1"))

    assert work(desk) == {"whole": ZERO, "a": HOUR, "b": HOUR}


def test_a_part_of_itself_is_no_part(desk: Desk) -> None:
    save(desk, "UID:x", "SUMMARY:a", "RELATED-TO:x")
    save(desk, "UID:y", "SUMMARY:b", "RELATED-TO:z", "ESTIMATED-DURATION:PT2H")
    save(desk, "UID:z", "SUMMARY:c", "RELATED-TO:y")

    assert work(desk) == {"a": HOUR, "b": ZERO, "c": ZERO}


def test_who_waits_for_something_done_waits_for_nothing(desk: Desk) -> None:
    add(desk, Draft(summary="done"))
    add(desk, Draft(summary="open"))
    add(desk, Draft(summary="a", after=("1", "2")))
    finish(desk, ["1"])
    found = jobs_of(desk)

    assert (job(desk).after, found.doubts) == (("uid-2",), ())


def test_who_waits_for_something_gone_or_cancelled_is_a_doubt(desk: Desk) -> None:
    add(desk, Draft(summary="gone"))
    add(desk, Draft(summary="dropped"))
    add(desk, Draft(summary="a", after=("1", "2")))
    remove(desk, ["1"])
    edit(desk, "2", Draft(status="cancelled"))

    assert job(desk).after == ()
    assert said(jobs_of(desk).doubts) == [
        ("a", "waits for a task that is not here, as if that were done: uid-1", "deadlines edit 3 --after none"),
        ("a", "waits for dropped, which was cancelled, as if that were done", "deadlines edit 3 --after none"),
    ]


def test_a_start_after_the_due_is_a_doubt(desk: Desk) -> None:
    save(desk, "UID:x", "SUMMARY:a", "DTSTART:20261202T120000Z", "DUE:20261201T120000Z")

    assert job(desk).release is None
    assert said(jobs_of(desk).doubts) == [
        ("a", "it starts after it is due, so the start is left out", "deadlines edit 1 --start none")
    ]


def test_instances_count_as_far_as_asked_and_begin_when_the_one_before_is_due(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="fri 17:00", repeat="weekly", estimate="2h", client="acme"))
    first, second, third = jobs_of(desk, NOW + timedelta(days=19)).jobs

    fridays = [datetime(2026, 11, 27, 22, tzinfo=UTC) + timedelta(weeks=week) for week in range(3)]
    assert [one.due for one in (first, second, third)] == fridays
    assert [(one.release, one.after) for one in (second, third)] == [(first.due, ()), (second.due, ())]


def test_an_instance_is_due_as_long_after_its_start_as_the_first(desk: Desk) -> None:
    """On Mondays, due on Friday: expanding the due itself would put it on Mondays."""
    save(
        desk, "UID:x", "SUMMARY:a", "DTSTART;TZID=Europe/Oslo:20261019T090000", "DUE;TZID=Europe/Oslo:20261023T170000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=7", "ESTIMATED-DURATION:PT1H",
    )  # fmt: skip
    found = jobs_of(desk, NOW + timedelta(days=90)).jobs

    dues = [one.due.isoformat() for one in found if one.due]
    assert dues == ["2026-10-23T15:00:00+00:00", "2026-11-27T16:00:00+00:00", "2026-12-04T16:00:00+00:00"]


def test_what_was_taken_out_of_a_series_or_is_done_already_is_no_work(desk: Desk) -> None:
    """Of five Fridays the second is an EXDATE, the third was completed by itself; a Saturday was added."""
    save(
        desk, "UID:x", "SUMMARY:a", "DTSTART;TZID=Europe/Oslo:20261127T170000", "DUE;TZID=Europe/Oslo:20261127T170000",
        "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Oslo:20261204T170000", "RDATE;TZID=Europe/Oslo:20261219T120000",
        "END:VTODO", "BEGIN:VTODO", "UID:x", "RECURRENCE-ID;TZID=Europe/Oslo:20261211T170000", "STATUS:COMPLETED",
    )  # fmt: skip
    found = jobs_of(desk, NOW + timedelta(days=90)).jobs

    assert [f"{one.due:%m-%d}" for one in found if one.due] == ["11-27", "12-18", "12-19", "12-25"]


def test_half_done_is_the_instance_to_do_now_and_not_those_to_come(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="fri 17:00", repeat="weekly", estimate="2h"))
    edit(desk, "1", Draft(percent_complete=50))

    assert [one.work for one in jobs_of(desk, NOW + timedelta(days=12)).jobs] == [HOUR, 2 * HOUR]


def test_what_is_overdue_and_repeats_is_overdue_once(desk: Desk, later: Later) -> None:
    add(desk, Draft(summary="a", due="fri 17:00", repeat="daily"))
    found = jobs_of(later(timedelta(days=20)), NOW + timedelta(days=22)).jobs

    assert [one.due.day for one in found if one.due] == [27, 13, 14]


def test_a_rule_that_nobody_can_follow_has_no_instances_to_come(desk: Desk) -> None:
    save(desk, "UID:x", "SUMMARY:a", "DUE:20261201T120000Z", "DTSTART:20261201T120000Z", "RRULE:FREQ=SOMETIMES")

    assert len(jobs_of(desk, NOW + timedelta(days=90)).jobs) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("DUE:00010101T000000Z", "CATEGORIES:acme"),
        ("DUE;VALUE=DATE:99991231", "CATEGORIES:acme"),
        ("DUE:20261201T000000Z", "ESTIMATED-DURATION:P99999999W"),
        ("DUE;TZID=Nowhere/Land:20261201T100000",),
        ("DTSTART:00010101T000000Z", "DUE:20261201T100000Z", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:99981231T235959Z",),
        ("PRIORITY:99", "PERCENT-COMPLETE:400", "DUE:20261130T100000Z"),
        ("RELATED-TO:x", "RELATED-TO;RELTYPE=DEPENDS-ON:x"),
    ],
    ids=" ".join,
)
def test_whatever_comes_from_elsewhere_can_be_planned(desk: Desk, lines: tuple[str, ...]) -> None:
    acme = replace(desk.settings.clients["acme"], buffer=4 * HOUR)
    desk = replace(desk, settings=replace(desk.settings, clients={**desk.settings.clients, "acme": acme}))
    save(desk, "UID:x", "SUMMARY:a", *lines)
    planned = plan(desk)

    assert "x" in planned.jobs
    assert bool(list(shortfalls(desk, planned))) == any(one.target > NOW for one in planned.plan.late)


def test_one_task_in_two_calendars_is_one_job(desk: Desk) -> None:
    save(desk, "UID:x", "SUMMARY:a")
    text = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:x\r\nSUMMARY:copy\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid="x", calendar="edo", ical=text, index=desk.index(text, "edo")[1]))

    assert [one.summary for one in jobs_of(desk).jobs] == ["a"]


def test_inconsistencies_are_the_doubts_and_circles_of_the_plan(desk: Desk) -> None:
    """They are looked for without making the jobs."""
    save(desk, "UID:no-time", "SUMMARY:no time", "ESTIMATED-DURATION:PT0S")
    save(desk, "UID:late", "SUMMARY:late start", "DTSTART:20261202T000000Z", "DUE:20261201T000000Z")
    save(desk, "UID:whole", "SUMMARY:whole", "ESTIMATED-DURATION:-PT1H")
    save(desk, "UID:part", "SUMMARY:part", "RELATED-TO:whole", "RELATED-TO;RELTYPE=DEPENDS-ON:whole")
    save(desk, "UID:gone", "SUMMARY:waits", "RELATED-TO;RELTYPE=DEPENDS-ON:nowhere", "ESTIMATED-DURATION:PT0S")
    for one, other in ("ab", "bc", "ca"):
        save(desk, f"UID:{one}", f"SUMMARY:{one}", f"RELATED-TO;RELTYPE=DEPENDS-ON:{other}", "DUE:20261203T000000Z")

    found = list(inconsistencies(desk, desk.store.rows(Query(statuses=OPEN))))

    assert len(found) == 7
    assert sorted(said(found)) == sorted(said(plan(desk).doubts))
