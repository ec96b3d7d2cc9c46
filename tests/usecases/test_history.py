from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.usecases.conftest import Later, Phone, Synced, lines, record, text

from deadlines.errors import Refused, UnknownName
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import changes_of_run, changes_of_task, runs, undo
from deadlines.usecases.tasks import add, edit, finish, remove

HOUR = timedelta(hours=1)


def new(desk: Desk, summary: str = "Draft") -> int:
    return add(desk, Draft(summary=summary, client="acme", due="fri 17:00")).tasks[0].id


def summary(desk: Desk, number: int) -> str:
    found = record(desk, number)
    return found.index.summary if found.ical else ""


# --- one step back


def test_an_added_task_is_gone_again(desk: Desk) -> None:
    number = new(desk)

    undone = undo(desk, None)

    assert (undone.run, undone.undid.id, undone.removed, undone.tasks) == (2, 1, ("Draft",), ())
    assert desk.store.get(number) is None


@pytest.mark.parametrize("change", ["edit", "done", "move"])
def test_a_change_is_taken_back_to_the_byte(desk: Desk, later: Later, change: str) -> None:
    number = new(desk)
    before = text(desk, number)
    match change:
        case "edit":
            edit(later(HOUR), str(number), Draft(summary="Other", due="thu 9:00", note="n", after=()))
        case "done":
            finish(later(HOUR), [str(number)])
        case _:
            edit(later(HOUR), str(number), Draft(calendar="local"))

    undone = undo(later(2 * HOUR), None)

    assert [(task.id, task.calendar) for task in undone.tasks] == [(number, "work")]
    assert (text(desk, number), undone.kept) == (before, ())


def test_removed_tasks_come_back_with_their_numbers(desk: Desk) -> None:
    numbers = [new(desk, "one"), new(desk, "two")]
    remove(desk, [str(number) for number in numbers])

    undone = undo(desk, None)

    assert sorted(task.id for task in undone.tasks) == numbers


# --- several steps


def test_undo_goes_back_step_by_step(desk: Desk) -> None:
    number = new(desk, "one")
    for name in ("two", "three"):
        edit(desk, str(number), Draft(summary=name))

    assert [undo(desk, None).undid.id for _ in range(3)] == [3, 2, 1]
    with pytest.raises(Refused, match="nothing to take back"):
        undo(desk, None)


def test_an_undo_is_taken_back_by_its_number(desk: Desk) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    first = undo(desk, None)

    undo(desk, first.run)

    assert summary(desk, number) == "two"


def test_what_is_in_force_again_can_be_taken_back_again(desk: Desk) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    undo(desk, undo(desk, None).run)

    again = undo(desk, None)

    assert (again.undid.id, summary(desk, number)) == (2, "one")
    with pytest.raises(Refused, match=f"run 2 was taken back already by run {again.run}") as error:
        undo(desk, 2)
    assert error.value.hint == f"deadlines undo {again.run} puts it back"


def test_nothing_is_taken_back_twice(desk: Desk) -> None:
    new(desk)
    undone = undo(desk, 1)

    with pytest.raises(Refused, match=f"taken back already by run {undone.run}"):
        undo(desk, 1)


def test_an_unknown_run_is_named(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="unknown run: 9"):
        undo(desk, 9)


# --- after newer edits


def test_newer_edits_of_other_properties_stay(desk: Desk, later: Later) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two", priority=1))
    edit(later(HOUR), str(number), Draft(note="newer"))

    undone = undo(desk, 2)

    assert lines(desk, number, "SUMMARY", "PRIORITY", "DESCRIPTION") == ["SUMMARY:one", "DESCRIPTION:newer"]
    assert undone.kept == ()


def test_what_changed_again_keeps_its_newer_value_and_is_named(desk: Desk) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two", priority=1))
    edit(desk, str(number), Draft(summary="three"))

    undone = undo(desk, 2)

    assert lines(desk, number, "SUMMARY", "PRIORITY") == ["SUMMARY:three"]
    assert undone.kept == (("two", "SUMMARY changed again since, and keeps its newer value"),)


