"""What would be deleted suspiciously much is not deleted; what a person may well have deleted is."""

from __future__ import annotations

import pytest
from tests.servers.quirks import EMPTIED, HTML_207, REDIRECT_TO_LOGIN, VANISHED, Answers, CutBefore, CutXml, TokensInvalid
from tests.sync.rig import PATH, Interferes, LockedDav, Replica, task

from deadlines.core.settings import Mode
from deadlines.errors import CollectionMissing, GuardTripped, NotCalDAV
from deadlines.sync.guard import Deletions, check
from deadlines.sync.report import Outcome


def filled(dav: LockedDav, replica: Replica, number: int) -> None:
    for n in range(number):
        dav.put(f"{PATH}u{n}.ics", task(f"u{n}"))
    assert replica.sync().ok


@pytest.mark.parametrize(
    ("here", "there", "of", "allowed", "stops"),
    [
        (0, 0, 0, 0, False),
        (1, 0, 1, 0, False),
        (2, 0, 2, 0, True),
        (2, 0, 2, 2, False),
        (2, 0, 3, 0, False),
        (10, 0, 30, 0, False),
        (11, 0, 30, 0, True),
        (11, 0, 44, 0, False),
        (11, 0, 30, 11, False),
        (0, 11, 30, 0, True),
        (0, 11, 44, 0, False),
        (0, 5, 5, 0, False),
    ],
)
def test_limits(here: int, there: int, of: int, allowed: int, stops: bool) -> None:
    deletions = Deletions(here=here, there=there, of=of)
    if not stops:
        check("work", deletions, allowed=allowed)
        return
    with pytest.raises(GuardTripped) as caught:
        check("work", deletions, allowed=allowed)
    assert (caught.value.deletes, caught.value.of) == (here or there, of)


def test_an_emptied_collection_deletes_nothing(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 3)
    for n in range(3):
        dav.remove(f"{PATH}u{n}.ics")

    report = replica.sync()

    assert report.outcome is Outcome.GUARDED
    assert str(report.error) == "calendar work: all 3 items are gone from the server; nothing was deleted"
    assert len(replica.texts()) == 3
    assert replica.store.state("work").problem


def test_the_last_item_may_be_deleted_there_but_not_lost_with_its_calendar(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 1)
    dav.calendars[PATH] = dav.new_calendar()
    lost = replica.sync()
    dav.put(f"{PATH}u0.ics", task("u0"))
    found = replica.sync()
    dav.remove(f"{PATH}u0.ics")
    deleted = replica.sync()

    assert str(lost.error) == "calendar work: the only item is gone from the server; nothing was deleted"
    assert found.ok
    assert deleted.ok
    assert not replica.texts()


@pytest.mark.parametrize("others", [0, 1], ids=["", "somebody writes meanwhile"])
def test_what_came_since_the_backup_of_a_server_is_not_deleted(dav: LockedDav, replica: Replica, others: int) -> None:
    filled(dav, replica, 5)
    backup = dav.texts()
    for n in (6, 7):
        dav.put(f"{PATH}u{n}.ics", task(f"u{n}"))
    replica.add("mine")
    replica.sync()
    dav.calendars[PATH] = dav.new_calendar()
    for name, text in backup.items():
        dav.put(PATH + name, text)
    for n in range(others):
        dav.put(f"{PATH}x{n}.ics", task(f"x{n}"))

    report = replica.sync()

    assert str(report.error) == f"calendar work: the newest 3 of {8 + others} items are gone from the server; nothing was deleted"
    assert {"u6", "u7", "mine"} <= replica.texts().keys()
    assert replica.sync(allow_deletes=3).ok
    assert not {"u6", "u7", "mine"} & replica.texts().keys()


@pytest.mark.parametrize("gone", [["u4"], ["u2"], ["u3", "u1"]])
def test_a_token_that_is_forgotten_alone_stops_no_deletion(dav: LockedDav, replica: Replica, gone: list[str]) -> None:
    filled(dav, replica, 5)
    dav.behaviours.append(TokensInvalid())
    for uid in gone:
        dav.remove(f"{PATH}{uid}.ics")

    report = replica.sync()

    assert report.ok
    assert sorted(item.uid for item in report.pulled.deleted) == sorted(gone)


