from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from tests.usecases.conftest import NOW
from tests.usecases.test_plan import told

from deadlines.core.planned import is_planned
from deadlines.core.settings import Calendar, Mode
from deadlines.core.span import Span
from deadlines.errors import Refused, UnknownName
from deadlines.store.base import CollectionState, Query, Record, Row, RunKind, Unreadable
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.meetings import meetings
from deadlines.usecases.plan import plan
from deadlines.usecases.publish import Published, publish
from deadlines.usecases.tasks import add, edit

DAY = timedelta(days=1)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a synced calendar for the plan and two tasks; it is Monday 13:00 in Oslo."""
    calendars = {**desk.settings.calendars, "plan": Calendar(name="plan", account="main", path="/plan/")}
    desk = replace(desk, settings=replace(desk.settings, calendars=MappingProxyType(calendars)))
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.save_state(CollectionState(calendar="plan", synced_at=NOW))
    add(desk, Draft(summary="Landing page", client="acme", due="wed 17:00", estimate="6h"))
    add(desk, Draft(summary="Taxes", estimate="2h"))
    return desk


def published(desk: Desk, *, days: int = 14) -> Published:
    return publish(desk, plan(desk, days=days), "plan")


def rows(desk: Desk) -> list[Row]:
    return list(desk.store.rows(Query(component="", calendar="plan")))


def texts(desk: Desk) -> dict[str, str]:
    return {record.uid: record.ical for row in rows(desk) if (record := desk.store.get(row.id)) and record.ical}


def counts(done: Published) -> tuple[int, int, int, int]:
    return done.created, done.updated, done.removed, done.unchanged


def test_each_slot_is_an_event_that_says_what_and_until_when(desk: Desk) -> None:
    assert counts(published(desk)) == (3, 0, 0, 0)

    span = Span(NOW, NOW + 7 * DAY)
    assert [(one.summary, one.span.start, one.busy, one.clients) for one in meetings(desk.store, desk.settings, span)] == [
        ("Landing page (Acme Inc.)", datetime(2026, 11, 23, 12, tzinfo=UTC), False, ()),
        ("Landing page (Acme Inc.)", datetime(2026, 11, 24, 8, tzinfo=UTC), False, ()),
        ("Taxes", datetime(2026, 11, 24, 10, tzinfo=UTC), False, ()),
    ]
    assert all(is_planned(uid) for uid in texts(desk))
    first = next(iter(texts(desk).values()))
    assert "DTSTART;TZID=Europe/Oslo:20261123T130000\r\n" in first
    assert "DESCRIPTION:due Wed 25 Nov 17:00 New York = Wed 25 Nov 23:00 Oslo\r\n" in first


def test_the_next_plan_takes_no_notice_of_it(desk: Desk) -> None:
    before = told(plan(desk))
    published(desk)

    assert told(plan(desk)) == before


def test_published_twice_changes_nothing(desk: Desk) -> None:
    published(desk)
    before = texts(desk)
    again = published(desk)

    assert (again.run, counts(again)) == (0, (0, 0, 0, 3))
    assert texts(desk) == before


def test_only_what_is_another_piece_is_written_anew(desk: Desk) -> None:
    published(desk)
    before = texts(desk)
    edit(desk, "2", Draft(estimate="4h"))
    done = published(desk)

    assert counts(done) == (0, 1, 0, 2)
    assert texts(desk).keys() == before.keys()
    (changed,) = (uid for uid, text in texts(desk).items() if text != before[uid])
    assert "SEQUENCE:1\r\n" in texts(desk)[changed]


def test_pieces_of_one_task_on_one_day_are_told_apart(desk: Desk) -> None:
    add(desk, Draft(summary="Call", start="mon 14:00", due="mon 15:00", estimate="1h"))

    assert [one.partition(" ")[0] for one in told(plan(desk))] == ["Landing", "Call", "Landing", "Landing", "Taxes"]
    assert counts(published(desk)) == (5, 0, 0, 0)


def test_only_the_days_that_are_shown_are_published(desk: Desk) -> None:
    assert counts(published(desk, days=1)) == (3, 0, 0, 0)
    edit(desk, "2", Draft(start="thu"))

    assert counts(published(desk, days=1)) == (0, 0, 1, 2)


def test_undo_takes_it_back(desk: Desk) -> None:
    first = published(desk)
    undo(desk, first.run)

    assert rows(desk) == []
    assert counts(published(desk)) == (3, 0, 0, 0)


def test_what_was_removed_here_and_not_there_yet_comes_back_as_it_was(desk: Desk) -> None:
    published(desk)
    row = rows(desk)[0]
    record = desk.store.get(row.id)
    assert record is not None
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(replace(record, ical=None, base=record.ical, href="/plan/x.ics", etag="1"))

    assert counts(published(desk)) == (0, 1, 0, 2)
    back = desk.store.get(row.id)
    assert back is not None
    assert back.ical == record.ical == back.base


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("plam", UnknownName, "unknown calendar: plam"),
        ("local", Refused, "for something else"),
        ("time", Refused, "for something else"),
        ("work", Refused, "calendar work is where tasks go"),
        ("edo", Refused, "calendar edo is where tasks of edo go"),
        ("feed", Refused, "calendar feed is read-only"),
        ("new", Refused, "calendar new was never synced"),
    ],
)
def test_a_calendar_that_is_not_kept_for_it_is_refused(desk: Desk, name: str, error: type[Exception], said: str) -> None:
    calendars = {
        **desk.settings.calendars,
        "feed": Calendar(name="feed", account="main", path="/feed/", mode=Mode.READ_ONLY),
        "new": Calendar(name="new", account="main", path="/new/"),
    }
    desk = replace(desk, settings=replace(desk.settings, calendars=MappingProxyType(calendars)))

    with pytest.raises(error, match=said):
        publish(desk, plan(desk), name)


@pytest.mark.parametrize("component", ["VTODO", "VEVENT"])
def test_a_calendar_that_holds_anything_else_is_left_alone(desk: Desk, component: str) -> None:
    published(desk)
    text = f"BEGIN:VCALENDAR\r\nBEGIN:{component}\r\nUID:x\r\nSUMMARY:Dentist\r\nEND:{component}\r\nEND:VCALENDAR\r\n"
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid="x", calendar="plan", ical=text, index=desk.index(text, "plan")[1]))
    before = texts(desk)
    edit(desk, "2", Draft(estimate="4h"))

    with pytest.raises(Refused, match="holds 1 item that is not of the plan, such as Dentist"):
        published(desk)
    assert texts(desk) == before


def test_a_calendar_that_holds_what_cannot_be_read_is_left_alone(desk: Desk) -> None:
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable(calendar="plan", href="/plan/x.ics", etag="1", text="?", reason="no calendar"))

    with pytest.raises(Refused, match="holds 1 item that is not of the plan; nothing was changed"):
        published(desk)
