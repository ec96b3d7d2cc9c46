"""A whole run: rehearsed, interrupted, after a lost state, and beside commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.servers.quirks import BUSY, Answers
from tests.sync.rig import (
    NOW,
    PATH,
    WORK,
    Crash,
    CrashingStore,
    DisturbedStore,
    Interferes,
    LockedDav,
    Replica,
    task,
    uids,
    with_line,
)

from deadlines.core.settings import Policy
from deadlines.errors import CollectionMissing, StoreBusy, TryLater
from deadlines.store.base import RunKind
from deadlines.sync.report import CalendarReport


def world(dav: LockedDav, replica: Replica) -> None:
    """Something to do of every kind."""
    for uid in ("same", "mine", "theirs", "both", "clash", "gone-here", "gone-there", "edit-beats-here", "edit-beats-there"):
        dav.put(f"{PATH}{uid}.ics", task(uid))
    replica.sync()
    replica.edit("mine", summary="Mine")
    dav.put(f"{PATH}theirs.ics", task("theirs", "Theirs"))
    replica.edit("both", summary="Mine")
    dav.put(f"{PATH}both.ics", task("both", "Landing page", "PRIORITY:2"))
    replica.edit("clash", summary="Mine")
    dav.put(f"{PATH}clash.ics", task("clash", "Theirs"))
    replica.remove("gone-here")
    dav.remove(f"{PATH}gone-there.ics")
    replica.edit("edit-beats-here", summary="Mine")
    dav.remove(f"{PATH}edit-beats-here.ics")
    replica.remove("edit-beats-there")
    dav.put(f"{PATH}edit-beats-there.ics", task("edit-beats-there", "Theirs"))
    replica.add("new-here")
    dav.put(f"{PATH}new-there.ics", task("new-there"))
    dav.put(f"{PATH}bad.ics", "nonsense")
    dav.requests.clear()


def plan(report: CalendarReport) -> dict[str, list[str]]:
    """What a report says happened, by kind; of requests and time it says other things."""
    return {
        "pulled created": uids(report.pulled.created),
        "pulled updated": uids(report.pulled.updated),
        "pulled deleted": uids(report.pulled.deleted),
        "pushed created": uids(report.pushed.created),
        "pushed updated": uids(report.pushed.updated),
        "pushed deleted": uids(report.pushed.deleted),
        "merged": uids(report.merged),
        "conflicts": [conflict.uid for conflict in report.conflicts],
        "skipped": [item.summary for item in report.skipped],
    }


EXPECTED = {
    "pulled created": ["new-there"],
    "pulled updated": ["theirs"],
    "pulled deleted": ["gone-there"],
    "pushed created": ["edit-beats-here", "new-here"],
    "pushed updated": ["both", "clash", "mine"],
    "pushed deleted": ["gone-here"],
    "merged": ["both", "edit-beats-here", "edit-beats-there"],
    "conflicts": ["clash"],
    "skipped": [f"{PATH}bad.ics"],
}


def test_everything_at_once(dav: LockedDav, replica: Replica) -> None:
    world(dav, replica)

    report = replica.sync()

    assert report.ok
    assert plan(report) == EXPECTED
    assert dav.writes()[-1] == "DELETE gone-here.ics"
    assert not replica.store.pending(WORK)


def test_a_dry_run_is_the_plan_and_changes_nothing(dav: LockedDav, replica: Replica) -> None:
    world(dav, replica)
    here, there = replica.dump(), dav.texts()

    report = replica.sync(dry_run=True)

    assert plan(report) == EXPECTED
    assert replica.dump() == here
    assert dav.texts() == there
    assert not dav.writes()


def test_a_dry_run_shows_what_the_guard_stops(dav: LockedDav, replica: Replica) -> None:
    for n in range(3):
        dav.put(f"{PATH}u{n}.ics", task(f"u{n}"))
    replica.sync()
    for n in range(3):
        dav.remove(f"{PATH}u{n}.ics")

    assert replica.sync(dry_run=True).error is not None
    assert len(replica.texts()) == 3


@pytest.mark.parametrize("committed", [False, True])
def test_death_at_any_transaction_loses_nothing(committed: bool) -> None:
    """Run after run dies one transaction later, until one survives."""
    for nth in range(1, 60):
        dav = LockedDav()
        replica = Replica(dav)
        world(dav, replica)
        try:
            replica.sync(store=CrashingStore(replica.store, nth, committed=committed))
        except Crash:
            assert replica.sync().ok
            assert_converged(dav, replica)
        else:
            break
    else:
        pytest.fail("a sync of so few items takes so many transactions")
    assert nth > 5


def test_a_mistyped_url_forgets_nothing(replica: Replica) -> None:
    replica.add("a")
    replica.add("b")
    replica.sync()
    replica.edit("a", summary="Mine")
    before = [replica.record("a"), replica.record("b")]
    replica.path = "/kari/nowhere/"

    report = replica.sync()

    assert isinstance(report.error, CollectionMissing)
    assert [replica.record("a"), replica.record("b")] == before
    replica.path = PATH
    assert [item.uid for item in replica.sync().pushed.updated] == ["a"]


def assert_converged(dav: LockedDav, replica: Replica) -> None:
    there = dav.texts()
    assert there.pop("bad.ics") == "nonsense"
    assert {name.removesuffix(".ics") for name in there} == set(replica.texts())
    assert set(replica.texts()) == {
        "same", "mine", "theirs", "both", "clash", "edit-beats-here", "edit-beats-there", "new-here", "new-there",
    }  # fmt: skip
    assert "SUMMARY:Mine" in there["mine.ics"]
    assert "SUMMARY:Mine" in there["both.ics"]
    assert "PRIORITY:2" in there["both.ics"]
    assert not replica.store.pending(WORK)
    dav.requests.clear()
    assert replica.sync().requests == 1


@pytest.mark.parametrize(
    ("policy", "summary", "loser"),
    [
        (Policy.NEWEST, "Mine", "Theirs"),
        (Policy.MINE, "Mine", "Theirs"),
        (Policy.THEIRS, "Theirs", "Mine"),
        (Policy.BOTH, "Theirs", "Mine"),
    ],
)
@pytest.mark.parametrize("state", ["kept", "lost"])
def test_policies(dav: LockedDav, policy: Policy, summary: str, loser: str, state: str) -> None:
    replica = Replica(dav, policy=policy)
    dav.put(f"{PATH}u.ics", task("u", "Landing page", "PRIORITY:1"))
    replica.sync()
    replica.edit("u", summary="Mine")
    dav.put(f"{PATH}u.ics", task("u", "Theirs", "PRIORITY:1", stamp="20261102T090000Z"))
    if state == "lost":
        with replica.store.write(RunKind.COMMAND, "lose", now=NOW) as writer:
            writer.detach(WORK)

    report = replica.sync()

    assert [conflict.kept for conflict in report.conflicts] == [policy.value if policy is not Policy.NEWEST else "mine"]
    assert replica.task("u").summary == summary
    assert f"SUMMARY:{summary}" in dav.texts()["u.ics"]
    assert any(f"SUMMARY:{loser}" in (change.other or "") for change in replica.journal())
    copies = {name: text for name, text in dav.texts().items() if name != "u.ics"}
    assert len(copies) == (policy is Policy.BOTH)
    assert all("SUMMARY:Mine" in text for text in copies.values())
    dav.requests.clear()
    assert replica.sync().requests == 1


def test_newest_is_theirs_when_only_they_say_when(dav: LockedDav, replica: Replica) -> None:
    """And says by whose clock."""
    dav.put(f"{PATH}u.ics", task("u"))
    replica.sync()
    replica.edit("u", summary="Mine")
    dav.put(f"{PATH}u.ics", task("u", "Theirs", stamp="20270101T000000Z"))

    report = replica.sync()

    assert report.conflicts[0].why == "changed last, 2027-01-01 00:00 UTC by the clock of who changed it"
    assert report.conflicts[0].properties == ("SUMMARY",)


def test_newest_without_any_date_is_theirs(dav: LockedDav, replica: Replica) -> None:
    text = with_line(task("u"), "X-A", "1").replace("LAST-MODIFIED:20261101T090000Z\r\n", "")
    dav.put(f"{PATH}u.ics", text)
    replica.sync()
    replica.change("u", lambda old: old.replace("Landing page", "Mine"))
    dav.put(f"{PATH}u.ics", text.replace("Landing page", "Theirs"))

    assert replica.sync().conflicts[0].why == "changed last"
    assert replica.task("u").summary == "Theirs"


@pytest.mark.parametrize("state", ["kept", "lost"])
def test_a_conflict_that_nobody_answers_waits(dav: LockedDav, state: str) -> None:
    replica = Replica(dav, policy=Policy.ASK)
    dav.put(f"{PATH}u.ics", task("u"))
    replica.sync()
    replica.edit("u", summary="Mine")
    dav.put(f"{PATH}u.ics", task("u", "Theirs"))
    if state == "lost":
        with replica.store.write(RunKind.COMMAND, "lose", now=NOW) as writer:
            writer.detach(WORK)
    dav.requests.clear()

    for _ in range(2):
        report = replica.sync()
        assert report.ok
        assert [conflict.kept for conflict in report.conflicts] == [""]
    assert not dav.writes()
    assert replica.task("u").summary == "Mine"
    assert "SUMMARY:Theirs" in dav.texts()["u.ics"]

    report = replica.sync(ask=lambda _: Policy.MINE)
    assert [conflict.kept for conflict in report.conflicts] == ["mine"]
    assert "SUMMARY:Mine" in dav.texts()["u.ics"]
    assert not replica.store.pending(WORK)


def test_another_address_is_a_first_sync(dav: LockedDav, replica: Replica) -> None:
    """What is here goes there, what is there comes here, nothing is deleted."""
    dav.put(f"{PATH}u.ics", task("u"))
    dav.put(f"{PATH}v.ics", task("v"))
    replica.sync()
    replica.remove("v")
    dav.calendars["/kari/other/"] = dav.new_calendar()
    dav.put("/kari/other/w.ics", task("w"))
    replica.path = "/kari/other/"

    report = replica.sync()

    assert report.ok
    assert set(dav.texts("/kari/other/")) == {"u.ics", "w.ics"}
    assert set(replica.texts()) == {"u", "w"}
    assert set(dav.texts()) == {"u.ics", "v.ics"}


@pytest.mark.parametrize(
    "change",
    [
        lambda replica: replica.edit("u", priority=1),
        lambda replica: replica.remove("u"),
    ],
    ids=["edited", "removed"],
)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_command_during_a_sync_survives(dav: LockedDav, replica: Replica, change: Callable[[Replica], None], nth: int) -> None:
    """At any request, with their edit to be pulled in the same run."""
    dav.put(f"{PATH}u.ics", task("u"))
    dav.put(f"{PATH}v.ics", task("v"))
    replica.sync()
    replica.edit("v", summary="Pushed")
    dav.put(f"{PATH}u.ics", task("u", "Theirs"))
    for method in ("REPORT", "PUT"):
        dav.behaviours.append(Interferes(method, lambda: once(replica), nth=nth))
    done: list[bool] = []

    def once(replica: Replica) -> None:
        if not done and not replica.store._database.connection.in_transaction:
            done.append(True)
            change(replica)

    for _ in range(3):
        assert replica.sync().ok

    assert not replica.store.pending(WORK)
    if done and replica.text("u"):
        assert "PRIORITY:1" in dav.texts()["u.ics"] or "Theirs" in dav.texts()["u.ics"]
    assert bool(replica.text("u")) == ("u.ics" in dav.texts())


def test_an_edit_between_the_removal_there_and_its_execution_here_survives(dav: LockedDav, replica: Replica) -> None:
    """Deletions go last; meanwhile the task is edited, and an edit beats a removal."""
    for uid in ("u", "v", "w"):
        dav.put(f"{PATH}{uid}.ics", task(uid))
    replica.sync()
    dav.remove(f"{PATH}u.ics")
    replica.edit("v", summary="Pushed")
    dav.behaviours.append(Interferes("PUT", lambda: replica.edit("u", summary="Edited")))

    replica.sync()
    assert replica.task("u").summary == "Edited"
    replica.sync()

    assert "SUMMARY:Edited" in dav.texts()["u.ics"]
    assert not replica.store.pending(WORK)


def test_stamps_alone_are_not_pushed(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}u.ics", task("u"))
    replica.sync()
    replica.change("u", lambda text: with_line(text, "DTSTAMP", "20261123T090000Z"))
    dav.requests.clear()

    assert replica.sync().ok
    assert not dav.writes()
    assert not replica.store.pending(WORK)


def test_a_failure_is_remembered_and_forgotten_after_a_success(dav: LockedDav, replica: Replica) -> None:
    dav.behaviours.append(Answers(BUSY))

    report = replica.sync()

    assert isinstance(report.error, TryLater)
    assert "try again" in replica.store.state(WORK).problem
    dav.behaviours.clear()
    replica.sync()
    assert replica.store.state(WORK).problem == ""
    assert replica.store.state(WORK).synced_at == NOW


def test_a_store_that_fails_ends_in_the_report(replica: Replica) -> None:
    class Busy:
        def __getattr__(self, name: str) -> object:
            return getattr(replica.store, name)

        def write(self, *_: object, **__: object) -> object:
            raise StoreBusy("deadlines.db", "another process is writing to the database")

    assert isinstance(replica.sync(store=Busy()).error, StoreBusy)


def test_a_moved_due_date_is_told(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}u.ics", task("u", "Landing page", "DUE:20261201T160000Z"))
    replica.sync()
    dav.put(f"{PATH}u.ics", task("u", "Landing page", "DUE:20261130T160000Z"))

    (moved,) = replica.sync().moved_due

    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before - moved.after).days == 1


def test_undoing_a_sync_is_an_edit_like_any_other(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}u.ics", task("u"))
    replica.sync()
    before = replica.text("u")
    dav.put(f"{PATH}u.ics", task("u", "Theirs"))
    replica.sync()
    replica.change("u", lambda _: before)

    assert replica.sync().ok
    assert "SUMMARY:Landing page" in dav.texts()["u.ics"]


def test_a_removal_undone_before_its_sync_stays(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}u.ics", task("u"))
    replica.sync()
    record = replica.record("u")
    replica.remove("u")
    with replica.store.write(RunKind.UNDO, "undo", now=NOW) as writer:
        writer.put(replace(replica.record("u"), ical=record.ical, index=record.index))
    dav.requests.clear()

    assert replica.sync().ok
    assert not dav.writes()


@pytest.mark.parametrize("act", ["edit", "remove"])
@pytest.mark.parametrize("uid", ["u", "v", "w"])
def test_a_command_between_any_two_transactions_survives(act: str, uid: str) -> None:
    """One task is to be pushed, one pulled, one removed; a command changes one of them at any moment."""
    for nth in range(1, 12):
        dav = LockedDav()
        replica = Replica(dav)
        for name in ("u", "v", "w"):
            dav.put(f"{PATH}{name}.ics", task(name))
        replica.sync()
        replica.edit("u", summary="Ours")
        dav.put(f"{PATH}v.ics", task("v", "Theirs"))
        dav.remove(f"{PATH}w.ics")
        done: list[bool] = []

        def disturb(replica: Replica = replica, done: list[bool] = done) -> None:
            if replica.text(uid):
                done.append(True)
                replica.edit(uid, priority=1) if act == "edit" else replica.remove(uid)

        replica.sync(store=DisturbedStore(replica.store, nth, disturb))
        assert replica.sync().ok
        assert {name.removesuffix(".ics") for name in dav.texts()} == set(replica.texts())
        assert not replica.store.pending(WORK)
        if done and act == "edit":
            assert "PRIORITY:1" in dav.texts()[f"{uid}.ics"]
        if done and uid in replica.texts():
            assert act == "edit" or (uid == "v" and "Theirs" in replica.text("v"))