def test_deletions_that_are_meant_are_allowed(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 3)
    for n in range(3):
        dav.remove(f"{PATH}u{n}.ics")
    replica.sync()

    assert replica.sync(allow_deletes=3).ok

    assert not replica.texts()
    assert not replica.store.state("work").problem


def test_an_emptied_full_listing_deletes_nothing(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 3)
    dav.behaviours.append(Answers(EMPTIED, "REPORT"))

    assert isinstance(replica.sync(full=True).error, GuardTripped)
    assert len(replica.texts()) == 3


def test_a_vanished_collection_trips_the_guard(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 2)
    dav.behaviours.append(Answers(VANISHED))

    error = replica.sync().error

    assert isinstance(error, GuardTripped)
    assert (error.deletes, error.of) == (2, 2)
    assert "is gone from the server" in str(error)


def test_a_collection_that_never_was_is_a_wrong_address(dav: LockedDav, replica: Replica) -> None:
    replica.add("u")
    dav.behaviours.append(Answers(VANISHED))

    assert isinstance(replica.sync().error, CollectionMissing)


@pytest.mark.parametrize("answer", [Answers(HTML_207), Answers(REDIRECT_TO_LOGIN), CutXml()], ids=["html", "login", "cut xml"])
def test_an_answer_that_is_no_caldav_deletes_nothing(dav: LockedDav, replica: Replica, answer: Answers) -> None:
    filled(dav, replica, 3)
    dav.behaviours.append(answer)

    assert isinstance(replica.sync(full=True).error, NotCalDAV)
    assert len(replica.texts()) == 3


def test_many_removals_here_stop_before_the_server_loses_them(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 20)
    for n in range(11):
        replica.remove(f"u{n}")

    assert isinstance(replica.sync().error, GuardTripped)
    assert len(dav.texts()) == 20
    assert replica.sync(allow_deletes=11).ok
    assert len(dav.texts()) == 9


def test_the_guard_counts_over_all_rounds_of_a_run(dav: LockedDav, replica: Replica) -> None:
    """Ten are gone at first, and one more when the server is read again: eleven of thirty."""
    filled(dav, replica, 30)
    for n in range(10):
        dav.remove(f"{PATH}u{n}.ics")
    replica.edit("u20", summary="Edited")
    dav.behaviours.append(Interferes("PUT", lambda: dav.remove(f"{PATH}u10.ics")))

    assert isinstance(replica.sync().error, GuardTripped)
    assert len(replica.texts()) == 30


def test_what_is_gone_on_both_sides_is_not_counted_twice(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 30)
    for n in range(6):
        replica.remove(f"u{n}")
        dav.remove(f"{PATH}u{n}.ics")
    for n in range(6, 11):
        replica.remove(f"u{n}")

    assert replica.sync().ok
    assert len(dav.texts()) == len(replica.texts()) == 19


def test_what_the_server_never_had_is_not_lost(dav: LockedDav, replica: Replica) -> None:
    """Two writes were begun and never arrived: their absence is no emptied calendar."""
    filled(dav, replica, 2)
    replica.add("new1")
    replica.add("new2")
    dav.behaviours.append(CutBefore("PUT"))
    replica.sync()
    dav.behaviours.clear()
    for n in range(2):
        dav.remove(f"{PATH}u{n}.ics")

    error = replica.sync().error

    assert isinstance(error, GuardTripped)
    assert (error.deletes, error.of) == (2, 2)
    assert replica.sync(allow_deletes=2).ok
    assert set(dav.texts()) == {name + ".ics" for name in replica.texts()} == {"new1.ics", "new2.ics"}


def test_a_read_only_calendar_is_never_written(dav: LockedDav, replica: Replica) -> None:
    filled(dav, replica, 4)
    replica.edit("u0", summary="Edited")
    replica.remove("u1")
    replica.add("new")
    dav.put(f"{PATH}u2.ics", task("u2", "Edited there"))
    dav.requests.clear()

    report = replica.sync(mode=Mode.READ_ONLY)

    assert not dav.writes()
    assert sorted(item.uid for item in report.skipped) == ["new", "u0", "u1"]
    assert all("read-only" in item.detail for item in report.skipped)
    assert replica.task("u2").summary == "Edited there"
    assert len(dav.texts()) == 4
