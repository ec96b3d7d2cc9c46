from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.usecases.conftest import NOW, Later

from deadlines.core.json_text import dumps
from deadlines.errors import InputError, UnknownName
from deadlines.store.base import Record, RunKind, Sort, Unreadable
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.listing import Wanted, listing
from deadlines.usecases.showing import show
from deadlines.usecases.tasks import add, edit, finish


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Six tasks, due in this order: missed, tomorrow, thursday, friday, done (friday), someday."""
    add(desk, Draft(summary="friday", client="acme", due="fri 17:00", priority=5))
    add(desk, Draft(summary="thursday", client="edo", due="2026-11-26"))
    add(desk, Draft(summary="someday", priority=9))
    add(desk, Draft(summary="missed", client="acme", due="2026-11-20 17:00"))
    add(desk, Draft(summary="tomorrow", due="tomorrow 12:00", priority=1))
    add(desk, Draft(summary="done", client="acme", due="fri 18:00"))
    finish(desk, ["6"])
    edit(desk, "5", Draft(status="in-process"))
    return desk


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), "missed tomorrow thursday friday someday"),
        (Wanted(everything=True), "missed tomorrow thursday friday done someday"),
        (Wanted(status="completed"), "done"),
        (Wanted(status="in-process"), "tomorrow"),
        (Wanted(client="acme"), "missed friday"),
        (Wanted(client="acme", everything=True), "missed friday done"),
        (Wanted(calendar="edo"), "thursday"),
        (Wanted(calendar="local"), ""),
        (Wanted(overdue=True), "missed"),
        (Wanted(overdue=True, everything=True), "missed"),
        (Wanted(overdue=True, due_before="2026-11-01"), ""),
        (Wanted(due_before="2026-11-26"), "missed tomorrow"),
        (Wanted(due_before="fri"), "missed tomorrow thursday"),
        (Wanted(due_before="fri 17:00"), "missed tomorrow thursday"),
        (Wanted(due_before="fri 17:01", client="acme"), "missed friday"),
        (Wanted(due_before="in 2 days"), "missed tomorrow"),
        (Wanted(sort=Sort.CLIENT), "missed friday thursday tomorrow someday"),
        (Wanted(sort=Sort.PRIORITY), "tomorrow friday someday missed thursday"),
        (Wanted(limit=2), "missed tomorrow"),
    ],
)
def test_a_list_has_what_was_asked_for_in_order(full: Desk, wanted: Wanted, expected: str) -> None:
    assert " ".join(row.index.summary for row in listing(full, wanted).rows) == expected


def test_a_limited_list_says_how_many_there_are(full: Desk) -> None:
    assert (listing(full, Wanted(limit=2)).total, listing(full, Wanted()).total) == (5, -1)


def test_a_limited_list_does_not_count_for_ever(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deadlines.usecases.listing.COUNTED", 3)

    assert listing(full, Wanted(limit=2)).total == 4


def test_a_task_is_overdue_in_the_second_after_its_due(desk: Desk, later: Later) -> None:
    add(desk, Draft(summary="x", due="2026-11-23T12:00:00Z"))

    assert list(listing(desk, Wanted(overdue=True)).rows) == []
    assert len(list(listing(later(timedelta(milliseconds=1)), Wanted(overdue=True)).rows)) == 1


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted(client="acne"), UnknownName),
        (Wanted(calendar="wrok"), UnknownName),
        (Wanted(due_before="whenever"), InputError),
        (Wanted(overdue=True, status="completed"), InputError),
    ],
)
def test_what_nobody_knows_is_refused(desk: Desk, wanted: Wanted, error: type[InputError]) -> None:
    with pytest.raises(error):
        listing(desk, wanted)


def test_what_cannot_be_read_is_told_beside_the_list(desk: Desk) -> None:
    item = Unreadable(calendar="work", href="/kari/work/x.ics", etag="1", text="?", reason="line 1: no calendar")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(item)

    assert listing(desk, Wanted()).unreadable == (item,)


# --- show, and the documented shape


def test_a_task_is_shown_with_its_text_its_history_and_its_relatives(desk: Desk) -> None:
    add(desk, Draft(summary="one"))
    add(desk, Draft(summary="two"))
    add(desk, Draft(summary="three", parent="1", after=("2",)))

    shown = show(desk, "3")

    assert shown.names == {"uid-1": "one", "uid-2": "two"}
    assert "SUMMARY:three\r\n" in shown.ical
    assert [change.after for change in shown.history] == [shown.ical]


def test_a_relative_that_is_not_here_has_no_name(desk: Desk) -> None:
    ical = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:x\r\nRELATED-TO:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    uid, index = desk.index(ical, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=ical, index=index))

    assert show(desk, "x").names == {}


def test_the_json_of_a_task_is_the_documented_one(desk: Desk) -> None:
    add(desk, Draft(summary="first"))
    said = Draft(
        summary="Landing page", client="acme", due="fri 17:00", start="2026-11-24", estimate="3h30m", warn="2d", priority=2,
        categories=("web",), parent="1", after=("1",), note="by mail",
    )  # fmt: skip
    task = add(desk, said).tasks[0]

    assert json.loads(dumps(task.as_json())) == {
        "uid": "uid-2",
        "id": 2,
        "summary": "Landing page",
        "client": "acme",
        "calendar": "work",
        "status": "needs-action",
        "priority": 2,
        "percent_complete": 0,
        "categories": ["web"],
        "due": {
            "kind": "zoned",
            "value": "2026-11-27T17:00:00",
            "tzid": "America/New_York",
            "instant": "2026-11-27T22:00:00Z",
            "mine": "2026-11-27T23:00:00+01:00",
            "client": "2026-11-27T17:00:00-05:00",
        },
        "start": {
            "kind": "zoned",
            "value": "2026-11-24T00:00:00",
            "tzid": "America/New_York",
            "instant": "2026-11-24T05:00:00Z",
            "mine": "2026-11-24T06:00:00+01:00",
            "client": "2026-11-24T00:00:00-05:00",
        },
        "completed": None,
        "estimate": "PT3H30M",
        "warn_before": "P2D",
        "repeat": "",
        "parent": "uid-1",
        "after": ["uid-1"],
        "note": "by mail",
        "overdue": False,
        "findings": [],
    }


def test_a_date_stays_a_date(desk: Desk) -> None:
    due = add(desk, Draft(summary="x", due="2026-11-27")).tasks[0].as_json()["due"]

    assert due == {
        "kind": "all-day",
        "value": "2026-11-27",
        "tzid": None,
        "instant": datetime(2026, 11, 27, 23, tzinfo=UTC),
        "mine": "2026-11-28T00:00:00+01:00",
        "client": None,
    }


def test_a_done_task_is_neither_overdue_nor_has_time_left(desk: Desk) -> None:
    add(desk, Draft(summary="x", client="acme", due="2026-11-20 17:00"))
    late = show(desk, "1").task
    done = finish(desk, ["1"]).tasks[0]

    assert (late.overdue, late.left, [f.code.value for f in late.findings]) == (True, "2 d 14 h overdue", ["D101"])
    assert (done.overdue, done.left, done.findings) == (False, "", ())
    assert done.due_clocks == "Fri 20 Nov 17:00 New York = Fri 20 Nov 23:00 Oslo"
