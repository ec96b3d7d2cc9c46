from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from tests.usecases.conftest import Later, Phone, Synced, record, text

from deadlines.core.client import Period, Quota, QuotaUnit
from deadlines.errors import Refused, UnknownName
from deadlines.usecases.deliveries import deliveries
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.quotas import Standing, standings
from deadlines.usecases.tasks import add, edit, finish, unfinish
from deadlines.usecases.timing import spend, start

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OVERRIDE = (
    "BEGIN:VTODO\r\nUID:{}\r\nRECURRENCE-ID;TZID=America/New_York:2026{}T170000\r\nSUMMARY:Newsletter\r\nSTATUS:COMPLETED\r\n"
    "COMPLETED:20261124T090000Z\r\nEND:VTODO\r\nEND:VCALENDAR"
)
"""The end of a calendar of which an instance is completed."""
WEEKLY = Quota(QuotaUnit.DELIVERABLES, 4, Period.WEEK, 2)


def owing(desk: Desk, quota: Quota, key: str = "acme") -> Desk:
    """The desk, with a quota for a client."""
    clients = {**desk.settings.clients, key: replace(desk.settings.clients[key], quota=quota)}
    return replace(desk, settings=replace(desk.settings, clients=MappingProxyType(clients)))


def only(desk: Desk) -> Standing:
    (standing,) = standings(desk)
    return standing


def done(desk: Desk, summary: str, **said: str) -> None:
    task = add(desk, Draft(summary=summary, **said)).tasks[0]  # type: ignore[arg-type] # only texts are said
    finish(desk, [str(task.id)])


