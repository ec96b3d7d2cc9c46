from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.usecases.conftest import NOW, Later, lines, record, text

from deadlines.core.settings import Settings
from deadlines.errors import AmbiguousInput, InputError, Refused, UnknownName
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.find import find
from deadlines.usecases.tasks import Changed, add, edit, finish, preview, remove, unfinish

DAY = timedelta(days=1)
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nX-WR-CALNAME:Theirs\r\n"
    "BEGIN:VTODO\r\nUID:foreign\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY;LANGUAGE=de:Entwurf\r\n"
    'DTSTART:20261127T160000Z\r\nDUE;VALUE=DATE:20261126\r\nX-APPLE-SORT-ORDER;X-A="b;c":7\r\n'
    'ATTENDEE;CN="Kari, N":mailto:kari@example.org\r\nCATEGORIES:design,Acme Inc.\r\n'
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)  # fmt: skip


def given(desk: Desk, ical: str, calendar: str = "work", *, synced: bool = True) -> int:
    """A task that came from elsewhere."""
    uid, index = desk.index(ical, calendar)
    with desk.store.write(RunKind.SYNC, "sync", now=desk.now) as writer:
        base = ical if synced else None
        href = f"/{calendar}/{uid}.ics" if synced else ""
        return writer.put(Record(uid=uid, calendar=calendar, ical=ical, base=base, href=href, index=index)).id


def new(desk: Desk, summary: str, **said: str) -> int:
    return add(desk, Draft(summary=summary, **said)).tasks[0].id  # type: ignore[arg-type] # only texts are said


# --- add


@pytest.mark.parametrize(
    ("client", "due", "instant"),
    [
        ("acme", "fri 17:00", "2026-11-27T22:00Z"),
        ("acme", "fri 17:00 me", "2026-11-27T16:00Z"),
        ("edo", "fri 17:00", "2026-11-27T08:00Z"),
        (None, "fri 17:00", "2026-11-27T16:00Z"),
        ("none", "fri 17:00", "2026-11-27T16:00Z"),
        ("acme", "2026-11-27", "2026-11-27T22:00Z"),
        ("acme", "2026-11-26", "2026-11-27T05:00Z"),  # Thanksgiving: it ends with the day
        (None, "2026-11-27", "2026-11-27T23:00Z"),
    ],
)
def test_a_due_is_read_on_the_clock_of_whose_it_is(desk: Desk, client: str | None, due: str, instant: str) -> None:
    task = add(desk, Draft(summary="Draft", client=client, due=due)).tasks[0]

    assert task.due is not None
    assert task.due.instant == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("said", "calendar", "client"),
    [
        (Draft(summary="x"), "work", ""),
        (Draft(summary="x", client="acme"), "work", "acme"),
        (Draft(summary="x", client="edo"), "edo", "edo"),
        (Draft(summary="x", client="edo", calendar="local"), "local", "edo"),
        (Draft(summary="x", calendar="edo"), "edo", "edo"),
        (Draft(summary="x", calendar="edo", client="acme"), "edo", "acme"),
        (Draft(summary="x", categories=("ACME INC.",)), "work", "acme"),
        (Draft(summary="x", categories=("edo",), client="acme"), "work", "acme"),
    ],
)
def test_a_task_goes_where_it_was_said_else_to_the_clients_calendar(desk: Desk, said: Draft, calendar: str, client: str) -> None:
    task = add(desk, said).tasks[0]

    assert (task.calendar, task.client) == (calendar, client)


def test_a_due_in_a_clients_own_calendar_is_read_on_their_clock(desk: Desk) -> None:
    task = add(desk, Draft(summary="x", calendar="edo", due="fri 17:00")).tasks[0]

    assert task.due is not None
    assert task.due.tzid == "Asia/Tokyo"


def test_without_a_configured_calendar_tasks_stay_here(desk: Desk, settings: Settings) -> None:
    alone = replace(desk, settings=replace(settings, me=replace(settings.me, default_calendar="local"), calendars={}))

    assert add(alone, Draft(summary="x")).tasks[0].calendar == "local"


