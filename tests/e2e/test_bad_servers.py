"""What goes wrong with servers: nothing is deleted here, and the message says what to do (docs/troubleshooting.md)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.person import Person, Place, account, calendar, vtodo
from tests.servers import radicale as radicale_server
from tests.servers.fake import FakeDav, Reply
from tests.servers.http_front import serve
from tests.servers.process import free_port
from tests.servers.quirks import Answers, CutBody, CutXml

TASKS = ["t0", "t1", "t2"]
HTML = Reply(status=200, headers={"Content-Type": "text/html"}, body=b"<html>Welcome</html>")
LOGIN = Reply(status=302, headers={"Location": "https://login.example.org/"})
BUSY = Reply(status=503, headers={"Retry-After": "3600"})


@contextmanager
def synced(folder: Path) -> Iterator[tuple[Person, FakeDav]]:
    """Somebody with three tasks in step with a server that will go wrong."""
    dav = FakeDav(password="secret")
    for name in TASKS:
        dav.put(f"/kari/tasks/{name}.ics", vtodo(name, name).replace("\n", "\r\n"))
    with serve(dav) as url:
        kari = Person(folder=folder)
        kari.configure(account("main", url), calendar("work", "/kari/tasks/"))
        kari.sync()
        yield kari, dav


@pytest.fixture
def filled(place: Place, kari: Person) -> Place:
    """A real server's calendar with three tasks, in step with Kari's."""
    for name in TASKS:
        place.put(f"{name}.ics", vtodo(name, name))
    kari.sync()
    return place


def test_an_emptied_calendar_stops_before_anything_is_deleted(filled: Place, kari: Person) -> None:
    for name in TASKS:
        filled.delete(f"{name}.ics")
    stopped = kari.run("sync", code=6)
    here = kari.summaries()
    report = kari.sync("--allow-deletes", "3")

    assert "all 3 items are gone from the server; nothing was deleted" in stopped.out
    assert "deadlines sync --calendar work --allow-deletes 3" in stopped.out
    assert here == TASKS
    assert sorted(item["summary"] for item in report["pulled"]["deleted"]) == TASKS
    assert kari.summaries() == []


@contextmanager
def on_radicale(tmp_path: Path) -> Iterator[tuple[Person, Place]]:
    """Somebody who synced the tasks of a Radicale, whose disk can be reached."""
    with radicale_server.radicale(tmp_path) as server:
        place = Place(server=server, path=server.new_calendar())
        kari = place.user(tmp_path / "me")
        for name in TASKS:
            place.put(f"{name}.ics", vtodo(name, name))
        kari.sync()
        yield kari, place


def test_a_calendar_wiped_on_the_servers_disk_stops_too(tmp_path: Path) -> None:
    """As a restored backup or a lost volume would leave it: the folder is there, and knows nothing."""
    with on_radicale(tmp_path) as (kari, place):
        folder = tmp_path / "collections" / "collection-root" / place.path.strip("/")
        for item in folder.iterdir():
            if item.suffix == ".ics":
                item.unlink()
        shutil.rmtree(folder / ".Radicale.cache", ignore_errors=True)
        kari.run("sync", code=6)

        assert kari.summaries() == TASKS


def test_what_came_since_the_backup_of_a_server_stays(tmp_path: Path) -> None:
    with on_radicale(tmp_path) as (kari, place):
        folder, backup = tmp_path / "collections", tmp_path / "backup"
        shutil.copytree(folder, backup)
        kari.run("add", "Since then")
        place.put("phone.ics", vtodo("phone", "From the phone"))
        kari.sync()
        shutil.rmtree(folder)
        backup.rename(folder)
        stopped = kari.run("sync", code=6)

        assert "the newest 2 of 5 items are gone from the server; nothing was deleted" in stopped.out
        assert kari.summaries() == sorted(["From the phone", "Since then", *TASKS])


def test_a_deleted_calendar_stops_and_nothing_that_is_allowed_deletes_what_is_here(filled: Place, kari: Person) -> None:
    filled.delete("")
    stopped = kari.run("sync", code=6)
    kari.run("sync", "--allow-deletes", "3", code=6)

    assert "is gone from the server; nothing was deleted" in stopped.out
    assert "deadlines account discover" in stopped.out
    assert "--allow-deletes" not in stopped.out
    assert kari.summaries() == TASKS


def test_a_wrong_path_is_named_and_corrected_without_a_trace(filled: Place, kari: Person) -> None:
    stored = filled.etags()
    right = (kari.folder / "config.toml").read_text()
    (kari.folder / "config.toml").write_text(right.replace(filled.path, "/kari/nowhere/"))
    wrong = kari.run("sync", code=4)
    (kari.folder / "config.toml").write_text(right)
    kari.sync()

    assert "/kari/nowhere/: there is no such collection" in wrong.out
    assert "deadlines account discover" in wrong.out
    assert (kari.summaries(), filled.etags()) == (TASKS, stored)


NONSENSE = [
    (Answers(HTML), 4, "a web page instead of a CalDAV answer", "check the account's url"),
    (Answers(LOGIN), 4, "redirects to https://login.example.org/", "check the account's url"),
    (Answers(Reply(status=405)), 4, "status 405 instead of a CalDAV answer", "check the account's url"),
    (Answers(Reply(status=403)), 4, "this user may not read here", "deadlines doctor"),
    (Answers(BUSY), 75, "try again in 60 min (503)", "nothing is lost"),
    (CutXml(), 4, "not the XML of CalDAV", "check the account's url"),
    (CutBody(), 75, "cut short", "check the network"),
]


def test_a_server_that_talks_nonsense_deletes_nothing(tmp_path: Path) -> None:
    """One server goes through all of it, and is in step again as soon as it makes sense."""
    with synced(tmp_path) as (kari, dav):
        for behaviour, code, said, hint in NONSENSE:
            dav.behaviours[:] = [behaviour]
            answer = kari.run("sync", code=code)
            assert said in answer.out
            assert hint in answer.out
        dav.behaviours.clear()
        assert kari.summaries() == TASKS
        assert kari.run("sync").out.startswith("work: in step")


def test_a_wrong_password_is_tried_once_and_named(at_radicale: Place, tmp_path: Path) -> None:
    kari = Person(folder=tmp_path, extra={"E2E_PASSWORD": "wrong"})
    kari.configure(account("main", at_radicale.server.url), calendar("work", at_radicale.path))
    answer = kari.run("sync", code=4)

    assert "does not take the user name and password" in answer.out
    assert "deadlines doctor" in answer.out


def test_a_missing_password_says_where_it_was_looked_for(at_radicale: Place, tmp_path: Path) -> None:
    kari = Person(folder=tmp_path)
    kari.configure(account("main", at_radicale.server.url).replace("E2E_PASSWORD", "E2E_NOT_SET"), calendar("work", "/x/"))

    assert "no password for account main: the environment variable E2E_NOT_SET" in kari.run("sync", code=4).out


def test_a_refused_connection_is_tried_later(tmp_path: Path) -> None:
    kari = Person(folder=tmp_path)
    kari.configure(account("main", f"http://127.0.0.1:{free_port()}/"), calendar("work", "/kari/tasks/"))
    kari.run("add", "Landing page")
    answer = kari.run("sync", code=75)

    assert "connection refused" in answer.out
    assert "check the network" in answer.out
    assert kari.summaries() == ["Landing page"]


def test_a_calendar_that_the_server_does_not_let_us_write_keeps_our_edit(tmp_path: Path) -> None:
    with synced(tmp_path) as (kari, dav):
        dav.behaviours += [Answers(Reply(status=403), "PUT"), Answers(Reply(status=403), "DELETE")]
        kari.run("edit", "t0", "--summary", "t0 again")
        kari.run("remove", "t1", "--yes")
        answer = kari.run("sync", code=5)
        stored = dav.texts()

    assert (
        't0 again: the server refuses it: writing is not allowed here; undo the change, or set mode = "read-only"' in answer.out
    )
    assert "refuses to delete it" in answer.out
    assert kari.summaries() == ["t0 again", "t2"]
    assert len(stored) == 3


def test_a_calendar_configured_read_only_is_never_written(tmp_path: Path) -> None:
    with synced(tmp_path) as (kari, dav):
        kari.configure(account("main", dav.url), calendar("work", "/kari/tasks/", mode="read-only"))
        kari.run("edit", "t0", "--summary", "t0 again")
        dav.requests.clear()
        answer = kari.run("sync", code=5)
        again = kari.run("sync")
        kari.run("edit", "t0", "--summary", "t0 once more")
        third = kari.run("sync", code=5)

    assert "changed here, but the calendar is read-only; undo the change" in answer.out
    assert "read-only" not in again.out
    assert "t0 once more: changed here, but the calendar is read-only" in third.out
    assert {request.method for request in dav.requests} <= {"PROPFIND", "REPORT"}


def test_what_cannot_be_read_is_named_kept_and_stops_nothing_else(tmp_path: Path) -> None:
    with synced(tmp_path) as (kari, dav):
        dav.put("/kari/tasks/broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n")
        dav.put("/kari/tasks/twin.ics", vtodo("t0", "Twin").replace("\n", "\r\n"))
        dav.put("/kari/tasks/t3.ics", vtodo("t3", "t3").replace("\n", "\r\n"))
        stored = dav.texts()
        answer = kari.run("sync", code=5)
        doctor = kari.run("doctor", code=1).out

        assert dav.texts() == stored
    assert "broken.ics: cannot be read" in answer.out
    assert "twin.ics: has the UID t0, as /kari/tasks/t0.ics has; it is left as it is" in answer.out
    assert "S503 work /kari/tasks/broken.ics" in doctor
    assert kari.summaries() == [*TASKS, "t3"]


def test_removing_suspiciously_much_here_is_asked_about(tmp_path: Path) -> None:
    with synced(tmp_path) as (kari, dav):
        for number in range(12):
            dav.put(f"/kari/tasks/m{number}.ics", vtodo(f"m{number}", f"m{number}").replace("\n", "\r\n"))
        kari.sync()
        kari.run("remove", *(f"m{number}" for number in range(12)), "--yes")
        answer = kari.run("sync", code=6)
        before = len(dav.texts())
        kari.sync("--allow-deletes", "12")

        assert "12 of 15 items would be deleted on the server" in answer.out
        assert (before, sorted(dav.texts())) == (15, ["t0.ics", "t1.ics", "t2.ics"])


def test_the_guide_explains_what_these_servers_make_us_say() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")

    assert [said for _, _, said, _ in NONSENSE if said not in guide] == []