def test_an_undo_that_changes_nothing_is_no_run(desk: Desk) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    edit(desk, str(number), Draft(summary="three"))

    undone = undo(desk, 2)

    assert (undone.run, undone.tasks, summary(desk, number)) == (0, (), "three")
    assert undo(desk, None).undid.id == 3


@pytest.mark.parametrize(
    ("then", "why"),
    [("edit", "it was changed again since, so it stays"), ("remove", None)],
)
def test_a_task_that_was_edited_since_is_not_unmade(desk: Desk, then: str, why: str | None) -> None:
    number = new(desk)
    if then == "edit":
        edit(desk, str(number), Draft(note="mine"))
    else:
        remove(desk, [str(number)])

    undone = undo(desk, 1)

    assert undone.run == 0
    assert [reason for _, reason in undone.kept] == ([why] if why else [])


def test_an_edit_of_what_was_removed_since_is_named(desk: Desk) -> None:
    number = new(desk)
    edit(desk, str(number), Draft(note="n"))
    remove(desk, [str(number)])

    assert undo(desk, 2).kept == (("Draft", "it was removed since"),)


def test_a_removal_of_what_came_back_is_named(desk: Desk) -> None:
    number = new(desk)
    remove(desk, [str(number)])
    old = desk.store.changes(run=2)[0].before
    assert old is not None
    ical = old.replace("SUMMARY:Draft", "SUMMARY:Again")
    uid, index = desk.index(ical, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=desk.now) as writer:
        back = writer.put(Record(uid=uid, calendar="work", ical=ical, base=ical, href="/kari/work/1.ics", index=index))

    undone = undo(desk, 2)

    assert (undone.kept, summary(desk, back.id)) == ((("Draft", "it came back since"),), "Again")


def test_a_move_of_what_was_edited_since_is_left_alone(desk: Desk) -> None:
    number = new(desk)
    edit(desk, str(number), Draft(calendar="local"))
    edit(desk, str(number), Draft(note="n"))

    undone = undo(desk, 2)

    assert (undone.run, len(undone.kept), record(desk, number).calendar) == (0, 1, "local")


# --- after a sync


def test_an_added_task_is_taken_back_on_the_server_too(desk: Desk, phone: Phone, synced: Synced) -> None:
    new(desk)
    synced(desk)
    assert len(phone.texts()) == 1

    undo(desk, 1)
    synced(desk)

    assert phone.texts() == ()


def test_an_edit_is_taken_back_on_the_server_too(desk: Desk, later: Later, phone: Phone, synced: Synced) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    synced(desk)

    undo(later(HOUR), 2)
    synced(desk)

    assert "SUMMARY:one\r\n" in phone.texts()[0]
    assert lines(desk, number, "LAST-MODIFIED") == ["LAST-MODIFIED:20261123T130000Z"]


def test_an_undo_is_newer_than_what_somebody_edited_before_it(desk: Desk, later: Later, phone: Phone, synced: Synced) -> None:
    number = new(desk, "one")
    edit(desk, str(number), Draft(summary="two"))
    synced(desk)
    theirs = text(desk, number).replace("SUMMARY:two", "SUMMARY:three").replace("T120000Z", "T121500Z")
    phone.put(theirs)

    undo(later(HOUR), 2)
    synced(later(HOUR))

    assert summary(desk, number) == "one"


def test_a_removal_that_was_synced_is_taken_back_under_its_number(desk: Desk, phone: Phone, synced: Synced) -> None:
    number = new(desk)
    before = text(desk, number)
    synced(desk)
    remove(desk, [str(number)])
    synced(desk)
    assert phone.texts() == ()

    undone = undo(desk, None)
    synced(desk)

    assert ([task.id for task in undone.tasks], text(desk, number)) == ([number], before)
    assert len(phone.texts()) == 1