def test_the_clients_key_is_a_category_that_is_not_shown(desk: Desk) -> None:
    task = add(desk, Draft(summary="x", client="acme", categories=("design", "none", "design"))).tasks[0]

    assert task.categories == ("design",)
    assert lines(desk, task.id, "CATEGORIES") == ["CATEGORIES:acme,design"]


def test_a_command_is_one_run_with_every_change(desk: Desk) -> None:
    first, second = new(desk, "one"), new(desk, "two")
    done = finish(desk, [str(first), "uid-2", str(first)])
    changes = desk.store.changes(run=done.run)

    assert [(change.record, change.summary) for change in changes] == [(first, "one"), (second, "two")]
    assert [run.command for run in desk.store.runs()] == ["typed"] * 3


@pytest.mark.parametrize(
    ("draft", "error", "message"),
    [
        (Draft(summary=" \n"), InputError, "needs a summary"),
        (Draft(summary="x", client="acne"), UnknownName, "unknown client: acne"),
        (Draft(summary="x", calendar="wrok"), UnknownName, "unknown calendar: wrok"),
        (Draft(summary="x", parent="7"), UnknownName, "unknown task: 7"),
        (Draft(summary="x", repeat="FREQ=WEEKLY"), InputError, "needs a due date"),
        (Draft(summary="x", due="2026-11-27", start="thu 9:00"), InputError, "the start has a time of day"),
        (
            Draft(summary="x", client="acme", due="thu 17:00", start="fri 9:00"),
            Refused,
            "Thu 26 Nov 17:00 New York = Thu 26 Nov 23:00 Oslo is before Fri 27 Nov 09:00 New York",
        ),
        (Draft(summary="x", due="2026-11-26", start="2026-11-28"), Refused, "due before its start"),
        (Draft(summary="x", due="2026-11-27", start="2026-11-28"), Refused, "due before its start"),
        (Draft(summary="x", client="none", calendar="edo"), Refused, "belongs to client edo"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(desk: Desk, draft: Draft, error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message):
        add(desk, draft)

    assert desk.store.runs() == ()


def test_the_nearest_names_are_told(desk: Desk) -> None:
    with pytest.raises(UnknownName) as client:
        desk.client("acne")
    with pytest.raises(UnknownName) as calendar:
        desk.calendar("wrok")

    assert (client.value.nearest, calendar.value.nearest) == (("acme",), ("work",))


def test_who_has_no_client_is_told_how_to_make_one(desk: Desk, settings: Settings) -> None:
    with pytest.raises(UnknownName) as error:
        replace(desk, settings=replace(settings, clients={})).client("acme")

    assert "deadlines client add" in error.value.hint


def test_a_day_as_start_of_a_timed_due_begins_at_midnight_there(desk: Desk) -> None:
    task = add(desk, Draft(summary="x", client="acme", due="fri 17:00", start="2026-11-25")).tasks[0]

    assert lines(desk, task.id, "DTSTART") == ["DTSTART;TZID=America/New_York:20261125T000000"]


# --- edit


def test_an_edit_leaves_every_other_line_as_it_is(desk: Desk, later: Later) -> None:
    number = given(desk, FOREIGN)

    edit(later(DAY), str(number), Draft(note="see mail"))

    gained = {"DESCRIPTION:see mail", "LAST-MODIFIED:20261124T120000Z"}
    before, after = FOREIGN.split("\r\n"), text(desk, number).split("\r\n")
    assert set(after) - set(before) == gained | {"DTSTAMP:20261124T120000Z"}
    assert [line for line in after if line in before] == [line for line in before if not line.startswith("DTSTAMP")]


def test_what_was_due_before_its_start_elsewhere_can_still_be_renamed(desk: Desk) -> None:
    number = given(desk, FOREIGN)

    assert edit(desk, str(number), Draft(summary="Draft")).tasks[0].summary == "Draft"


@pytest.mark.parametrize(
    "draft",
    [
        Draft(summary="Draft"),
        Draft(client="acme", due="fri 17:00", estimate="3h", warn="5d", priority=1, note="by mail", categories=("design",)),
        Draft(status="needs-action", calendar="work", percent_complete=0, start="none", parent="", after=("none",)),
    ],
)
def test_an_edit_that_changes_nothing_writes_nothing(desk: Desk, later: Later, draft: Draft) -> None:
    said = Draft(
        summary="Draft",
        client="acme",
        due="fri 17:00",
        estimate="3h",
        warn="5d",
        priority=1,
        note="by mail",
        categories=("design",),
    )
    number = add(desk, said).tasks[0].id
    before = text(desk, number)

    changed = edit(later(DAY), str(number), draft)

    assert (changed.run, text(desk, number)) == (0, before)
    assert len(desk.store.runs()) == 1


@pytest.mark.parametrize("nothing", ["", "none"])
def test_nothing_takes_a_property_away(desk: Desk, nothing: str) -> None:
    other = str(new(desk, "other"))
    said = Draft(
        summary="x", client="acme", due="fri 17:00", start="thu 9:00", estimate="3h", warn="5d", priority=1, note="n",
        categories=("a", "b"), parent=other, after=(other,), repeat="FREQ=WEEKLY",
    )  # fmt: skip
    number = add(desk, said).tasks[0].id

    edit(desk, str(number), Draft(
        due=nothing, start=nothing, estimate=nothing, warn=nothing, priority=0, note=nothing, categories=(nothing,),
        parent=nothing, after=(nothing,), repeat=nothing, client=nothing,
    ))  # fmt: skip

    stamps = ("BEGIN", "END", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "")
    kept = [line for line in lines(desk, number, "") if line.partition(":")[0] not in stamps]
    assert kept == ["SUMMARY:x", "STATUS:NEEDS-ACTION"]


@pytest.mark.parametrize(
    ("draft", "categories", "client"),
    [
        (Draft(categories=("web",)), ("Acme Inc.", "web"), "acme"),
        (Draft(categories=("none",)), ("Acme Inc.",), "acme"),
        (Draft(client="acme"), ("design", "Acme Inc."), "acme"),
        (Draft(client="edo"), ("edo", "design"), "edo"),
        (Draft(client="edo", categories=("web",)), ("edo", "web"), "edo"),
        (Draft(client="none"), ("design",), ""),
        (Draft(client="", categories=("web",)), ("web",), ""),
        (Draft(calendar="edo"), ("design", "Acme Inc."), "acme"),
        (Draft(calendar="edo", client="edo"), ("design",), "edo"),
    ],
)
def test_a_client_changes_only_the_category_that_names_it(
    desk: Desk, draft: Draft, categories: tuple[str, ...], client: str
) -> None:
    given(desk, FOREIGN)

    task = edit(desk, "foreign", draft).tasks[0]

    assert (record(desk, task.id).index.categories, task.client) == (categories, client)


def test_what_belongs_to_a_client_by_its_calendar_stays_theirs_when_it_moves(desk: Desk) -> None:
    given(desk, FOREIGN.replace("CATEGORIES:design,Acme Inc.\r\n", ""), "edo")

    task = edit(desk, "foreign", Draft(calendar="work")).tasks[0]

    assert (task.calendar, task.client, task.categories) == ("work", "edo", ())


def test_nobodys_task_becomes_the_clients_in_whose_calendar_it_is_put(desk: Desk) -> None:
    number = new(desk, "x")

    task = edit(desk, str(number), Draft(calendar="edo", due="fri 17:00")).tasks[0]

    assert (task.client, task.due.tzid if task.due else "") == ("edo", "Asia/Tokyo")


def test_who_owns_a_calendar_cannot_be_denied(desk: Desk) -> None:
    number = new(desk, "x", calendar="edo")

    with pytest.raises(Refused, match="calendar edo"):
        edit(desk, str(number), Draft(client="none"))


def test_what_the_server_never_had_moves_with_its_number(desk: Desk) -> None:
    number = new(desk, "x", client="acme")

    moved = edit(desk, str(number), Draft(calendar="local"))

    assert (moved.run, moved.tasks[0].id, moved.tasks[0].calendar) == (2, number, "local")
    assert [change.note for change in desk.store.changes(run=2)] == ["moved to calendar local", "moved from calendar work"]


def test_what_the_server_has_is_removed_there_when_it_moves(desk: Desk) -> None:
    number = given(desk, FOREIGN)

    moved = edit(desk, str(number), Draft(calendar="local", note="n")).tasks[0]

    left = record(desk, number)
    assert (left.calendar, left.ical, left.base) == ("work", None, FOREIGN)
    assert (moved.calendar, record(desk, moved.id).base, moved.note) == ("local", None, "n")


def test_what_moves_away_and_back_is_as_if_it_never_moved(desk: Desk) -> None:
    number = given(desk, FOREIGN)

    edit(desk, "foreign", Draft(calendar="local"))
    back = edit(desk, "foreign", Draft(calendar="work")).tasks[0]

    assert (back.id, text(desk, number), record(desk, number).base) == (number, FOREIGN, FOREIGN)


def test_a_task_does_not_move_onto_its_twin(desk: Desk) -> None:
    number = given(desk, FOREIGN)
    given(desk, FOREIGN, "local")

    with pytest.raises(Refused, match="calendar local has this task already"):
        edit(desk, str(number), Draft(calendar="local"))


def test_a_series_that_starts_when_it_is_due_moves_as_a_whole(desk: Desk) -> None:
    number = new(desk, "x", due="fri 17:00", repeat="FREQ=WEEKLY")

    edit(desk, str(number), Draft(due="thu 17:00"))

    assert lines(desk, number, "DTSTART", "DUE") == [
        "DTSTART;TZID=Europe/Oslo:20261126T170000",
        "DUE;TZID=Europe/Oslo:20261126T170000",
    ]


def test_a_series_without_its_due_is_refused(desk: Desk) -> None:
    number = new(desk, "x", due="fri 17:00", repeat="FREQ=WEEKLY")

    with pytest.raises(InputError, match="needs a due date"):
        edit(desk, str(number), Draft(due="none"))


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (Draft(status="completed"), ["STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261123T120000Z"]),
        (Draft(status="in-process", percent_complete=40), ["STATUS:IN-PROCESS", "PERCENT-COMPLETE:40"]),
        (Draft(status="cancelled"), ["STATUS:CANCELLED"]),
    ],
)
def test_a_status_says_the_same_as_its_companions(desk: Desk, draft: Draft, expected: list[str]) -> None:
    number = new(desk, "x")

    edit(desk, str(number), draft)

    assert sorted(lines(desk, number, "STATUS", "PERCENT", "COMPLETED")) == sorted(expected)


def test_a_done_task_that_is_reopened_by_edit_is_not_done(desk: Desk) -> None:
    number = new(desk, "x")
    finish(desk, [str(number)])

    edit(desk, str(number), Draft(status="in-process"))

    assert lines(desk, number, "STATUS", "PERCENT", "COMPLETED") == ["STATUS:IN-PROCESS"]


def test_relations_are_kept_as_uids(desk: Desk) -> None:
    first, second = new(desk, "one"), new(desk, "two")
    task = add(desk, Draft(summary="x", parent=str(first), after=(str(second), "uid-2", "none"))).tasks[0]

    assert (task.parent, task.after) == ("uid-1", ("uid-2",))


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (Draft(after=("3",)), "a task cannot wait for itself: a -> c -> b -> a"),
        (Draft(after=("1",)), "a task cannot wait for itself: a -> a"),
        (Draft(parent="3"), "a task cannot be part of itself: a -> c -> b -> a"),
    ],
)
def test_a_circle_is_refused_with_its_path(desk: Desk, draft: Draft, message: str) -> None:
    add(desk, Draft(summary="a"))
    add(desk, Draft(summary="b", parent="1", after=("1",)))
    add(desk, Draft(summary="c", parent="2", after=("2",)))

    with pytest.raises(Refused, match=message):
        edit(desk, "1", draft)


