from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.feeds.readers import by_icalendar, by_vobject, check_lines
from tests.usecases.conftest import NOW, Later

from deadlines.core.settings import Content, Details, Feed
from deadlines.store.base import Record, RunKind
from deadlines.store.publishing import Files
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.feeds import Press, publish
from deadlines.usecases.tasks import add, edit, finish

Seen = Callable[..., list[str]]
TEXT = """\
BEGIN:VCALENDAR\r
BEGIN:VTODO\r
UID:x\r
SUMMARY:Logo\r
DUE:20261124T120000Z\r
RRULE:FREQ=DAILY;COUNT=6\r
EXDATE:20261126T120000Z\r
RDATE:20261210T120000Z\r
END:VTODO\r
BEGIN:VTODO\r
UID:x\r
RECURRENCE-ID:20261127T120000Z\r
DUE:20261127T120000Z\r
STATUS:COMPLETED\r
END:VTODO\r
END:VCALENDAR\r
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.ics"


@pytest.fixture
def seen(desk: Desk, file: Path) -> Seen:
    """When each deadline of a feed is, in UTC, after it was written; its window is two weeks from the day before."""

    def write(at: Desk = desk, **keys: Any) -> list[str]:  # noqa: ANN401 # as the fields are
        feed = Feed(**{"name": "all", "path": str(file), "days_back": 1, "days_ahead": 13, **keys})
        settings = replace(at.settings, feeds=MappingProxyType({"all": feed}))
        press = Press(desk=replace(at, settings=settings), publisher=Files(), new_secret=lambda: bytes(32))
        assert publish(press).feeds[0].error is None
        data = file.read_bytes()
        check_lines(data)
        assert by_icalendar(data) == by_vobject(data)
        return [f"{datetime.fromtimestamp(when, UTC):%d %b %H:%M}" for *_, when in by_icalendar(data) if isinstance(when, float)]

    return write


def test_each_instance_in_the_window_is_marked(desk: Desk, seen: Seen) -> None:
    """It is Monday the 23rd; the window ends on Sunday the 6th."""
    add(desk, Draft(summary="Newsletter", client="acme", due="fri 17:00", repeat="weekly"))

    assert seen() == ["27 Nov 22:00", "04 Dec 22:00"]
    assert len(seen(content=(Content.TASKS,))) == 1
    assert seen(days_ahead=1) == []


@pytest.mark.parametrize("details", Details)
def test_each_has_a_uid_that_stays_when_the_one_before_is_done(desk: Desk, seen: Seen, file: Path, details: Details) -> None:
    number = add(desk, Draft(summary="Newsletter", client="acme", due="fri 17:00", repeat="weekly")).tasks[0].id
    seen(details=details)
    before = [uid for _, uid, *_ in by_icalendar(file.read_bytes())]

    finish(desk, [str(number)])

    assert seen(details=details) == ["04 Dec 22:00"]
    assert [uid for _, uid, *_ in by_icalendar(file.read_bytes())] == before[1:]


def test_one_that_is_overdue_hides_none_that_are_not(desk: Desk, seen: Seen, later: Later) -> None:
    """What was due before the window is not in it; what fell due meanwhile is not done, and not to be done by then any more."""
    add(desk, Draft(summary="Backup", due="2026-11-20 10:00", repeat="daily"))

    assert seen(days_ahead=2) == ["23 Nov 09:00", "24 Nov 09:00", "25 Nov 09:00"]
    assert seen(days_back=3, days_ahead=2) == ["20 Nov 09:00", "23 Nov 09:00", "24 Nov 09:00", "25 Nov 09:00"]
    assert seen(later(timedelta(days=1)), days_ahead=2) == ["24 Nov 09:00", "25 Nov 09:00", "26 Nov 09:00"]


def test_what_is_done_for_good_is_marked_once(desk: Desk, seen: Seen) -> None:
    number = add(desk, Draft(summary="Newsletter", due="2026-11-24 10:00", repeat="daily")).tasks[0].id
    assert len(seen()) == 13

    edit(desk, str(number), Draft(status="completed"))

    assert seen() == ["24 Nov 09:00"]


def test_those_are_shown_that_done_moves_on_to(desk: Desk, seen: Seen) -> None:
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        number = writer.put(Record(uid="x", calendar="work", ical=TEXT, index=desk.index(TEXT, "work")[1])).id

    shown = seen(days_ahead=30)

    assert shown == ["24 Nov 12:00", "25 Nov 12:00", "28 Nov 12:00", "29 Nov 12:00", "10 Dec 12:00"]
    for left in (4, 3, 2, 1):
        finish(desk, [str(number)])
        assert seen(days_ahead=30) == shown[-left:]


def test_a_rule_that_nobody_can_follow_leaves_the_one_to_do_now(desk: Desk, seen: Seen) -> None:
    text = TEXT.replace("FREQ=DAILY;COUNT=6", "FREQ=NOW")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid="x", calendar="work", ical=text, index=desk.index(text, "work")[1]))

    assert seen() == ["24 Nov 12:00"]
