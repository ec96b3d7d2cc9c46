"""What a sync must do, against each packaged server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import Server
from tests.packaged.replica import Died, Replica, names, vtodo
from tests.servers.process import RealServer

from deadlines.core.settings import Policy
from deadlines.remote.auth import Credentials
from deadlines.remote.discovery import discover
from deadlines.remote.http import Client
from deadlines.sync.report import CalendarReport, Outcome

_DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def another(packaged: RealServer) -> Iterator[str]:
    """Another calendar of the same user."""
    path = packaged.new_calendar()
    yield path
    packaged.delete_calendar(path)


@pytest.fixture
def kari(server: Server, tmp_path: Path) -> Iterator[Replica]:
    """Somebody who syncs the calendar."""
    replica = Replica(server, tmp_path)
    yield replica
    replica.store.close()


def assert_quiet(kari: Replica) -> None:
    """Another sync costs one request and writes nothing, here or there; one of everything neither."""
    stored = kari.etags()
    for report in (kari.sync(), kari.sync(full=True)):
        assert report.outcome is Outcome.OK
        assert not report.pushed
        assert not report.pulled
        assert not report.conflicts
        assert not report.merged
    assert kari.sync().requests == 1
    assert kari.etags() == stored


def done(report: CalendarReport) -> CalendarReport:
    assert report.outcome is Outcome.OK, report.error
    assert not report.skipped
    return report


def test_the_first_sync_takes_from_both_sides_and_the_second_writes_nothing(kari: Replica) -> None:
    kari.put("theirs.ics", vtodo("theirs", "Invoice", "DUE;VALUE=DATE:20261201"))
    kari.add("mine", "Landing page")
    report = done(kari.sync())

    assert (names(report.pulled.created), names(report.pushed.created)) == (["Invoice"], ["Landing page"])
    assert "SUMMARY:Landing page" in kari.stored("mine.ics")
    assert kari.summaries() == ["Invoice", "Landing page"]
    assert_quiet(kari)


def test_edits_of_both_sides_are_merged(kari: Replica) -> None:
    kari.put("one.ics", vtodo("one", "Landing page"))
    done(kari.sync())
    kari.put("one.ics", vtodo("one", "Landing page", "LOCATION:Studio"))
    kari.edit("one", lambda task: replace(task, priority=1))
    report = done(kari.sync())

    assert names(report.merged) == ["Landing page"]
    assert {"LOCATION:Studio", "PRIORITY:1"} <= set(kari.stored("one.ics").splitlines())
    assert {"LOCATION:Studio", "PRIORITY:1"} <= set(kari.text("one").splitlines())
    assert_quiet(kari)


@pytest.mark.parametrize(("policy", "kept"), [(Policy.MINE, "ours"), (Policy.THEIRS, "theirs"), (Policy.NEWEST, "ours")])
def test_a_conflict_keeps_the_other_version_in_the_journal(server: Server, tmp_path: Path, policy: Policy, kept: str) -> None:
    kari = Replica(server, tmp_path, policy=policy)
    kari.put("one.ics", vtodo("one", "first"))
    done(kari.sync())
    kari.put("one.ics", vtodo("one", "theirs"))
    kari.edit("one", lambda task: replace(task, summary="ours"))
    (conflict,) = done(kari.sync()).conflicts

    assert conflict.properties == ("SUMMARY",)
    assert f"SUMMARY:{kept}" in kari.stored("one.ics")
    assert kari.summaries() == [kept]
    assert "SUMMARY:ours" in kari.journalled()
    assert "SUMMARY:theirs" in kari.journalled()
    assert_quiet(kari)
    kari.store.close()


def test_deletions_go_both_ways(kari: Replica) -> None:
    for name in ("kept", "mine", "theirs"):
        kari.put(f"{name}.ics", vtodo(name, name))
    done(kari.sync())
    kari.remove("mine")
    kari.delete("theirs.ics")
    report = done(kari.sync())

    assert (names(report.pushed.deleted), names(report.pulled.deleted)) == (["mine"], ["theirs"])
    assert kari.summaries() == ["kept"]
    assert len(kari.etags()) == 1
    assert_quiet(kari)


def test_an_edit_beats_a_deletion(kari: Replica) -> None:
    for name in ("here", "there"):
        kari.put(f"{name}.ics", vtodo(name, name))
    done(kari.sync())
    kari.remove("there")
    kari.put("there.ics", vtodo("there", "edited there"))
    kari.delete("here.ics")
    kari.edit("here", lambda task: replace(task, summary="edited here"))
    done(kari.sync())

    assert kari.summaries() == ["edited here", "edited there"]
    assert "SUMMARY:edited here" in kari.stored("here.ics")
    assert_quiet(kari)


@pytest.mark.parametrize(("nth", "of"), [(1, 3), (2, 3), (3, 3), (140, 150)])
def test_a_sync_that_was_killed_is_carried_on(kari: Replica, nth: int, of: int) -> None:
    """The last is killed when a batch of outcomes is saved and another is not."""
    every = [f"n{number:03}" for number in range(of)]
    for name in every:
        kari.add(name, name)
    with pytest.raises(Died):
        kari.sync(dies_after=nth)
    done(kari.sync())

    assert kari.summaries() == every
    assert len(kari.etags()) == of
    assert_quiet(kari)


def test_many_are_pushed_over_several_connections(kari: Replica) -> None:
    for number in range(40):
        kari.add(f"n{number:02}", f"n{number:02}")
    report = done(kari.sync())

    assert len(report.pushed.created) == 40
    assert len(kari.etags()) == 40
    assert_quiet(kari)


def test_what_the_server_rewrites_comes_to_rest(kari: Replica) -> None:
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM"]
    odd = ["GEO:59.91;10.75", "CATEGORIES:a,b\\, c", "CONCEPT:http://example.org/c", 'X-ODD;P="q:r":v', "CLASS:PRIVATE"]
    clock = ["DUE;TZID=America/New_York:20261127T170000", "RRULE:FREQ=WEEKLY", "ESTIMATED-DURATION:PT6H"]
    start = ["DTSTART;TZID=America/New_York:20261120T170000"]
    kari.put("odd.ics", vtodo("odd", "odd", *odd, *start, *clock, *alarm))
    done(kari.sync())
    kari.edit("odd", lambda task: replace(task, priority=1))
    done(kari.sync())

    for text in (kari.text("odd"), kari.stored("odd.ics")):
        assert "DUE;TZID=America/New_York:20261127T170000" in text
        assert "PRIORITY:1" in text
        assert "TRIGGER:-PT15M" in text
    assert_quiet(kari)


def test_unreadable_items_stop_nothing_and_are_left_alone(kari: Replica) -> None:
    for path in sorted(_DATA.glob("*.ics")):
        kari.put(path.name, path.read_bytes())
    before = {name: kari.stored(name) for name in (path.name for path in _DATA.glob("*.ics"))}
    kari.add("mine", "Landing page")
    report = kari.sync()

    assert report.outcome is Outcome.OK, report.error
    assert names(report.pushed.created) == ["Landing page"]
    assert not report.pushed.updated
    assert {name: kari.stored(name) for name in before} == before
    assert len(report.pulled.created) + len(report.skipped) == sum(map(bool, before.values()))
    assert_quiet(kari)


def test_a_second_resource_with_the_same_uid_is_put_aside(kari: Replica) -> None:
    kari.put("one.ics", vtodo("one", "one"))
    taken = kari.put("two.ics", vtodo("one", "two"))
    report = kari.sync()

    assert report.outcome is Outcome.OK, report.error
    assert len(report.skipped) == taken
    assert len(kari.summaries()) == 1
    assert len(kari.etags()) == 1 + taken
    assert_quiet(kari)


def test_a_uid_that_another_calendar_has_is_refused_by_name_or_taken(kari: Replica, another: str) -> None:
    """Cyrus allows a UID once in all calendars of a user."""
    kari.server.other.request("PUT", f"{another}elsewhere.ics", vtodo("one", "elsewhere").encode())
    kari.add("one", "Landing page")
    kari.add("two", "Invoice")
    report = kari.sync()

    assert report.outcome is Outcome.OK, report.error
    assert len(kari.etags()) + len(report.skipped) == 2
    assert all(f"at {another}elsewhere.ics" in item.detail for item in report.skipped)
    assert kari.summaries() == ["Invoice", "Landing page"]


def test_what_was_deleted_and_created_anew_is_read_anew(kari: Replica) -> None:
    """SOGo gives the new resource the ETag of the old one."""
    kari.put("one.ics", vtodo("one", "old"))
    done(kari.sync())
    kari.delete("one.ics")
    kari.put("one.ics", vtodo("one", "new"))
    done(kari.sync())

    assert kari.summaries() == ["new"]
    assert_quiet(kari)


def test_a_calendar_made_anew_deletes_nothing_here(kari: Replica) -> None:
    """Its tokens begin anew, and look valid to some servers."""
    for name in ("one", "two", "three"):
        kari.put(f"{name}.ics", vtodo(name, name))
    done(kari.sync())
    kari.server.other.delete_calendar(kari.server.path)
    assert kari.server.other.request("MKCALENDAR", kari.server.path)[0] == 201
    reports = [kari.sync(), kari.sync(full=True)]

    assert reports[1].outcome is Outcome.GUARDED
    assert kari.summaries() == ["one", "three", "two"]


def test_the_calendar_is_found_from_the_address_of_the_server(server: Server) -> None:
    client = Client(server.url, Credentials(username=server.username, password=server.password), pause=lambda _: None)
    found = {calendar.path for calendar in discover(client, server.url, server.username)}
    client.close()

    assert server.path in found
