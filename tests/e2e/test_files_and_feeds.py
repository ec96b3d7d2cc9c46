"""Folders of `.ics` files and subscriptions, through the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.e2e.person import Person, account, calendar, vtodo
from tests.remote.web import Site, Web
from tests.servers.fake import Reply
from tests.servers.http_front import serve

FEED = vtodo("standup", "Stand-up notes").replace("VERSION:2.0\n", "VERSION:2.0\nNAME:Team\n")


@pytest.fixture
def kari(tmp_path: Path) -> Person:
    return Person(folder=tmp_path / "kari")


def test_a_folder_is_found_and_synced_both_ways(kari: Person) -> None:
    tasks = kari.folder / "calendars" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "displayname").write_text("Errands\n")
    (tasks / "milk.ics").write_text(vtodo("milk", "Buy milk"))
    kari.configure()
    kari.run("account", "add", "files", "~/calendars")
    (found,) = kari.run("account", "discover", "files", "--json").json["calendars"]
    assert (found["display_name"], found["path"], found["writable"]) == ("Errands", "tasks", True)
    kari.configure(account("files", "~/calendars", ""), calendar("errands", "tasks", account="files"))
    kari.run("add", "Landing page", "--client", "acme", "--due", "2026-11-27 17:00")

    assert [item["uid"] for item in kari.sync()["pulled"]["created"]] == ["milk"]
    assert len(list(tasks.glob("*.ics"))) == 2
    (tasks / "milk.ics.new.tmp").write_text(vtodo("milk", "Buy oat milk"))
    (tasks / "milk.ics.new.tmp").replace(tasks / "milk.ics")
    assert [item["summary"] for item in kari.sync()["pulled"]["updated"]] == ["Buy oat milk"]
    kari.run("done", "milk")
    assert [item["uid"] for item in kari.sync()["pushed"]["updated"]] == ["milk"]
    assert "STATUS:COMPLETED" in (tasks / "milk.ics").read_text()


def test_a_folder_is_known_by_its_display_name(kari: Person) -> None:
    tasks = kari.folder / "calendars" / "x"
    tasks.mkdir(parents=True)
    (tasks / "displayname").write_text("Errands")
    (tasks / "milk.ics").write_text(vtodo("milk", "Buy milk"))
    kari.configure(account("files", "~/calendars", ""), calendar("errands", "", account="files", display_name="Errands"))

    assert [item["uid"] for item in kari.sync()["pulled"]["created"]] == ["milk"]


def test_a_feed_is_subscribed_to_and_never_written(kari: Person) -> None:
    def page(asked: Mapping[str, str]) -> Reply:
        if asked.get("if-none-match") == '"1"':
            return Reply(status=304)
        return Reply(status=200, headers={"Content-Type": "text/calendar", "ETag": '"1"'}, body=FEED.encode())

    web = Web({"x/team.ics?token=s3cret": page})
    with serve(Site(web, "x")) as url:
        feed = f"{url}team.ics?token=s3cret"
        kari.configure(account("team", feed, "") + "insecure = true\n", calendar("team", "", account="team"))
        (found,) = kari.run("account", "discover", "team", "--json").json["calendars"]
        assert (found["display_name"], found["path"], found["writable"]) == ("Team", "", False)
        assert [item["uid"] for item in kari.sync()["pulled"]["created"]] == ["standup"]
        report = kari.sync()
        assert (report["requests"], report["pulled"]["updated"]) == (1, [])
        kari.run("edit", "standup", "--summary", "Mine")
        report = kari.sync(code=5)
        assert "read-only" in report["skipped"][0]["detail"]
        assert "s3cret" not in (kari.folder / "data" / "deadlines.sqlite3").read_bytes().decode("latin-1")


def test_a_feed_inside_the_network_has_to_be_meant(kari: Person) -> None:
    web = Web({"x/team.ics": Reply(status=200, body=FEED.encode())})
    with serve(Site(web, "x")) as url:
        kari.configure(account("team", f"{url}team.ics", ""), calendar("team", "", account="team"))
        report = kari.sync(code=4)

    assert "not on the public internet: set insecure = true" in report["error"]["message"]
    assert web.asked == []


def test_a_file_is_subscribed_to(kari: Person) -> None:
    kari.configure(account("team", "~/team.ics", ""), calendar("team", "", account="team"))
    (kari.folder / "team.ics").write_text(FEED)

    assert [item["uid"] for item in kari.sync()["pulled"]["created"]] == ["standup"]
    assert kari.sync()["pulled"]["created"] == []
