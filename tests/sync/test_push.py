"""Writing to servers that refuse, hang, forget and rewrite."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.quirks import (
    BROKEN,
    CHANGED,
    READ_ONLY,
    TOO_LARGE,
    TOO_MANY,
    Answers,
    CutAfter,
    CutBefore,
    EtagMissing,
    PutEtagRewritten,
    PutSaysNoEtag,
    Rewriting,
    StoredBut,
    Times,
)
from tests.sync.rig import PATH, WORK, Crash, CrashingStore, Interferes, LockedDav, Replica, task, uids, with_line
from tests.sync.troubles import Act, At, Down, Labelling, Meanwhile, Trouble, Troubled

from deadlines.errors import CredentialsRefused, TryLater, Unreachable
from deadlines.store.base import RunKind, Writer
from deadlines.store.sqlite import SqliteStore

PAGE = f"{PATH}u.ics"


class For(Behaviour):
    """Another behaviour for requests that concern one resource."""

    def __init__(self, name: str, behaviour: Behaviour) -> None:
        self._path = PATH + name
        self._behaviour = behaviour

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        return self._behaviour.before(dav, request) if request.path == self._path else request

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return self._behaviour.after(dav, request, reply) if request.path == self._path else reply


@pytest.fixture
def in_step(dav: LockedDav, replica: Replica) -> Replica:
    """A client in step with a server that has one task."""
    dav.put(PAGE, task("u"))
    replica.sync()
    dav.requests.clear()
    return replica


class CountingStore:
    """A store that counts its transactions."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.transactions = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> AbstractContextManager[Writer]:
        self.transactions += 1
        return self._store.write(kind, command, now=now, run=run)


def assert_quiet(dav: LockedDav, replica: Replica) -> None:
    """The next sync is one request that finds nothing to do."""
    dav.requests.clear()
    report = replica.sync()
    assert report.ok
    assert report.requests == len(dav.requests) == 1
    assert not report.skipped
    assert not replica.store.pending(WORK)


def test_what_is_new_here_is_created_under_its_uid(dav: LockedDav, replica: Replica) -> None:
    replica.add("u", "Invoice")

    report = replica.sync()

    assert uids(report.pushed.created) == ["u"]
    assert dav.texts() == {"u.ics": replica.text("u")}
    assert_quiet(dav, replica)


def test_an_edit_names_the_version_it_replaces(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="Invoice")

    report = in_step.sync()

    assert uids(report.pushed.updated) == ["u"]
    put = next(request for request in dav.requests if request.method == "PUT")
    assert put.headers["if-match"] == '"r1"'
    assert_quiet(dav, in_step)


def test_somebody_faster_is_merged(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="Invoice")
    dav.behaviours.append(Interferes("PUT", lambda: dav.put(PAGE, task("u", "Landing page", "PRIORITY:1"))))

    report = in_step.sync()

    assert report.ok
    assert dav.writes() == ["PUT u.ics", "PUT u.ics"]
    assert (in_step.task("u").summary, in_step.task("u").priority) == ("Invoice", 1)
    assert_quiet(dav, in_step)


def test_somebody_faster_every_time_is_reported_after_three_more_rounds(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="Invoice")
    changes = iter(range(100))

    def change() -> None:
        dav.put(PAGE, task("u", "Landing page", f"PRIORITY:{next(changes)}"))

    for nth in range(1, 10):
        dav.behaviours.append(Interferes("PUT", change, nth=nth))

    report = in_step.sync()

    assert dav.writes() == ["PUT u.ics"] * 4
    assert [item.detail for item in report.skipped] == ["changed on the server again and again; the next sync goes on"]
    dav.behaviours.clear()
    assert in_step.sync().ok
    assert_quiet(dav, in_step)


def test_edited_here_and_deleted_there_in_the_same_moment_is_written_again(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="Invoice")
    dav.behaviours.append(Interferes("PUT", lambda: dav.remove(PAGE)))

    report = in_step.sync()

    assert dav.writes() == ["PUT u.ics", "PUT u.ics"]
    assert "SUMMARY:Invoice" in dav.texts()["u.ics"]
    assert "edited here, so it is written again" in report.merged[0].detail
    assert_quiet(dav, in_step)


