"""Reading what changed: as few requests as can be, whatever the listing looks like."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from tests.servers.fake import Behaviour
from tests.servers.quirks import (
    CutBefore,
    DataMissing,
    EtagRepeated,
    MultigetLeavesOut,
    NoCtag,
    OwnRow,
    QueryLeavesOut,
    RowFails,
    Times,
    TokensFullList,
    TokensInvalid,
    TokensUnsupported,
    Truncated,
)
from tests.sync.rig import PATH, WORK, Crash, CrashingStore, LockedDav, Replica, task, uids

from deadlines.sync.reading import BATCH

LOG = logging.getLogger(__name__)
BROKEN_TEXT = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:bad\r\n"


def fill(dav: LockedDav, number: int) -> None:
    for n in range(number):
        dav.put(f"{PATH}u{n}.ics", task(f"u{n}"))


def test_a_first_sync_takes_two_requests(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 30)

    report = replica.sync()

    assert len(report.pulled.created) == 30
    assert report.requests == 2


def test_progress_tells_of_how_much_once_it_is_known(dav: LockedDav, replica: Replica) -> None:
    dav.behaviours.append(DataMissing(in_sync=True))
    replica.sync()
    fill(dav, 30)
    told: list[tuple[str, int, int]] = []

    replica.sync(progress=lambda *progress: told.append(progress))

    assert told == [("read", 30, 30)]


def test_nothing_changed_is_one_request_and_one_write_here(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 3)
    replica.sync()
    for _ in range(3):
        dav.requests.clear()

        report = replica.sync()

        assert report.requests == len(dav.requests) == 1
        assert not any([report.pulled, report.pushed, report.merged, report.skipped])


def test_what_a_first_download_left_out_is_found_within_the_hour(dav: LockedDav, replica: Replica) -> None:
    """A filter of the server never decides what exists."""
    fill(dav, 5)
    dav.behaviours.append(QueryLeavesOut("u1.ics"))
    assert uids(replica.sync().pulled.created) == ["u0", "u2", "u3", "u4"]
    replica.now += timedelta(minutes=59)
    assert not replica.sync().pulled
    replica.now += timedelta(minutes=2)

    assert uids(replica.sync().pulled.created) == ["u1"]
    assert not replica.sync(full=True).pulled


def test_a_server_whose_query_finds_nothing_is_listed_at_once(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 5)
    dav.behaviours.append(QueryLeavesOut(""))

    assert len(replica.sync().pulled.created) == 5


@pytest.mark.parametrize("quirks", [[], [TokensUnsupported(), NoCtag()]], ids=["token", "no mark"])
def test_a_write_after_a_first_download_starts_no_other(dav: LockedDav, replica: Replica, quirks: list[Behaviour]) -> None:
    dav.behaviours += quirks
    fill(dav, 5)
    replica.add("mine")

    replica.sync()

    assert dav.writes() == ["PUT mine.ics"]
    assert sum(b"calendar-query" in request.body for request in dav.requests) == 1


def test_one_that_must_be_looked_at_does_not_keep_the_others_from_arriving(dav: LockedDav, replica: Replica) -> None:
    """One of its batch has a UID that is known here, one a UID that another has, one cannot be read, one is odd."""
    items = BATCH + 100
    fill(dav, items)
    replica.add("u5", "Mine")
    dav.put(f"{PATH}u7.ics", BROKEN_TEXT)
    dav.put(f"{PATH}twin.ics", task("u9", "Twin"))
    dav.put(f"{PATH}u11.ics", task("u11", "\udcff"))

    report = replica.sync()

    assert len(report.pulled.created) == items - 2
    assert [conflict.uid for conflict in report.conflicts] == ["u5"]
    assert [item.summary for item in report.skipped] == [f"{PATH}u7.ics", f"{PATH}twin.ics"]
    assert len(replica.texts()) == items - 1
    assert not replica.sync(full=True).pulled


def test_a_download_that_died_goes_on_with_what_it_has(dav: LockedDav, replica: Replica) -> None:
    items = BATCH + 200
    fill(dav, items)
    with pytest.raises(Crash):
        replica.sync(store=CrashingStore(replica.store, 1, committed=True))
    arrived = len(replica.texts())

    report = replica.sync()

    assert arrived == BATCH
    assert len(report.pulled.created) == items - arrived
    assert len(replica.journal()) == items


@pytest.mark.parametrize(
    "quirks",
    [
        [TokensInvalid()],
        [TokensFullList()],
        [TokensUnsupported()],
        [TokensUnsupported(), NoCtag()],
        [DataMissing(in_sync=True)],
        [DataMissing(in_sync=True), MultigetLeavesOut()],
        [OwnRow()],
        [Truncated(2)],
    ],
    ids=["invalid", "full list", "ctag", "etags", "no data", "left out", "own row", "truncated"],
)
def test_changes_of_every_kind_are_found(dav: LockedDav, replica: Replica, quirks: list[Behaviour]) -> None:
    dav.behaviours += quirks
    fill(dav, 5)
    assert replica.sync().ok
    dav.put(f"{PATH}u1.ics", task("u1", "Edited"))
    dav.put(f"{PATH}new.ics", task("new"))
    dav.remove(f"{PATH}u2.ics")

    report = replica.sync(full=isinstance(quirks[0], TokensFullList))

    assert report.ok
    assert (uids(report.pulled.created), uids(report.pulled.updated), uids(report.pulled.deleted)) == (["new"], ["u1"], ["u2"])
    assert not replica.sync(full=True).pulled
    assert not dav.writes()


def test_everything_is_listed_once_a_day(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 2)
    replica.sync()
    dav.requests.clear()

    replica.now = replica.now.replace(day=24, hour=10)
    replica.sync()

    assert b"<D:sync-token></D:sync-token>" in dav.requests[-1].body or b"<D:sync-token/>" in dav.requests[-1].body


def test_an_etag_that_repeats_does_not_hide_another_content(dav: LockedDav, replica: Replica) -> None:
    """Deleted and made again with the ETag it had: seen where the deletion is, or by whoever asks for it."""
    dav.behaviours.append(EtagRepeated())
    fill(dav, 2)
    replica.sync()
    dav.remove(f"{PATH}u0.ics")
    replica.sync()
    dav.put(f"{PATH}u0.ics", task("u0", "Another"))

    replica.sync()

    assert replica.task("u0").summary == "Another"


def test_a_row_that_fails_is_missing_and_not_deleted(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 3)
    replica.sync()
    dav.put(f"{PATH}u1.ics", task("u1", "Edited"))
    dav.behaviours.append(RowFails("u1.ics"))

    report = replica.sync()

    assert replica.text("u1")
    assert [item.summary for item in report.skipped] == [f"{PATH}u1.ics"]
    dav.behaviours.clear()
    assert uids(replica.sync().pulled.updated) == ["u1"]


def test_a_row_that_fails_at_first_is_read_later(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 3)
    dav.behaviours.append(RowFails("u1.ics"))
    assert len(replica.sync().pulled.created) == 2
    dav.behaviours.clear()

    assert uids(replica.sync().pulled.created) == ["u1"]


def test_the_mark_is_saved_with_each_page(dav: LockedDav, replica: Replica) -> None:
    """Killed after the second page of five, the next run goes on from there."""
    fill(dav, 1)
    replica.sync()
    fill(dav, 10)
    dav.behaviours.append(Truncated(2))
    seen = {replica.store.state(WORK).sync_token}
    for nth in range(1, 40):
        try:
            replica.sync(store=CrashingStore(replica.store, nth, committed=True))
        except Crash:
            seen.add(replica.store.state(WORK).sync_token)
        else:
            break

    assert "" not in seen
    assert len(seen) >= 4
    assert len(replica.texts()) == 10


def test_a_listing_that_breaks_off_is_read_again(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 3)
    dav.behaviours.append(Times(2, CutBefore("REPORT"), "REPORT"))

    assert replica.sync().ok
    assert len(replica.texts()) == 3


def test_a_resource_that_moved_keeps_its_record(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 2)
    replica.sync()
    number = replica.record("u0").id
    dav.remove(f"{PATH}u0.ics")
    dav.put(f"{PATH}moved.ics", task("u0", "Moved"))

    report = replica.sync()

    assert (replica.record("u0").id, replica.record("u0").href) == (number, f"{PATH}moved.ics")
    assert uids(report.pulled.updated) == ["u0"]
    assert not report.pulled.deleted


@pytest.mark.parametrize("full", [False, True])
def test_a_second_resource_with_the_uid_is_put_aside_until_the_first_goes(dav: LockedDav, replica: Replica, full: bool) -> None:
    fill(dav, 2)
    replica.sync()
    dav.put(f"{PATH}twin.ics", task("u0", "Twin"))

    report = replica.sync(full=full)

    assert [item.summary for item in report.skipped] == [f"{PATH}twin.ics"]
    assert "has the UID u0" in report.skipped[0].detail
    assert [item.href for item in replica.store.unreadable(WORK)] == [f"{PATH}twin.ics"]
    replica.edit("u1", priority=1)
    assert replica.sync(full=full).ok

    dav.remove(f"{PATH}u0.ics")
    assert replica.sync(full=full).ok
    assert replica.task("u0").summary == "Twin"
    assert replica.record("u0").href == f"{PATH}twin.ics"
    assert not replica.store.unreadable(WORK)


def test_a_second_resource_with_the_uid_is_taken_once_the_first_was_deleted_from_here(dav: LockedDav, replica: Replica) -> None:
    """It is found by the listing of everything, since nothing about it changed."""
    fill(dav, 2)
    replica.sync()
    dav.put(f"{PATH}twin.ics", task("u0", "Twin"))
    replica.sync()
    replica.remove("u0")
    replica.sync()
    assert set(dav.texts()) == {"u1.ics", "twin.ics"}

    report = replica.sync(full=True)

    assert uids(report.pulled.created) == ["u0"]
    assert replica.task("u0").summary == "Twin"
    assert not replica.store.unreadable(WORK)


def test_two_new_resources_with_one_uid_leave_one(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}a.ics", task("u", "First"))
    dav.put(f"{PATH}b.ics", task("u", "Second"))

    report = replica.sync()

    assert replica.task("u").summary == "First"
    assert [item.summary for item in report.skipped] == [f"{PATH}b.ics"]
    assert len(dav.texts()) == 2


def test_a_uid_that_changed_at_its_href_is_left_alone(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 2)
    replica.sync()
    dav.put(f"{PATH}u0.ics", task("other"))
    replica.edit("u0", summary="Edited")

    report = replica.sync()

    assert "its UID changed from u0 to other" in report.skipped[0].detail
    assert not dav.writes()
    assert replica.task("u0").summary == "Edited"
    dav.put(f"{PATH}u0.ics", task("u0", "Landing page", "PRIORITY:1"))
    assert replica.sync().ok
    assert "SUMMARY:Edited" in dav.texts()["u0.ics"]
    assert not replica.store.unreadable(WORK)


def test_what_cannot_be_read_is_kept_shown_and_never_written(dav: LockedDav, replica: Replica) -> None:
    fill(dav, 2)
    replica.sync()
    dav.put(f"{PATH}u0.ics", BROKEN_TEXT)
    dav.put(f"{PATH}bad.ics", BROKEN_TEXT)
    replica.edit("u0", summary="Edited")

    report = replica.sync()

    assert [item.summary for item in report.skipped] == [f"{PATH}u0.ics", f"{PATH}bad.ics"]
    assert all("cannot be read" in item.detail for item in report.skipped)
    assert not dav.writes()
    assert {item.href: item.text for item in replica.store.unreadable(WORK)} == dict.fromkeys(
        [f"{PATH}u0.ics", f"{PATH}bad.ics"], BROKEN_TEXT
    )
    dav.requests.clear()
    assert replica.sync().requests == 1

    dav.remove(f"{PATH}bad.ics")
    dav.put(f"{PATH}u0.ics", task("u0"))
    assert replica.sync().ok
    assert not replica.store.unreadable(WORK)
    assert "SUMMARY:Edited" in dav.texts()["u0.ics"]


def test_what_cannot_be_read_does_not_become_another_task_by_the_way(dav: LockedDav, replica: Replica) -> None:
    """A task goes while something unreadable lies aside: they have nothing to do with each other."""
    fill(dav, 3)
    dav.put(f"{PATH}bad.ics", BROKEN_TEXT)
    dav.put(f"{PATH}twin.ics", task("u1"))
    replica.sync()
    dav.remove(f"{PATH}u0.ics")

    assert uids(replica.sync().pulled.deleted) == ["u0"]


def test_many_broken_items_stop_no_other(dav: LockedDav, replica: Replica) -> None:
    """500 items, of which ten fail in ten ways: 490 synced, ten named, nothing deleted."""
    fill(dav, 490)
    ways = {
        "cut": BROKEN_TEXT,
        "empty": "",
        "html": "<html></html>",
        "nouid": task("x").replace("UID:x\r\n", ""),
        "twouids": task("a").replace("END:VCALENDAR\r\n", "BEGIN:VTODO\r\nUID:b\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"),
        "twokinds": task("a").replace("END:VCALENDAR\r\n", "BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        "nothing": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        "nested": "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:n\r\nEND:VCALENDAR\r\nEND:VTODO\r\n",
        "twin": task("u1"),
        "failing": task("failing"),
    }
    for name, text in ways.items():
        dav.put(f"{PATH}{name}.ics", text)
    dav.behaviours.append(RowFails("failing.ics"))

    report = replica.sync()

    assert report.ok
    assert len(report.pulled.created) == len(replica.texts()) == 490
    assert {item.summary.removeprefix(PATH).removesuffix(".ics") for item in report.skipped} == set(ways)
    assert not any([report.pulled.deleted, report.pushed])
    assert len(dav.texts()) == 500
    LOG.info("%d synced, %d named, %d still there", len(replica.texts()), len(report.skipped), len(dav.texts()))