def test_completed_tasks_of_the_client_count(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    done(desk, "One", client="acme")
    done(desk, "Mine")

    now = only(desk).now

    assert now is not None
    assert (now.done, now.left) == (1, 3)


def test_an_instance_of_a_repeating_task_is_a_deliverable(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    task = add(desk, Draft(summary="Newsletter", client="acme", due="fri 17:00", repeat="weekly", estimate="2h")).tasks[0]
    finish(desk, [str(task.id)])
    finish(desk, [str(task.id)])

    found = deliveries(desk, client="acme")

    assert [one.due for one in found] == [datetime(2026, 11, 27, 22, tzinfo=UTC), datetime(2026, 12, 4, 22, tzinfo=UTC)]
    assert [one.estimate for one in found] == [2 * HOUR] * 2
    now = only(desk).now
    assert now is not None
    assert now.done == 2


def weekly(desk: Desk, synced: Synced) -> int:
    """A task due on Fridays at 17:00 in New York, on the server."""
    task = add(desk, Draft(summary="Newsletter", client="acme", due="fri 17:00", repeat="weekly", calendar="work")).tasks[0]
    synced(desk)
    return task.id


def done_there(desk: Desk, number: int, phone: Phone, *, weeks: int = 1, at: str = "20261124T090000Z") -> str:
    """Another program moves the task on."""
    stamp = re.sub(r"LAST-MODIFIED:\w+", f"LAST-MODIFIED:{at}", text(desk, number))
    ical = re.sub("(DUE|DTSTART)(.*):20261127T", rf"\1\2:{date(2026, 11, 27) + weeks * 7 * DAY:%Y%m%d}T", stamp)
    phone.put(ical)
    return ical


def test_what_another_program_moved_on_was_delivered(desk: Desk, phone: Phone, synced: Synced, later: Later) -> None:
    number = weekly(desk, synced)
    done_there(desk, number, phone)
    run = synced(later(2 * DAY))

    (one,) = deliveries(desk, client="acme")

    assert (one.due, one.completed) == (datetime(2026, 11, 27, 22, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert [change.note for change in desk.store.changes(run=run)] == ["instance done elsewhere"]
    now = only(owing(later(2 * DAY), WEEKLY)).now
    assert (now.done if now else None) == 1
    undo(later(2 * DAY), run)
    assert deliveries(desk) == []


def test_what_was_merged_is_told_beside_what_was_delivered(desk: Desk, phone: Phone, synced: Synced, later: Later) -> None:
    number = weekly(desk, synced)
    done_there(desk, number, phone)
    edit(desk, str(number), Draft(priority=1))
    run = synced(later(2 * DAY))

    assert [change.note for change in desk.store.changes(run=run)] == ["instance done elsewhere; merged with the server's edit"]
    assert [one.due for one in deliveries(desk, client="acme")] == [datetime(2026, 11, 27, 22, tzinfo=UTC)]


def test_a_clock_that_is_ahead_delivers_with_the_sync(desk: Desk, phone: Phone, synced: Synced, later: Later) -> None:
    done_there(desk, weekly(desk, synced), phone, at="20270101T000000Z")
    synced(later(2 * DAY))

    assert [one.completed for one in deliveries(desk)] == [desk.now + 2 * DAY]


def test_a_program_that_does_not_say_when_delivers_with_the_sync(desk: Desk, phone: Phone, synced: Synced, later: Later) -> None:
    """LAST-MODIFIED is still that of the edit before."""
    number = weekly(desk, synced)
    phone.put(text(desk, number).replace(":20261127T", ":20261204T"))
    synced(later(2 * DAY))

    assert [one.completed for one in deliveries(desk)] == [desk.now + 2 * DAY]


def test_several_instances_at_once_are_one_delivery(desk: Desk, phone: Phone, synced: Synced) -> None:
    done_there(desk, weekly(desk, synced), phone, weeks=3)
    synced(desk)

    assert [one.due for one in deliveries(desk)] == [datetime(2026, 11, 27, 22, tzinfo=UTC)]


def test_instances_that_are_never_due_are_told_apart(desk: Desk, phone: Phone, synced: Synced, later: Later) -> None:
    """Of a task that repeats its start alone: two moved on, a third by an override."""
    task = add(desk, Draft(summary="Backup", client="acme", start="fri 17:00", repeat="weekly", calendar="work")).tasks[0]
    synced(desk)
    for weeks in (1, 2):
        start = date(2026, 11, 27) + weeks * 7 * DAY
        phone.put(re.sub(r"(DTSTART.*):\d{8}T", rf"\1:{start:%Y%m%d}T", text(desk, task.id)))
        synced(later(weeks * 7 * DAY))
    done_by_itself = text(desk, task.id).replace("END:VCALENDAR", OVERRIDE.format(task.uid, "1211"))
    phone.put(done_by_itself)
    synced(later(21 * DAY))

    assert [one.due for one in deliveries(desk, client="acme")] == [None] * 3


def test_a_completed_task_of_another_client_is_no_copy(desk: Desk, phone: Phone, synced: Synced) -> None:
    done_there(desk, weekly(desk, synced), phone)
    synced(desk)
    done(desk, "Newsletter", client="edo", due="2026-11-27 17:00 New York")

    assert {one.client for one in deliveries(desk)} == {"acme", "edo"}


def test_what_was_edited_here_meanwhile_was_delivered_there_all_the_same(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = weekly(desk, synced)
    done_there(desk, number, phone)
    edit(desk, str(number), Draft(priority=1))
    synced(desk)

    assert len(deliveries(desk)) == 1


def test_what_was_done_here_and_there_counts_once(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = weekly(desk, synced)
    done_there(desk, number, phone)
    finish(desk, [str(number)])
    synced(desk)

    assert len(deliveries(desk)) == 1


def test_a_due_date_that_was_put_off_was_not_delivered(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = weekly(desk, synced)
    phone.put(text(desk, number).replace("20261127T", "20261201T"))
    synced(desk)

    assert deliveries(desk) == []


def test_a_completed_copy_and_the_series_moved_on_are_one_delivery(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = weekly(desk, synced)
    copy = re.sub("(RRULE|STATUS):.*\r\n", "", text(desk, number)).replace(f"UID:{record(desk, number).uid}", "UID:copy")
    phone.put(copy.replace("END:VTODO", "STATUS:COMPLETED\r\nCOMPLETED:20261124T090000Z\r\nEND:VTODO"))
    done_there(desk, number, phone)
    synced(desk)

    assert [one.uid for one in deliveries(desk)] == ["copy"]


def test_completed_overrides_were_delivered(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = weekly(desk, synced)
    uid = record(desk, number).uid
    both = text(desk, number).replace("END:VCALENDAR", OVERRIDE.format(uid, "1127"))
    phone.put(both.replace("END:VCALENDAR", OVERRIDE.format(uid, "1204")))
    synced(desk)
    found = deliveries(desk, client="acme")
    assert [one.due for one in found] == [datetime(2026, 11, 27, 22, tzinfo=UTC), datetime(2026, 12, 4, 22, tzinfo=UTC)]

    done_there(desk, number, phone, weeks=2)
    synced(desk)
    assert len(deliveries(desk, client="acme")) == 2
    assert deliveries(desk, client="edo") == []


def test_what_was_taken_back_was_not_delivered(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    task = add(desk, Draft(summary="Newsletter", client="acme", due="fri 17:00", repeat="weekly")).tasks[0]
    finish(desk, [str(task.id)])
    undone = undo(desk, None)
    before = len(deliveries(desk))
    undo(desk, undone.run)

    assert (before, len(deliveries(desk))) == (0, 1)


def test_the_last_instance_counts_once(desk: Desk) -> None:
    task = add(desk, Draft(summary="Twice", client="acme", due="fri 17:00", repeat="FREQ=WEEKLY;COUNT=2")).tasks[0]
    finish(desk, [str(task.id)])
    finish(desk, [str(task.id)])

    assert len(deliveries(desk)) == 2


def test_a_task_opened_again_was_not_delivered(desk: Desk) -> None:
    task = add(desk, Draft(summary="One", client="acme")).tasks[0]
    finish(desk, [str(task.id)])
    unfinish(desk, [str(task.id)])

    assert deliveries(desk) == []


def test_late_is_after_the_due_instant(desk: Desk, later: Later) -> None:
    for summary in ("late", "in time"):
        add(desk, Draft(summary=summary, client="acme", due="fri 17:00"))
    finish(later(4 * DAY), ["2"])
    finish(later(5 * DAY), ["1"])

    assert [(one.summary, one.late) for one in deliveries(desk)] == [("in time", False), ("late", True)]


def test_hours_come_from_the_time_that_was_spent(desk: Desk) -> None:
    desk = owing(desk, Quota(QuotaUnit.HOURS, 20, Period.MONTH))
    task = add(desk, Draft(summary="Logo", client="acme", estimate="6h", due="fri 17:00")).tasks[0]
    spend(desk, str(task.id), 2 * HOUR, on="2026-11-20")
    start(desk, str(task.id), ago=HOUR)

    standing = only(desk)

    assert standing.now is not None
    assert (standing.now.done, standing.planned, standing.unplanned) == (3, 3, 14)


def test_open_tasks_due_in_the_period_are_planned(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    for due in ("fri 17:00", "2026-12-04", ""):
        add(desk, Draft(summary="x", client="acme", due=due))

    standing = only(desk)

    assert (standing.planned, standing.unplanned) == (1, 3)


def test_without_a_first_day_it_begins_with_the_first_work(desk: Desk, later: Later) -> None:
    done(desk, "One", client="acme")

    lines = only(owing(later(8 * DAY), WEEKLY)).lines

    assert [(line.period.first, line.owed) for line in lines] == [(date(2026, 11, 23), 4), (date(2026, 11, 30), 4)]


def test_without_any_work_it_begins_now(desk: Desk) -> None:
    assert [line.period.first for line in only(owing(desk, WEEKLY)).lines] == [date(2026, 11, 23)]


def test_a_quota_that_is_still_to_begin_owes_nothing(desk: Desk) -> None:
    standing = only(owing(desk, WEEKLY._replace(since=date(2026, 12, 1))))

    assert (standing.now, standing.planned, standing.unplanned) == (None, 0, 0)


def test_a_client_without_a_quota_is_told(desk: Desk) -> None:
    with pytest.raises(Refused, match="client edo has no quota"):
        standings(owing(desk, WEEKLY), "edo")
    with pytest.raises(UnknownName):
        standings(desk, "nobody")
    assert list(standings(desk)) == []