@pytest.mark.parametrize("uid", ["u", "n"], ids=["changed", "new"])
def test_a_412_to_what_did_not_change_is_a_refusal_of_the_item(dav: LockedDav, in_step: Replica, uid: str) -> None:
    """Xandikos and DAViCal say 412 to data that they do not like. One more try tells it from a race."""
    in_step.add("other")
    in_step.edit("u", summary="Invoice") if uid == "u" else in_step.add("n")
    dav.behaviours.append(For(f"{uid}.ics", Answers(CHANGED, "PUT")))

    report = in_step.sync()

    assert dav.writes().count(f"PUT {uid}.ics") == 2
    (skipped,) = report.skipped
    assert (skipped.uid, "(412), though nothing changed there" in skipped.detail) == (uid, True)
    assert "other.ics" in dav.texts()
    dav.behaviours.clear()
    in_step.sync()
    assert dav.texts()[f"{uid}.ics"] == in_step.text(uid)
    assert_quiet(dav, in_step)


def test_a_uid_that_lives_elsewhere_is_adopted_there(dav: LockedDav, replica: Replica) -> None:
    """The server hides it from the listing, as a stale one does, but knows that the UID is taken."""
    replica.add("u", "Invoice")
    replica.sync()
    replica.add("v", "Ours")
    dav.behaviours.append(Interferes("PUT", lambda: dav.put(f"{PATH}phone.ics", task("v", "Theirs", stamp="20270101T000000Z"))))

    report = replica.sync()

    assert report.ok
    assert set(dav.texts()) == {"u.ics", "phone.ics"}
    assert replica.record("v").href == f"{PATH}phone.ics"
    assert replica.task("v").summary == "Theirs"
    assert [conflict.kept for conflict in report.conflicts] == ["theirs"]
    assert_quiet(dav, replica)


def test_a_uid_that_lives_where_another_task_was_is_reported(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}phone.ics", task("old"))
    replica.sync()
    replica.add("u")
    replica.add("w")
    dav.behaviours.append(Interferes("PUT", lambda: dav.put(f"{PATH}phone.ics", task("u", "Theirs"))))

    report = replica.sync()

    assert report.ok
    assert [item.uid for item in report.skipped if item.uid] == ["u"]
    assert "w.ics" in dav.texts()
    assert replica.text("u")
    assert replica.text("old")


def test_a_name_that_another_program_took_is_avoided(dav: LockedDav, replica: Replica) -> None:
    """Its file is called as ours would be, but it is another task."""
    dav.put(f"{PATH}v.ics", task("w", "Theirs"))
    replica.sync()
    replica.add("v", "Ours")

    assert replica.sync().ok

    assert len(dav.texts()) == 2
    assert "SUMMARY:Ours" in dav.texts()[f"v-{replica.record('v').id}.ics"]
    assert_quiet(dav, replica)


def test_an_edit_made_while_a_twin_is_looked_for_survives(dav: LockedDav, replica: Replica) -> None:
    replica.sync()
    replica.add("v", "Ours")
    dav.behaviours.append(Interferes("PUT", lambda: dav.put(f"{PATH}phone.ics", task("v", "Theirs", stamp="20270101T000000Z"))))
    dav.behaviours.append(Interferes("REPORT", lambda: replica.edit("v", priority=1), nth=2))

    replica.sync()

    texts = [change.other for change in replica.journal() if change.other]
    assert any("PRIORITY:1" in text for text in texts)


@pytest.mark.parametrize("trouble", [StoredBut(BROKEN), CutAfter("PUT")], ids=["500", "cut"])
@pytest.mark.parametrize("again", ["nothing", "edited", "removed"])
def test_stored_though_it_did_not_look_so(dav: LockedDav, replica: Replica, trouble: Behaviour, again: str) -> None:
    replica.add("u", "Invoice")
    dav.behaviours.append(Times(1, trouble, "PUT"))
    report = replica.sync()
    assert set(dav.texts()) == {"u.ics"}
    assert (uids(report.pushed.created), report.skipped) == (["u"], [])
    if again == "edited":
        replica.edit("u", summary="Invoice 2")
    elif again == "removed":
        replica.remove("u")

    report = replica.sync()

    assert report.ok
    assert not report.conflicts
    assert set(dav.texts()) == (set() if again == "removed" else {"u.ics"})
    assert not replica.store.pending(WORK)


