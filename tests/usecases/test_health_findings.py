from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.usecases.conftest import NOW

from deadlines.core.findings import Code, Finding
from deadlines.errors import CollectionVanished, GuardTripped, Unreachable
from deadlines.store.base import CollectionState, Record, RunKind, Unreadable
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk

HOUR = timedelta(hours=1)


def found(desk: Desk, *codes: Code) -> list[Finding]:
    return [one.finding for one in check(desk, codes=codes).holding]


def save(desk: Desk, *states: CollectionState) -> None:
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        for state in states:
            writer.save_state(state)


@pytest.fixture
def one(desk: Desk) -> Desk:
    """With one calendar, which may go unsynced for a day."""
    work = desk.settings.calendars["work"]._replace(stale_after=timedelta(days=1))
    return replace(desk, settings=replace(desk.settings, calendars={"work": work}))


@pytest.mark.parametrize(
    ("age", "problem", "message"),
    [
        (timedelta(days=1), "", None),
        (timedelta(days=1, seconds=1), "", "not synced since Sun 22 Nov 12:59, for 1 d"),
        (
            timedelta(days=3, hours=2),
            "no route",
            "not synced since Fri 20 Nov 11:00, for 3 d 2 h; the last time it failed: no route",
        ),
        (None, "", "never synced"),
        (None, "no route", "never synced; the last time it failed: no route"),
        (HOUR, "no route", None),
    ],
)
def test_a_calendar_that_was_not_synced_for_too_long_is_told(
    one: Desk, age: timedelta | None, problem: str, message: str | None
) -> None:
    save(one, CollectionState("work", synced_at=None if age is None else NOW - age, problem=problem))

    assert [finding.message for finding in found(one, Code.NOT_SYNCED)] == ([] if message is None else [message])


def test_it_is_another_matter_when_it_was_synced_meanwhile(one: Desk) -> None:
    ids = []
    for days in (3, 2):
        save(one, CollectionState("work", synced_at=NOW - timedelta(days=days)))
        ids += [finding.id for finding in found(one, Code.NOT_SYNCED)]
        ids += [finding.id for finding in found(replace(one, now=NOW + HOUR), Code.NOT_SYNCED)]

    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] != ids[2]


def test_a_calendar_that_is_not_configured_any_more_is_nobodys_business(one: Desk) -> None:
    save(
        one,
        CollectionState("work", synced_at=NOW),
        CollectionState("old", problem=str(GuardTripped("old", "x", deletes=1, of=1))),
    )

    assert found(one, Code.NOT_SYNCED, Code.GUARD_TRIPPED) == []


@pytest.mark.parametrize(
    ("error", "tripped"),
    [
        (GuardTripped("work", "12 of 20 items would be deleted here", deletes=12, of=20), True),
        (CollectionVanished("work", "https://dav.example.org/work/", items=3), True),
        (Unreachable("https://dav.example.org/", "no route"), False),
    ],
)
def test_a_guard_that_tripped_is_told_until_a_sync_succeeds(one: Desk, error: Exception, tripped: bool) -> None:
    save(one, CollectionState("work", synced_at=NOW, problem=str(error)))

    assert [finding.message for finding in found(one, Code.GUARD_TRIPPED)] == ([f"a sync stopped: {error}"] if tripped else [])

    save(one, CollectionState("work", synced_at=NOW))
    assert found(one, Code.GUARD_TRIPPED) == []


def test_an_item_that_cannot_be_read_is_told_by_where_it_is_and_why(one: Desk) -> None:
    with one.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable("work", "/kari/work/x.ics", "1", "BEGIN", "line 1: empty"))
    (first,) = found(one, Code.UNREADABLE)
    with one.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable("work", "/kari/work/x.ics", "2", "BEGIN", "line 1: empty"))

    (again,) = found(one, Code.UNREADABLE)

    assert (first.summary, first.message) == ("/kari/work/x.ics", "in calendar work: line 1: empty")
    assert first.id == again.id


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("VTODO\r\nUID:a\r\nDUE;TZID=Moon/Base:20261201T170000\r\nEND:VTODO", 1),
        ("VTODO\r\nUID:a\r\nSTATUS:COMPLETED\r\nDUE;TZID=Moon/Base:20261201T170000\r\nEND:VTODO", 0),
        ("VEVENT\r\nUID:a\r\nDTSTART;TZID=Moon/Base:20261201T170000\r\nEND:VEVENT", 1),
        ("VEVENT\r\nUID:a\r\nDTSTART;TZID=Moon/Base:20261121T170000\r\nEND:VEVENT", 0),
        ("VEVENT\r\nUID:a\r\nDTSTART;TZID=Moon/Base:20261121T170000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT", 1),
        ("VTODO\r\nUID:a\r\nDUE:20261201T170000Z\r\nEND:VTODO", 0),
    ],
)
def test_what_is_read_with_doubt_is_told_while_it_matters(one: Desk, part: str, told: int) -> None:
    ical = f"BEGIN:VCALENDAR\r\nBEGIN:{part}\r\nEND:VCALENDAR\r\n"
    uid, index = one.index(ical, "work")
    with one.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=ical, index=index))

    assert [finding.uid for finding in found(one, Code.DOUBTFUL)] == ["a"] * told