def test_a_sync_is_taken_back_whole(desk: Desk, phone: Phone, synced: Synced) -> None:
    kept, gone = new(desk, "kept"), new(desk, "gone")
    synced(desk)
    phone.put(text(desk, kept).replace("SUMMARY:kept", "SUMMARY:renamed"))
    phone.put(text(desk, kept).replace("UID:uid-1", "UID:theirs").replace("SUMMARY:kept", "SUMMARY:pulled"))
    phone.remove("uid-2")
    run = synced(desk)

    undone = undo(desk, run)

    assert sorted(task.summary for task in undone.tasks) == ["gone", "kept"]
    assert (summary(desk, kept), summary(desk, gone), undone.removed) == ("kept", "gone", ("pulled",))


@pytest.mark.parametrize("again", [False, True], ids=["undone", "undone, put back and undone"])
def test_what_a_first_sync_brought_is_not_deleted_on_the_server(desk: Desk, phone: Phone, synced: Synced, again: bool) -> None:
    new(desk, "mine")
    phone.put(text(desk, 1).replace("UID:uid-1", "UID:theirs").replace("SUMMARY:mine", "SUMMARY:pulled"))
    run = synced(desk)

    undone = undo(desk, run)
    if again:
        undone = undo(desk, undo(desk, undone.run).run)

    assert (undone.removed, undone.returning) == (("pulled",), ("pulled",))
    assert not desk.store.find("theirs")
    synced(desk)
    assert len(phone.texts()) == 2
    assert [row.index.summary for row in desk.store.find("theirs")] == ["pulled"]


def test_what_came_back_by_an_undo_of_a_sync_goes_on_the_server_too_when_that_is_taken_back(
    desk: Desk, phone: Phone, synced: Synced
) -> None:
    new(desk, "mine")
    synced(desk)
    phone.remove("uid-1")
    run = synced(desk)
    undone = undo(desk, run)
    synced(desk)
    assert len(phone.texts()) == 1

    undo(desk, undone.run)
    synced(desk)

    assert phone.texts() == ()


@pytest.mark.parametrize("since", ["edited", "removed", "removed and synced"])
def test_what_a_sync_brought_and_was_changed_since_stays_as_it_is(desk: Desk, phone: Phone, synced: Synced, since: str) -> None:
    new(desk, "mine")
    phone.put(text(desk, 1).replace("UID:uid-1", "UID:theirs").replace("SUMMARY:mine", "SUMMARY:pulled"))
    run = synced(desk)
    number = desk.store.find("theirs")[0].id
    if since == "edited":
        edit(desk, "theirs", Draft(summary="worked on"))
    else:
        remove(desk, ["theirs"])
        if since == "removed and synced":
            synced(desk)

    undone = undo(desk, run)

    kept = [("pulled", "it was changed again since, so it stays")] if since == "edited" else []
    assert (undone.run, list(undone.kept)) == (0, kept)
    assert bool(desk.store.find("theirs")) is (since == "edited")
    assert number


def test_an_event_that_a_sync_changed_is_taken_back(desk: Desk) -> None:
    event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e\r\nSUMMARY:{}\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    number = 0
    for name in ("one", "two"):
        uid, index = desk.index(event.format(name), "work")
        fresh = Record(id=number, uid=uid, calendar="work", ical=event.format(name), base=event.format(name), index=index)
        with desk.store.write(RunKind.SYNC, "sync", now=desk.now) as writer:
            number = writer.put(fresh).id

    undone = undo(desk, None)

    assert [(task.summary, task.status, task.overdue) for task in undone.tasks] == [("one", "confirmed", False)]


# --- the journal


def test_the_journal_tells_what_happened(desk: Desk) -> None:
    number = new(desk)
    finish(replace(desk, command="done 1"), [str(number)])
    remove(desk, [str(number)])

    assert [(run.id, run.command) for run in runs(desk, limit=2)] == [(3, "typed"), (2, "done 1")]
    assert [change.run for change in changes_of_task(desk, str(number))] == [1, 2, 3]
    assert [change.uid for change in changes_of_run(desk, 2)] == ["uid-1"]


def test_what_happened_to_a_task_is_found_by_its_uid(desk: Desk) -> None:
    new(desk)

    assert len(changes_of_task(desk, "uid-1")) == 1


def test_a_run_that_never_was_has_no_changes_to_tell(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="unknown run: 5"):
        changes_of_run(desk, 5)