def test_removed_before_the_outcome_of_its_creation_is_known(dav: LockedDav, replica: Replica) -> None:
    """The process dies after the request; then the task is removed: what was written must not come back."""
    replica.add("u")
    record = replica.record("u")
    with replica.store.write(RunKind.SYNC, "sync", now=replica.now) as writer:
        writer.settle(replace(record, href=PAGE, sent=record.ical), expected=record.ical)
    dav.put(PAGE, record.ical or "")
    replica.remove("u")

    assert replica.sync().ok

    assert not dav.texts()
    assert not replica.store.pending(WORK)


def test_an_edit_taken_back_while_its_write_hangs_is_pushed_again(dav: LockedDav, in_step: Replica) -> None:
    before = in_step.text("u")
    in_step.edit("u", summary="Invoice")
    dav.behaviours.append(CutAfter("PUT"))
    in_step.sync()
    dav.behaviours.clear()
    in_step.change("u", lambda _: before)

    assert in_step.sync().ok

    assert "SUMMARY:Landing page" in dav.texts()["u.ics"]
    assert in_step.task("u").summary == "Landing page"
    assert_quiet(dav, in_step)


def test_a_cut_before_the_server_heard_is_sent_again(dav: LockedDav, replica: Replica) -> None:
    replica.add("u")
    dav.behaviours.append(Times(2, CutBefore("PUT"), "PUT"))

    assert replica.sync().ok
    assert set(dav.texts()) == {"u.ics"}


def test_a_server_that_answers_no_write_is_left_alone(dav: LockedDav, replica: Replica) -> None:
    for n in range(6):
        replica.add(f"u{n}")
    dav.behaviours.append(CutBefore("PUT"))

    report = replica.sync()

    assert isinstance(report.error, Unreachable)
    assert len(set(dav.writes())) == 3
    dav.behaviours.clear()
    assert replica.sync().ok
    assert len(dav.texts()) == 6


def test_try_later_stops_the_run(dav: LockedDav, replica: Replica) -> None:
    replica.add("u")
    dav.behaviours.append(Answers(TOO_MANY, "PUT"))

    error = replica.sync().error

    assert isinstance(error, TryLater)
    assert error.retry_after == 3600


def test_a_wrong_password_stops_the_run(dav: LockedDav, replica: Replica) -> None:
    dav.password = "secret"
    assert isinstance(replica.sync().error, CredentialsRefused)
    assert "password" in replica.store.state(WORK).problem


@pytest.mark.parametrize("quirk", [PutSaysNoEtag(), PutEtagRewritten(), Rewriting()], ids=["none", "gzip", "rewriting"])
def test_what_the_server_stored_is_looked_at_and_not_written_again(dav: LockedDav, replica: Replica, quirk: Behaviour) -> None:
    dav.behaviours.append(quirk)
    replica.add("u", "Invoice")
    replica.sync()
    replica.edit("u", summary="Invoice 2")

    report = replica.sync()

    assert report.ok
    assert dav.writes() == ["PUT u.ics", "PUT u.ics"]
    assert_quiet(dav, replica)
    assert not replica.sync().requests > 1


def test_a_server_without_etags_is_compared_by_content(dav: LockedDav, replica: Replica) -> None:
    dav.behaviours.append(EtagMissing())
    replica.add("u", "Invoice")
    replica.sync()
    dav.put(PAGE, with_line(dav.texts()["u.ics"], "PRIORITY", "1"))
    replica.edit("u", summary="Invoice 2")

    report = replica.sync()

    assert report.ok
    assert not report.conflicts
    assert (replica.task("u").summary, replica.task("u").priority) == ("Invoice 2", 1)
    dav.requests.clear()
    assert replica.sync().ok
    assert not dav.writes()


@pytest.mark.parametrize("reply", [READ_ONLY, TOO_LARGE, BROKEN], ids=["403", "too large", "500"])
def test_one_refused_write_does_not_stop_the_others(dav: LockedDav, replica: Replica, reply: Reply) -> None:
    for uid in ("a", "b", "c"):
        replica.add(uid)
    dav.behaviours.append(For("b.ics", Answers(reply, "PUT")))

    report = replica.sync()

    assert report.ok
    assert set(dav.texts()) == {"a.ics", "c.ics"}
    assert [item.uid for item in report.skipped] == ["b"]
    assert "the server refuses it" in report.skipped[0].detail
    dav.behaviours.clear()
    assert replica.sync().ok
    assert len(dav.texts()) == 3


