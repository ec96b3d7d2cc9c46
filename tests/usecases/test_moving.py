from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from tests.usecases.conftest import Later, Phone, Synced, record, text

from deadlines.core.settings import Calendar, Mode, Settings
from deadlines.core.when import utc
from deadlines.ical.build import new_event
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.moving import Kept, Moved, destination, kept_here, move_here_to
from deadlines.usecases.tasks import add, edit, finish

EVERYTHING: frozenset[str] = frozenset()
OVERRIDE_ALONE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VTODO\r\nUID:odd\r\nDTSTAMP:20261101T000000Z\r\n"
    "RECURRENCE-ID;VALUE=DATE:20261127\r\nSUMMARY:Odd\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


def here(desk: Desk, summary: str) -> int:
    return add(desk, Draft(summary=summary, client="acme", due="fri 17:00", calendar="local")).tasks[0].id


def put(desk: Desk, ical: str, calendar: str = "local") -> Record:
    with desk.store.write(RunKind.COMMAND, "put", now=desk.now) as writer:
        uid, index = desk.index(ical, calendar)
        return writer.put(Record(uid=uid, calendar=calendar, ical=ical, index=index))


def meeting(desk: Desk) -> Record:
    start = utc(desk.now + timedelta(days=1))
    return put(desk, new_event(uid="call", summary="Call", start=start, end=start, now=desk.now))


def places(desk: Desk, *numbers: int) -> set[str]:
    return {record(desk, number).calendar for number in numbers}


def test_all_that_is_here_goes_and_keeps_its_number_and_its_bytes(desk: Desk, later: Later) -> None:
    first, second = here(desk, "one"), here(desk, "two")
    finish(desk, [str(second)])
    call, odd = meeting(desk).id, put(desk, OVERRIDE_ALONE).id
    elsewhere = add(desk, Draft(summary="three", calendar="edo")).tasks[0].id
    numbers = (first, second, call, odd)
    before = [text(desk, number) for number in numbers]
    assert kept_here(desk.store) == Kept(tasks=3, meetings=1)

    moved = move_here_to(later(timedelta(hours=1)), "work", EVERYTHING)

    assert moved == Moved(run=moved.run, items=4, left=0)
    assert [text(desk, number) for number in numbers] == before
    assert (places(desk, *numbers), places(desk, elsewhere)) == ({"work"}, {"edo"})
    assert kept_here(desk.store) == Kept(0, 0)


def test_what_the_calendar_does_not_take_or_has_stays(desk: Desk) -> None:
    stays, goes, call = here(desk, "twice"), here(desk, "one"), meeting(desk).id
    put(desk, text(desk, stays), "work")

    moved = move_here_to(desk, "work", {"VTODO"})

    assert (moved.items, moved.left) == (1, 2)
    assert (places(desk, stays, call), places(desk, goes)) == ({"local"}, {"work"})


def test_nothing_to_move_leaves_no_trace(desk: Desk) -> None:
    assert move_here_to(desk, "work", EVERYTHING) == Moved(run=0, items=0, left=0)


def test_what_went_is_pushed_and_goes_from_there_again_when_taken_back(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = here(desk, "one")
    before = text(desk, number)
    moved = move_here_to(desk, "work", EVERYTHING)
    synced(desk)
    assert ["SUMMARY:one" in ical for ical in phone.texts()] == [True]

    undone = undo(desk, moved.run)
    synced(desk)

    (back,) = undone.tasks
    assert (back.calendar, text(desk, back.id), phone.texts()) == ("local", before, ())

    undo(desk, undone.run)
    synced(desk)
    assert ["SUMMARY:one" in ical for ical in phone.texts()] == [True]
    assert kept_here(desk.store) == Kept(0, 0)


def test_an_edit_from_before_can_be_taken_back_after_it(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = here(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    move_here_to(desk, "work", EVERYTHING)
    synced(desk)

    undo(desk, 2)
    synced(desk)

    assert (record(desk, number).calendar, record(desk, number).index.summary) == ("work", "one")
    assert ["SUMMARY:one" in ical for ical in phone.texts()] == [True]


@pytest.mark.parametrize(
    ("default", "modes", "expected"),
    [
        ("work", ("two-way", "two-way"), "work"),
        ("edo", ("two-way", "two-way"), "edo"),
        ("local", ("two-way", "two-way"), "work"),
        ("work", ("read-only", "two-way"), "edo"),
        ("work", ("read-only", "read-only"), None),
    ],
)
def test_destination(settings: Settings, default: str, modes: tuple[str, str], expected: str | None) -> None:
    calendars = {
        name: Calendar(name=name, account="main", path=f"/{name}/", mode=Mode(mode))
        for name, mode in zip(("work", "edo"), modes, strict=True)
    }
    configured = replace(settings, me=replace(settings.me, default_calendar=default), calendars=MappingProxyType(calendars))

    found = destination(configured)

    assert (found.name if found else None) == expected
