"""The main job through the command line, against real servers."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.e2e.person import Person, Place, account, calendar, vtodo
from tests.servers.process import free_port

LOG = logging.getLogger(__name__)


def names(items: list[dict[str, str]]) -> list[str]:
    return sorted(item["summary"] for item in items)


def test_first_sync_takes_from_both_sides_and_the_second_writes_nothing(kari: Person, place: Place) -> None:
    place.put("theirs.ics", vtodo("theirs", "Invoice", "CATEGORIES:acme", "DUE;VALUE=DATE:20261201"))
    kari.run("add", "Landing page", "--client", "acme", "--due", "fri 17:00")
    uid = kari.task("1")["uid"]
    dry = kari.sync("--dry-run")
    assert not place.has(f"{uid}.ics")
    first = kari.sync()
    stored = place.etags()
    second = kari.sync()

    for report in (dry, first):
        assert (names(report["pulled"]["created"]), names(report["pushed"]["created"])) == (["Invoice"], ["Landing page"])
    assert "DUE;TZID=America/New_York:20261127T170000" in place.get(f"{uid}.ics")
    assert (second["requests"], place.etags()) == (1, stored)
    LOG.info("the second sync: %d request, 0 writes", second["requests"])
    assert kari.summaries() == ["Invoice", "Landing page"]
    assert kari.task("theirs")["due"]["instant"] == "2026-12-01T22:00:00Z"


def test_edits_on_both_sides_are_merged_and_deletions_go_both_ways(kari: Person, place: Place) -> None:
    for name in ("one", "two", "three"):
        place.put(f"{name}.ics", vtodo(name, name))
    kari.sync()
    place.edit("one.ics", "SUMMARY:one", "SUMMARY:one\nLOCATION:Studio")
    kari.run("edit", "one", "--priority", "1")
    kari.run("remove", "two", "--yes")
    place.delete("three.ics")
    report = kari.sync()

    assert names(report["merged"]) == ["one"]
    assert (names(report["pushed"]["deleted"]), names(report["pulled"]["deleted"])) == (["two"], ["three"])
    assert {"LOCATION:Studio", "PRIORITY:1"} <= set(place.get("one.ics").splitlines())
    assert not place.has("two.ics")
    assert kari.summaries() == ["one"]


@pytest.mark.parametrize(
    ("policy", "kept", "here", "there"),
    [
        ("newest", "mine", ["ours"], "ours"),
        ("mine", "mine", ["ours"], "ours"),
        ("theirs", "theirs", ["theirs"], "theirs"),
        ("both", "both", ["ours", "theirs"], "theirs"),
        ("ask", None, ["ours"], "theirs"),
    ],
)
def test_a_conflict_is_settled_as_configured(
    at_radicale: Place, tmp_path: Path, *, policy: str, kept: str | None, here: list[str], there: str
) -> None:
    """Their edit is of 20 November, ours of the 23rd. What is asked of nobody waits, on both sides as it is."""
    kari = at_radicale.user(tmp_path, conflict=policy)
    at_radicale.put("one.ics", vtodo("one", "first"))
    kari.sync()
    at_radicale.edit("one.ics", "SUMMARY:first", "SUMMARY:theirs")
    kari.run("edit", "one", "--summary", "ours")
    (conflict,) = kari.sync(code=1)["conflicts"]

    assert (conflict["properties"], conflict["kept"]) == (["SUMMARY"], kept)
    assert kari.summaries() == here
    assert f"SUMMARY:{there}" in at_radicale.get("one.ics")
    history = kari.run("show", "one", "--json").out
    assert kept is None or ("ours" in history and "theirs" in history)


def test_undo_of_a_synced_run_is_carried_on_by_the_next_sync(kari: Person, place: Place) -> None:
    place.put("one.ics", vtodo("one", "first"))
    place.put("two.ics", vtodo("two", "second"))
    kari.sync()
    place.edit("one.ics", "SUMMARY:first", "SUMMARY:theirs")
    place.delete("two.ics")
    run = kari.run("sync", "--json").json["run"]
    assert kari.summaries() == ["theirs"]
    kari.run("undo", str(run))
    report = kari.sync()

    assert kari.summaries() == ["first", "second"]
    assert (names(report["pushed"]["updated"]), names(report["pushed"]["created"])) == (["first"], ["second"])
    assert "SUMMARY:first" in place.get("one.ics")
    assert kari.sync()["requests"] == 1


def test_a_repeating_task_done_here_is_moved_on_there(kari: Person, place: Place) -> None:
    kari.run("add", "Weekly report", "--client", "acme", "--due", "fri 17:00", "--repeat", "weekly")
    name = f"{kari.task('1')['uid']}.ics"
    kari.sync()
    kari.run("done", "1")
    kari.sync()

    assert "DUE;TZID=America/New_York:20261204T170000" in place.get(name)
    assert kari.task("1")["due"]["instant"] == "2026-12-04T22:00:00Z"


def test_whose_task_it_is_survives_a_lost_database(kari: Person, place: Place) -> None:
    """The client is a category on the server, so another computer, or this one after a loss, knows it too."""
    kari.run("add", "Landing page", "--client", "acme", "--due", "fri 17:00", "--estimate", "6h", "--priority", "2")
    before = kari.task("1")
    kari.sync()
    stored = place.etags()
    for file in (kari.folder / "data").glob("deadlines.sqlite3*"):
        file.unlink()
    report = kari.sync()
    after = kari.task("1")

    assert names(report["pulled"]["created"]) == ["Landing page"]
    assert {key: after[key] for key in before if key not in {"ical", "history"}} == {
        key: before[key] for key in before if key not in {"ical", "history"}
    }
    assert place.etags() == stored


def test_full_lists_everything_and_changes_nothing(kari: Person, place: Place) -> None:
    place.put("one.ics", vtodo("one", "first"))
    kari.sync()
    stored = place.etags()
    report = kari.sync("--full")
    tomorrow = kari.sync(now="2026-11-25T12:00:00Z")

    for side in (report["pulled"], report["pushed"], tomorrow["pulled"], tomorrow["pushed"]):
        assert not any(side.values())
    assert place.etags() == stored
    assert report["requests"] >= 1


def test_a_calendar_is_found_by_its_display_name(place: Place, tmp_path: Path) -> None:
    place.name("Work of Kari")
    place.put("one.ics", vtodo("one", "first"))
    kari = Person(folder=tmp_path)
    kari.configure(account("main", place.server.url, place.server.username), calendar("work", "", display_name="Work of Kari"))
    kari.sync()
    second = kari.sync()

    assert kari.summaries() == ["first"]
    assert second["requests"] == 1


def test_calendars_kept_in_one_place_are_asked_about_together(place: Place, tmp_path: Path) -> None:
    paths = [place.path, place.server.new_calendar(), place.server.new_calendar()]
    kari = Person(folder=tmp_path)
    kari.configure(
        account("main", place.server.url, place.server.username), *(calendar(f"c{n}", path) for n, path in enumerate(paths))
    )
    place.put("one.ics", vtodo("one", "first"))
    runs = [kari.run("sync", "--json").json["calendars"] for _ in range(3)]
    place.put("two.ics", vtodo("two", "second"))
    kari.run("add", "Landing page", "--calendar", "c2")
    last = kari.run("sync", "--json").json["calendars"]

    assert [[one["requests"] for one in run] for run in runs[1:]] == [[1, 0, 0], [1, 1, 1]]
    assert (names(last[0]["pulled"]["created"]), names(last[2]["pushed"]["created"])) == (["second"], ["Landing page"])
    assert kari.summaries() == ["Landing page", "first", "second"]


def test_an_account_that_is_down_does_not_stop_the_other(at_radicale: Place, tmp_path: Path) -> None:
    at_radicale.put("one.ics", vtodo("one", "first"))
    kari = Person(folder=tmp_path)
    kari.configure(
        account("down", f"http://127.0.0.1:{free_port()}/"),
        account("main", at_radicale.server.url),
        calendar("broken", "/kari/tasks/", account="down"),
        calendar("work", at_radicale.path),
    )
    reports = {report["name"]: report for report in kari.run("sync", "--json", code=5).json["calendars"]}

    assert reports["work"]["ok"]
    assert reports["broken"]["error"]["code"] == "unreachable"
    assert kari.summaries() == ["first"]