def test_a_refused_deletion_is_reported(dav: LockedDav, in_step: Replica) -> None:
    in_step.remove("u")
    dav.behaviours.append(Answers(READ_ONLY, "DELETE"))

    report = in_step.sync()

    assert "refuses to delete it" in report.skipped[0].detail
    dav.behaviours.clear()
    assert uids(in_step.sync().pushed.deleted) == ["u"]
    assert not dav.texts()
    assert_quiet(dav, in_step)


def test_a_deletion_does_not_hit_what_changed_meanwhile(dav: LockedDav, in_step: Replica) -> None:
    in_step.remove("u")
    dav.behaviours.append(Interferes("DELETE", lambda: dav.put(PAGE, task("u", "Edited there"))))

    report = in_step.sync()

    assert "it changed on the server meanwhile" in report.skipped[0].detail
    report = in_step.sync()
    assert "came back" in report.merged[0].detail
    assert in_step.task("u").summary == "Edited there"


def test_an_edit_during_its_own_push_is_pushed_next(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="One")
    dav.behaviours.append(Interferes("PUT", lambda: in_step.edit("u", priority=1)))

    assert in_step.sync().ok

    assert "PRIORITY:1" in dav.texts()["u.ics"]
    assert "SUMMARY:One" in dav.texts()["u.ics"]
    assert_quiet(dav, in_step)


def test_writes_go_over_several_connections(dav: LockedDav, replica: Replica) -> None:
    for n in range(120):
        replica.add(f"u{n}")
    dav.behaviours.append(For("u7.ics", Answers(TOO_LARGE, "PUT")))

    report = replica.sync(connections=4)

    assert len(dav.texts()) == 119
    assert uids(report.skipped) == ["u7"]
    assert len(report.pushed.created) == 119


def test_a_failure_on_one_connection_ends_all(dav: LockedDav, replica: Replica) -> None:
    for n in range(40):
        replica.add(f"u{n}")
    dav.behaviours.append(For("u7.ics", Answers(TOO_MANY, "PUT")))

    assert isinstance(replica.sync(connections=4).error, TryLater)
    dav.behaviours.clear()
    report = replica.sync()
    assert report.ok
    assert not report.conflicts
    assert len(dav.texts()) == 40


# Saving outcomes


def outcomes_saved(replica: Replica, *, seconds_each: float) -> int:
    """How many transactions a push of 30 takes beside those that it takes when nothing is pushed, if a PUT takes so long."""
    clock = count(step=seconds_each)
    counting = CountingStore(replica.store)
    for number in range(30):
        replica.add(f"t{number}")
    replica.sync(store=counting, timer=lambda: next(clock))
    assert len(replica.report.pushed.created) == 30
    pushing, counting.transactions = counting.transactions, 0
    replica.sync(store=counting)
    return pushing - counting.transactions


def test_outcomes_that_come_quickly_are_saved_together(replica: Replica) -> None:
    assert outcomes_saved(replica, seconds_each=0.001) < 10


def test_outcomes_that_come_slowly_are_saved_one_by_one(replica: Replica) -> None:
    assert outcomes_saved(replica, seconds_each=1) >= 30


def test_an_error_that_ends_the_run_leaves_no_outcome_unsaved(dav: LockedDav, replica: Replica) -> None:
    for number in range(5):
        replica.add(f"t{number}")
    dav.behaviours.append(For("t3.ics", Answers(TOO_MANY, "PUT")))

    replica.sync()

    assert isinstance(replica.report.error, TryLater)
    assert [replica.record(f"t{number}").base is not None for number in range(5)] == [True, True, True, False, False]


@pytest.mark.parametrize("nth", range(1, 10))
def test_outcomes_that_a_death_left_unsaved_are_found_out_and_not_written_again(
    nth: int, dav: LockedDav, replica: Replica
) -> None:
    for number in range(5):
        replica.add(f"t{number}")
    with suppress(Crash):
        replica.sync(store=CrashingStore(replica.store, nth, committed=False))
    there = {request.path for request in dav.requests if request.method == "PUT"}
    dav.requests.clear()

    assert replica.sync().ok

    assert not there & {request.path for request in dav.requests if request.method == "PUT"}
    assert set(dav.texts()) == {f"t{number}.ics" for number in range(5)}
    assert_quiet(dav, replica)


# Found by the state machine