def test_a_circle_that_came_from_elsewhere_is_walked_once(desk: Desk) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        related = f"RELATED-TO;RELTYPE=DEPENDS-ON:{other}\r\nRELATED-TO:gone\r\n"
        given(desk, FOREIGN.replace("foreign", one).replace("DTSTART", f"{related}DTSTART"))
    number = new(desk, "x")

    assert edit(desk, str(number), Draft(after=("a",), parent="b")).tasks[0].after == ("a",)


# --- done, reopen, remove


def test_done_and_open_again(desk: Desk) -> None:
    number = str(new(desk, "x"))

    done = finish(desk, [number]).tasks[0]
    again = unfinish(desk, [number]).tasks[0]

    assert (done.status, done.completed, done.percent_complete) == ("completed", NOW, 100)
    assert (again.status, again.completed, again.percent_complete) == ("needs-action", None, 0)


def test_what_is_done_already_is_left_alone(desk: Desk) -> None:
    number = str(new(desk, "x"))
    finish(desk, [number])

    assert finish(desk, [number]).run == 0
    assert unfinish(desk, [number]).run == 3
    assert unfinish(desk, [number]).run == 0


def test_a_series_moves_on_in_local_time(desk: Desk) -> None:
    """Across the end of summer time in New York on 1 November."""
    early = replace(desk, now=datetime(2026, 10, 26, tzinfo=UTC))
    number = str(new(early, "x", client="acme", due="fri 17:00", repeat="FREQ=WEEKLY"))

    task = finish(desk, [number]).tasks[0]

    assert task.due is not None
    assert (task.status, task.due.value, task.due.instant.hour) == ("needs-action", "2026-11-06T17:00:00", 22)


