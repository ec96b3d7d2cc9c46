"""Single moments that the state machine passes by too rarely: each test fails when its line of the engine is left out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.servers.fake import CAL, Behaviour, FakeDav, FakeRow, Reply, Request
from tests.servers.quirks import BROKEN, TOO_LARGE, Answers, DataMissing, TokensUnsupported, Truncated
from tests.sync.rig import (
    PATH,
    WORK,
    Crash,
    CrashingStore,
    DisturbedStore,
    Interferes,
    LockedDav,
    Replica,
    task,
    with_line,
)

from deadlines.core.settings import Policy

PAGE = f"{PATH}u.ics"
MOMENTS = range(1, 12)
"""More transactions than a sync of two tasks has."""


class Only(Behaviour):
    """Another behaviour for the rows of one resource, and for the requests that are for it alone."""

    def __init__(self, name: str, behaviour: Behaviour) -> None:
        self._path = PATH + name
        self._behaviour = behaviour

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        return self._behaviour.before(dav, request) if request.path == self._path else request

    def row(self, dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return self._behaviour.row(dav, request, row) if row.href == self._path else row


class RefusedEverywhere(Behaviour):
    """The server lists a resource, and fails whenever its text is asked for: in a report, in a multiget, by GET."""

    def __init__(self, name: str) -> None:
        self._path = PATH + name

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return BROKEN if (request.method, request.path) == ("GET", self._path) else request

    def row(self, _dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        if row.href != self._path:
            return row
        if b"multiget" in request.body:
            return replace(row, status=500, props={})
        return replace(row, props={name: value for name, value in row.props.items() if name != f"{CAL}calendar-data"})


class DiesAfterPut(Behaviour):
    """The client is no more when its write was carried out."""

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        if request.method == "PUT":
            raise Crash
        return reply


@pytest.fixture
def in_step(dav: LockedDav, replica: Replica) -> Replica:
    """A client in step with a server that has two tasks."""
    dav.put(PAGE, task("u"))
    dav.put(f"{PATH}v.ics", task("v"))
    replica.sync()
    dav.requests.clear()
    return replica


def disturbed(replica: Replica, nth: int, act: Callable[[], object]) -> None:
    """One sync in which a command acts just before a transaction."""
    replica.sync(store=DisturbedStore(replica.store, nth, act))


@pytest.mark.parametrize("first", ["new", "edited"])
def test_an_edit_made_while_the_server_refuses_the_one_before_stays(dav: LockedDav, in_step: Replica, first: str) -> None:
    uid = "u" if first == "edited" else "n"
    in_step.edit("u", summary="Too long") if first == "edited" else in_step.add("n", "Too long")
    dav.behaviours += [
        Interferes("PUT", lambda: in_step.edit(uid, summary="Short")),
        Answers(TOO_LARGE, "PUT"),
    ]

    in_step.sync()

    assert in_step.task(uid).summary == "Short"
    dav.behaviours.clear()
    in_step.sync()
    assert "SUMMARY:Short" in dav.texts()[f"{uid}.ics"]


@pytest.mark.parametrize("nth", MOMENTS)
def test_an_edit_made_while_stamps_are_put_aside_is_pushed(dav: LockedDav, in_step: Replica, nth: int) -> None:
    in_step.change("u", lambda text: with_line(text, "DTSTAMP", "20261123T090000Z"))
    done: list[bool] = []

    def edit() -> None:
        done.append(True)
        in_step.edit("u", summary="Edited")

    disturbed(in_step, nth, edit)
    in_step.sync()

    assert bool(done) == ("SUMMARY:Edited" in dav.texts()["u.ics"])
    assert bool(done) == (in_step.task("u").summary == "Edited")


@pytest.mark.parametrize("nth", MOMENTS)
def test_a_removal_undone_before_its_absence_there_is_folded_is_written_again(dav: LockedDav, in_step: Replica, nth: int) -> None:
    """Removed on both sides, and undone here between the listing and what is made of it."""
    removed = in_step.record("u")
    in_step.remove("u")
    dav.remove(PAGE)
    done: list[bool] = []

    def undo() -> None:
        if in_step.store.by_uid(WORK, "u") is not None:
            done.append(True)
            in_step.restore(removed, task("u", "After all"))

    disturbed(in_step, nth, undo)
    in_step.sync()

    assert bool(done) == ("u" in in_step.texts())
    assert bool(done) == ("u.ics" in dav.texts())


@pytest.mark.parametrize("nth", MOMENTS)
def test_a_death_between_pages_forgets_no_text_that_was_still_to_be_fetched(dav: LockedDav, in_step: Replica, nth: int) -> None:
    """A page brings one text along and not the other; the mark is saved only when both are here."""
    for number in range(3):
        dav.put(f"{PATH}p{number}.ics", task(f"p{number}"))
    dav.put(PAGE, task("u", "Theirs"))
    dav.put(f"{PATH}v.ics", task("v", "Theirs"))
    dav.behaviours += [Only("p0.ics", DataMissing(in_sync=True)), Truncated(2)]

    with suppress(Crash):
        in_step.sync(store=CrashingStore(in_step.store, nth, committed=True))
    in_step.sync()

    assert in_step.texts().keys() == {"u", "v", "p0", "p1", "p2"}


@pytest.mark.parametrize("nth", range(1, 16))
def test_a_death_before_the_deletions_forgets_none_of_them(dav: LockedDav, in_step: Replica, nth: int) -> None:
    """Deletions go last, after readings with newer marks."""
    dav.remove(PAGE)
    in_step.edit("v", summary="Ours")
    dav.behaviours.append(Interferes("PUT", lambda: dav.put(f"{PATH}w.ics", task("w"))))

    with suppress(Crash):
        in_step.sync(store=CrashingStore(in_step.store, nth, committed=True), allow_deletes=5)
    in_step.sync(allow_deletes=5)

    assert in_step.texts().keys() == {"v", "w"}


def test_nothing_is_deleted_there_while_it_is_unknown_what_is_there(dav: LockedDav, in_step: Replica) -> None:
    """Our edit may have arrived, and somebody may have edited since: a removal here waits until that was seen."""
    in_step.edit("u", summary="Ours")
    dav.behaviours += [Only("u.ics", Answers(BROKEN, "PUT")), RefusedEverywhere("u.ics")]
    in_step.sync()
    in_step.remove("u")
    dav.requests.clear()

    in_step.sync()

    assert not dav.writes()
    dav.behaviours.clear()
    in_step.sync()
    assert "u.ics" not in dav.texts()
    assert not in_step.store.pending(WORK)


@pytest.mark.parametrize("full", [False, True])
def test_what_the_server_would_not_give_is_asked_for_again(dav: LockedDav, in_step: Replica, full: bool) -> None:
    """The next run does not believe that it has what it could not fetch: neither by its mark nor by its last listing."""
    dav.put(PAGE, task("u", "Theirs"))
    dav.put(f"{PATH}w.ics", task("w"))
    dav.behaviours.append(RefusedEverywhere("u.ics"))

    in_step.sync(full=full)

    assert in_step.task("u").summary == "Landing page"
    assert "w" in in_step.texts()
    dav.behaviours.clear()
    in_step.sync()
    assert in_step.task("u").summary == "Theirs"


@pytest.mark.parametrize("quirks", [[], [TokensUnsupported()]], ids=["tokens", "ctag"])
@pytest.mark.parametrize("nth", MOMENTS)
def test_what_goes_between_an_interrupted_first_sync_and_the_next_is_gone(
    dav: LockedDav, replica: Replica, quirks: list[Behaviour], nth: int
) -> None:
    """A first download is one query for all there is, and says nothing of what is not."""
    dav.behaviours += quirks
    for uid in ("u", "v", "w"):
        dav.put(f"{PATH}{uid}.ics", task(uid))
    replica.add("ours")
    with suppress(Crash):
        replica.sync(store=CrashingStore(replica.store, nth, committed=True))
    dav.remove(PAGE)

    replica.sync()

    assert replica.texts().keys() == {"v", "w", "ours"}


@pytest.mark.parametrize("uid", ["u", "n"], ids=["edited", "new"])
@pytest.mark.parametrize("stamp", ["20200101T000000Z", "20270101T000000Z"], ids=["older", "newer"])
@pytest.mark.parametrize("policy", [Policy.NEWEST, Policy.MINE, Policy.THEIRS, Policy.BOTH], ids=lambda policy: policy.value)
def test_what_we_wrote_without_hearing_of_it_is_no_edit_of_theirs(
    dav: LockedDav, in_step: Replica, policy: Policy, stamp: str, uid: str
) -> None:
    """Only the summary was changed by two: the note there is our own of before, and loses to ours of now whoever wins."""
    in_step.policy = policy
    if uid == "n":
        in_step.add("n")
    in_step.edit(uid, summary="Ours", description="First")
    dav.behaviours.append(DiesAfterPut())
    with suppress(Crash):
        in_step.sync()
    dav.behaviours.clear()
    theirs = with_line(with_line(dav.texts()[f"{uid}.ics"], "SUMMARY", "Theirs"), "LAST-MODIFIED", stamp)
    dav.put(f"{PATH}{uid}.ics", theirs)
    in_step.edit(uid, description="Second")

    report = in_step.sync()

    assert [conflict.properties for conflict in report.conflicts] == [("SUMMARY",)]
    assert "DESCRIPTION:Second" in "".join(dav.texts().values())
    assert "SUMMARY:Ours" in "".join(in_step.journalled())
    assert not in_step.store.pending(WORK)
    assert not in_step.sync().conflicts