def interrupted(dav: LockedDav, replica: Replica, trouble: Trouble, act: Callable[[Act], object] = lambda _: None) -> None:
    """One sync with that trouble."""
    dav.behaviours.append(Troubled("u", [trouble], act))
    replica.sync()
    dav.behaviours.pop()


ANSWER_LOST = Down(At("PUT", 0, after=True), dies=False)


def test_a_removal_undone_while_the_server_deletes_makes_the_task_anew(dav: LockedDav, in_step: Replica) -> None:
    removed = in_step.record("u")
    in_step.remove("u")
    undone = Meanwhile(At("DELETE", 0, after=True), Act(here=True, field="SUMMARY"))

    interrupted(dav, in_step, undone, lambda _: in_step.restore(removed, task("u", "Not yet")))

    assert in_step.task("u").summary == "Not yet"
    in_step.sync()
    assert "SUMMARY:Not yet" in dav.texts()["u.ics"]
    assert_quiet(dav, in_step)


@pytest.mark.parametrize("nth", range(1, 12))
def test_what_the_server_made_of_our_text_is_seen_also_when_the_run_died_before_it_looked(
    nth: int, dav: LockedDav, in_step: Replica
) -> None:
    dav.behaviours.append(Labelling())
    in_step.edit("u", summary="Invoice")
    with suppress(Crash):
        in_step.sync(store=CrashingStore(in_step.store, nth, committed=True))

    in_step.sync()

    assert "X-LABEL:ours" in in_step.text("u")
    assert_quiet(dav, in_step)


def test_our_own_edit_is_no_conflict_after_somebody_edited_upon_one_whose_answer_was_lost(
    dav: LockedDav, in_step: Replica
) -> None:
    in_step.edit("u", summary="Invoice")
    interrupted(dav, in_step, ANSWER_LOST)
    in_step.edit("u", summary="Second invoice")
    dav.put(PAGE, with_line(dav.texts()["u.ics"], "PRIORITY", "1"))

    report = in_step.sync()

    assert not report.conflicts
    assert (in_step.task("u").summary, in_step.task("u").priority) == ("Second invoice", 1)
    assert_quiet(dav, in_step)


def test_what_a_server_labelled_is_no_conflict_with_the_creation_whose_answer_was_lost(dav: LockedDav, replica: Replica) -> None:
    replica.sync()
    dav.behaviours.append(Labelling())
    replica.add("u", "Invoice")
    interrupted(dav, replica, ANSWER_LOST)

    report = replica.sync()

    assert not report.conflicts
    assert "X-LABEL:ours" in replica.text("u")
    assert_quiet(dav, replica)


def test_a_500_that_stored_nothing_is_told_once_and_not_sent_twice(dav: LockedDav, in_step: Replica) -> None:
    in_step.edit("u", summary="Invoice")
    dav.behaviours.append(Answers(BROKEN, "PUT"))

    report = in_step.sync()

    assert dav.writes() == ["PUT u.ics"]
    assert [item.detail for item in report.skipped] == ["the server refuses it: the server refuses this item (500)"]
    assert not report.pushed


def test_an_answer_lost_in_the_last_round_is_settled_by_the_next_run(dav: LockedDav, in_step: Replica) -> None:
    """Somebody was faster three times, and then the server fails: nothing more is sent in this run."""
    in_step.edit("u", summary="Invoice")
    changes = iter(range(100))

    def change() -> None:
        dav.put(PAGE, task("u", "Landing page", f"PRIORITY:{next(changes)}"))

    for nth in range(1, 4):
        dav.behaviours.append(Interferes("PUT", change, nth=nth))
    dav.behaviours.insert(0, Interferes("PUT", lambda: dav.behaviours.append(StoredBut(BROKEN)), nth=4))

    report = in_step.sync()

    assert dav.writes() == ["PUT u.ics"] * 4
    assert uids(report.skipped) == ["u"]
    dav.behaviours.clear()
    assert in_step.sync().ok
    assert "SUMMARY:Invoice" in dav.texts()["u.ics"]
    assert_quiet(dav, in_step)


def test_progress_tells_of_how_much(replica: Replica) -> None:
    for n in range(4):
        replica.add(f"u{n}")
    told: list[tuple[str, int, int]] = []

    replica.sync(progress=lambda *progress: told.append(progress))

    assert [line for line in told if line[0] == "written"] == [("written", n, 4) for n in range(1, 5)]