def test_one_unknown_task_leaves_all_alone(desk: Desk) -> None:
    number = str(new(desk, "x"))

    with pytest.raises(UnknownName):
        finish(desk, [number, "99"])

    assert find(desk, number).index.status == "needs-action"


@pytest.mark.parametrize("change", [lambda desk: finish(desk, ["lone"]), lambda desk: edit(desk, "lone", Draft(note="n"))])
def test_an_instance_without_its_task_cannot_be_changed(desk: Desk, change: object) -> None:
    lone = FOREIGN.replace("UID:foreign", "UID:lone\r\nRECURRENCE-ID:20261127T160000Z")
    uid, index = desk.index(lone, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=lone, index=index._replace(component="VTODO")))

    with pytest.raises(Refused, match="no task they belong to"):
        change(desk)  # type: ignore[operator]


def test_removing_names_what_it_removed(desk: Desk) -> None:
    number = given(desk, FOREIGN)
    other = new(desk, "x")

    removed: Changed = remove(desk, ["foreign", str(number), str(other)])

    assert [task.summary for task in removed.tasks] == ["Entwurf", "x"]
    assert (record(desk, number).ical, desk.store.get(other)) == (None, None)


def test_a_preview_names_each_task_once(desk: Desk) -> None:
    number = new(desk, "x")

    assert [row.index.summary for row in preview(desk, [str(number), "uid-1"])] == ["x"]


# --- find


def test_a_task_is_found_by_the_beginning_of_its_uid(desk: Desk) -> None:
    number = new(desk, "x")

    assert find(desk, " uid- ").id == number


def test_several_tasks_are_told_by_number(desk: Desk) -> None:
    new(desk, "one"), new(desk, "two")

    with pytest.raises(AmbiguousInput) as error:
        find(desk, "uid")

    assert error.value.readings == ("1", "2")


def test_an_event_is_no_task(desk: Desk) -> None:
    event = FOREIGN.replace("VTODO", "VEVENT").replace("foreign", "fore-event").replace("DUE", "DTEND")
    given(desk, event)

    with pytest.raises(Refused, match="not a task but an event"):
        find(desk, "fore-event")

    given(desk, FOREIGN)
    assert find(desk, "fore").uid == "foreign"
