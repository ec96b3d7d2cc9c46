"""docs/troubleshooting.md, held against the program: each fault of SYNC §3 is made to happen, and what is said is in the guide.

And the reverse: no row of the guide tells of a text that none of these runs produced.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import ONE_CALENDAR
from tests.cli.tls import expired, self_signed, tls_server
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.http_front import serve
from tests.servers.quirks import (
    BROKEN,
    HTML_PAGE,
    OVER_QUOTA,
    REDIRECT_TO_LOGIN,
    UID_TAKEN,
    UID_TAKEN_BY,
    Answers,
    CutBefore,
    CutBody,
    CutXml,
    Gzip,
    Interloper,
    RowFails,
    StoredBut,
)

from deadlines.cli.entry import run
from deadlines.errors import Unreachable
from deadlines.remote.http import Client
from deadlines.remote.wire import Limits
from deadlines.store.lock import SyncLock
from deadlines.store.sqlite import SqliteStore

GUIDE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
PATH = "/kari/tasks/"
BOMB = b'<?xml version="1.0"?><multistatus xmlns="DAV:">' + b" " * 51_000_000
MAINTENANCE = Reply(status=503, headers={"Retry-After": "3600"})


def vtodo(uid: str, summary: str, *lines: str, stamp: str = "20261101T000000Z") -> str:
    body = [f"UID:{uid}", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SUMMARY:{summary}", *lines]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//P//EN", "BEGIN:VTODO", *body, "END:VTODO", "END:VCALENDAR", ""]
    )


@dataclass
class World:
    """Somebody with three tasks in step with a server."""

    home: Path
    dav: FakeDav
    url: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def configure(self, url: str = "", where: str = f'path = "{PATH}"') -> None:
        """Write the configuration."""
        (self.home / "config.toml").write_text(ONE_CALENDAR.format(url=url or self.url, where=where), encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """A command within this process; its exit code and all that it said."""
        self.capsys.readouterr()
        code = run(list(arguments))
        said = self.capsys.readouterr()
        return f"exit code {int(code)}\n{said.out}{said.err}"

    def sync(self, *behaviours: Behaviour) -> str:
        """One sync with a server that behaves so."""
        self.dav.behaviours[:] = behaviours
        return self.run("sync")

    def put(self, uid: str, summary: str, *lines: str, name: str = "") -> None:
        """As another program, later than anything here."""
        self.dav.put(f"{PATH}{name or uid}.ics", vtodo(uid, summary, *lines, stamp="20261201T000000Z"))

    def put_later(self, uid: str, summary: str, method: str = "PUT") -> Behaviour:
        """Somebody is faster, just before our next request."""
        return Interloper(method, lambda _: self.put(uid, summary))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    dav = FakeDav(password="secret")
    variables = {
        "HOME": str(tmp_path), "DEADLINES_CONFIG": str(tmp_path / "config.toml"), "DEADLINES_DATA": str(tmp_path / "data"),
        "DEADLINES_NOW": "2026-11-23T12:00:00Z", "DAV_PASSWORD": "secret", "TZ": "UTC",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("deadlines.remote.http._backoff", lambda _: 0.0)
    monkeypatch.setattr("deadlines.wiring.workshop.SYNC_PATIENCE", 0.0)
    with serve(dav) as url:
        world = World(tmp_path, dav, url, monkeypatch, capsys)
        world.configure()
        for number in range(3):
            dav.put(f"{PATH}t{number}.ics", vtodo(f"t{number}", f"Task {number}", "DUE:20261127T160000Z", "CATEGORIES:acme"))
        world.run("sync")
        yield world


# --- what goes wrong, and what is said


def emptied(world: World) -> str:
    for number in range(3):
        world.dav.remove(f"{PATH}t{number}.ics")
    return world.sync()


def filled(world: World, number: int) -> list[str]:
    uids = [f"m{n}" for n in range(number)]
    for uid in uids:
        world.put(uid, uid)
    world.run("sync")
    return uids


def many_gone_there(world: World) -> str:
    for uid in filled(world, 97)[:30]:
        world.dav.remove(f"{PATH}{uid}.ics")
    return world.sync()


def restored_there(world: World) -> str:
    filled(world, 12)
    backup = world.dav.texts()
    for uid in ("n1", "n2", "n3", "n4", "n5"):
        world.put(uid, uid)
    world.run("sync")
    world.dav.calendars[PATH] = world.dav.new_calendar()
    for name, text in backup.items():
        world.dav.put(PATH + name, text)
    return world.sync()


def many_gone_here(world: World) -> str:
    world.run("remove", *filled(world, 12), "--yes")
    return world.sync()


def calendar_gone(world: World) -> str:
    del world.dav.calendars[PATH]
    return world.sync()


def wrong_path(world: World) -> str:
    world.configure(where='path = "/kari/task/"')
    return world.sync()


def wrong_display_name(world: World) -> str:
    world.configure(where='display_name = "Work"')
    return world.sync()


def edited(world: World, *behaviours: Behaviour) -> str:
    world.run("edit", "1", "--summary", "Task 0, edited")
    return world.sync(*behaviours)


def not_confirmed(world: World) -> str:
    return edited(world, Answers(Reply(status=200, headers={"Content-Type": "text/calendar"}), "PUT"))


def wrong_password(world: World) -> str:
    world.monkeypatch.setenv("DAV_PASSWORD", "wrong")
    return world.sync()


def no_password(world: World) -> str:
    world.monkeypatch.delenv("DAV_PASSWORD")
    return world.sync()


def plain_http(world: World) -> str:
    world.configure(url="http://dav.example.org/")
    return world.sync()


def no_network(world: World) -> str:
    world.configure(url="http://127.0.0.1:9/")
    return world.sync()


def certificate(world: World, make: Callable[[Path], Path], *, trusted: bool) -> str:
    made = make(world.home)
    if trusted:
        world.monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with tls_server(made) as url:
        world.configure(url=url)
        return world.sync()


def silent(_world: World) -> str:
    """As `Limits` are half a minute and two, only the words are tried here."""

    class Silent(Behaviour):
        def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
            return Reply(status=reply.status, headers=reply.headers, body=b"x" * 100, drip=0.2)

    with serve(FakeDav(Silent())) as url, pytest.raises(Unreachable) as error:
        Client(url, limits=Limits(read=0.05), pause=lambda _: None).read("GET", "/kari/tasks/x").body()
    return str(error.value)


def bomb(world: World) -> str:
    return world.sync(Answers(Reply(status=207, headers={"Content-Type": "application/xml"}, body=BOMB)), Gzip())


def damaged(world: World) -> str:
    return world.sync(Answers(Reply(status=207, headers={"Content-Encoding": "gzip"}, body=b"no gzip at all")))


def two_syncs(world: World) -> str:
    with SyncLock(world.home / "data").acquire(now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
        return world.sync()


def read_only(world: World) -> str:
    world.configure(where=f'path = "{PATH}"\nmode = "read-only"')
    return edited(world)


def refused_deletion(world: World) -> str:
    world.run("remove", "1", "--yes")
    return world.sync(Answers(Reply(status=403), "DELETE"))


def changed_while_deleted(world: World) -> str:
    world.run("remove", "1", "--yes")
    return world.sync(world.put_later("t0", "Theirs", "DELETE"))


def unreadable(world: World) -> str:
    world.dav.put(f"{PATH}x.ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n")
    return world.sync()


def twins(world: World) -> str:
    world.put("t0", "Twin", name="twin")
    return world.sync()


def uid_changed(world: World) -> str:
    world.put("t11", "Another", name="t1")
    return world.sync()


def uid_elsewhere(world: World) -> str:
    """Its place there is that of another task here."""
    world.run("add", "New")
    uid = re.findall(r"^UID:(\S+)", world.run("show", "4", "--ical"), re.MULTILINE)[0]
    return world.sync(Interloper("PUT", lambda _: world.put(uid, "Theirs", name="t1")))


def uid_in_another_calendar(world: World) -> str:
    world.run("add", "New")
    reply = Reply(status=403, headers=UID_TAKEN.headers, body=UID_TAKEN_BY.body % b"/kari/other/x.ics")
    return world.sync(Answers(reply, "PUT"))


def row_fails(world: World) -> str:
    world.put("t1", "Edited there")
    return world.sync(RowFails("t1.ics"))


def faster_every_time(world: World) -> str:
    return edited(world, Racing(world))


class Racing(Behaviour):
    """Somebody is faster each time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._times = 0

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if request.method == "PUT":
            self._times += 1
            self._world.put("t0", "Task 0", f"PRIORITY:{self._times}", "DUE:20261127T160000Z", "CATEGORIES:acme")
        return request


def merged(world: World) -> str:
    world.put("t0", "Task 0", "PRIORITY:1", "DUE:20261127T160000Z", "CATEGORIES:acme")
    return edited(world)


def merged_with_a_loss(world: World) -> str:
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:!", "TRIGGER:-PT1H", "END:VALARM")
    world.put("t0", "Task 0", "CATEGORIES:acme", *alarm)
    world.run("sync")
    world.put("t0", "Task 0", "PRIORITY:1", "CATEGORIES:acme")
    return edited(world)


def edit_beats_removal_there(world: World) -> str:
    world.dav.remove(f"{PATH}t0.ics")
    return edited(world)


def edit_beats_removal_here(world: World) -> str:
    world.put("t0", "Theirs")
    world.run("remove", "1", "--yes")
    return world.sync()


def conflict(world: World) -> str:
    world.dav.put(f"{PATH}t0.ics", vtodo("t0", "Theirs", "DUE:20261127T160000Z", "CATEGORIES:acme", stamp="20261102T000000Z"))
    return edited(world)


def unanswered_conflict(world: World) -> str:
    world.configure(where=f'path = "{PATH}"\nconflict = "ask"')
    return conflict(world)


def moved(world: World) -> str:
    world.put("t0", "Task 0", "DUE:20261130T180000Z", "CATEGORIES:acme")
    return world.sync()


def stored_differently(world: World) -> str:
    world.run("add", "New, with a note", "--note", "x")
    return world.sync(Labels())


class Labels(Behaviour):
    """A server that adds what it likes."""

    def stored(self, _dav: FakeDav, body: bytes) -> bytes:
        return body if b"X-LABEL" in body else body.replace(b"END:VTODO", b"X-LABEL:1\r\nEND:VTODO")


def locked(world: World) -> str:
    usual = SqliteStore.__init__.__kwdefaults__ or {}
    world.monkeypatch.setattr(SqliteStore.__init__, "__kwdefaults__", usual | {"busy_seconds": 0.05})
    with closing(sqlite3.connect(world.home / "data" / "deadlines.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        return world.sync()


def broken_database(world: World) -> str:
    for path in (world.home / "data").glob("deadlines.sqlite3*"):
        path.write_bytes(b"no database, and long enough to be seen as none" * 50)
    return world.sync()


def newer_database(world: World) -> str:
    with closing(sqlite3.connect(world.home / "data" / "deadlines.sqlite3")) as other:
        other.execute("PRAGMA user_version = 9999")
    return world.sync()


def fault(*behaviours: Behaviour) -> Callable[[World], str]:
    return lambda world: world.sync(*behaviours)


def refused(reply: Reply) -> Callable[[World], str]:
    return lambda world: edited(world, Answers(reply, "PUT"))


SAID: dict[str, tuple[Callable[[World], str], int, tuple[str, ...]]] = {
    "emptied": (emptied, 6, ("all 3 items are gone from the server; nothing was deleted",)),
    "many gone there": (many_gone_there, 6, ("30 of 100 items would be deleted here; nothing was deleted",)),
    "restored there": (restored_there, 6, ("the newest 5 of 20 items are gone from the server; nothing was deleted",)),
    "many gone here": (many_gone_here, 6, ("12 of 15 items would be deleted on the server; nothing was deleted",)),
    "calendar gone": (calendar_gone, 6, ("is gone from the server; nothing was deleted",)),
    "wrong path": (wrong_path, 4, ("/kari/task/: there is no such collection",)),
    "wrong display name": (wrong_display_name, 4, ("account main has no calendar Work, but ",)),
    "web page": (fault(Answers(HTML_PAGE)), 4, ("a web page instead of a CalDAV answer",)),
    "login page": (fault(Answers(REDIRECT_TO_LOGIN)), 4, ("the server redirects to https://login.example",)),
    "no CalDAV": (fault(Answers(Reply(status=405))), 4, ("status 405 instead of a CalDAV answer",)),
    "cut XML": (fault(CutXml()), 4, ("the answer is not the XML of CalDAV: ",)),
    "not confirmed": (not_confirmed, 4, ("this answer does not confirm the write (200)",)),
    "gzip bomb": (bomb, 4, ("the answer is larger than 50000000 bytes",)),
    "damaged": (damaged, 4, ("the compressed answer is damaged",)),
    "wrong password": (wrong_password, 4, ("the server does not take the user name and password",)),
    "no password": (
        no_password,
        4,
        ("no password for account main: the environment variable DAV_PASSWORD is not set; cron does not read your shell's",),
    ),
    "not mine": (fault(Answers(Reply(status=403))), 4, ("this user may not read here",)),
    "plain http": (plain_http, 4, ("plain http shows the password to everybody on the way; use https, or insecure = true",)),
    "no network": (no_network, 75, ("connection refused",)),
    "self-signed": (
        lambda world: certificate(world, self_signed, trusted=False),
        4,
        ("the server's certificate is self-signed: ",),
    ),
    "expired": (lambda world: certificate(world, expired, trusted=True), 4, ("the server's certificate has expired",)),
    "busy": (
        fault(Answers(Reply(status=503, headers={"Retry-After": "3600"}))),
        75,
        ("the server asks to try again in 60 min (503)",),
    ),
    "failing": (fault(Answers(BROKEN)), 75, ("the server failed (500)",)),
    "cut short": (fault(CutBody()), 75, ("the answer was cut short",)),
    "hung up": (fault(CutBefore()), 75, ("the server cut the connection",)),
    "silent": (silent, 0, ("no answer in time",)),
    "two syncs": (two_syncs, 75, ("another sync is running",)),
    "read-only by choice": (read_only, 5, ("changed here, but the calendar is read-only; ",)),
    "read-only there": (refused(Reply(status=403)), 5, ("the server refuses it: writing is not allowed here; ",)),
    "too large": (refused(Reply(status=413)), 5, ("the server refuses it: it is too large (413)",)),
    "full there": (refused(Reply(status=507)), 5, ("the space there is used up",)),
    "over quota": (refused(OVER_QUOTA), 5, ("the server refuses it: the server refuses this item (quota-not-exceeded)",)),
    "500 to one": (refused(BROKEN), 5, ("the server refuses it: the server refuses this item (500)",)),
    "412 to one": (refused(Reply(status=412)), 5, ("the server refuses it (412), though nothing changed there: ",)),
    "refused deletion": (refused_deletion, 5, ("the server refuses to delete it: ",)),
    "changed while deleted": (changed_while_deleted, 5, ("removed here, but it changed on the server meanwhile; ",)),
    "unreadable": (unreadable, 5, ("x.ics: cannot be read: ", "; it is left as it is")),
    "twins": (twins, 5, ("has the UID t0, as /kari/tasks/t0.ics has; it is left as it is",)),
    "UID changed": (uid_changed, 5, ("its UID changed from t1 to t11; it is left as it is",)),
    "UID elsewhere": (uid_elsewhere, 5, ("the server has its UID already, at ",)),
    "UID in another calendar": (uid_in_another_calendar, 5, ("another calendar of this account has its UID already, at ",)),
    "one row fails": (row_fails, 5, ("the server would not say what became of it; ",)),
    "faster every time": (faster_every_time, 5, ("changed on the server again and again; ",)),
    "500 but stored": (lambda world: edited(world, StoredBut(BROKEN)), 0, ("work: sent 1 change",)),
    "merged": (merged, 0, ("merged: ", "sent 1 change")),
    "merged with a loss": (merged_with_a_loss, 0, ("(they removed ",)),
    "edit beats removal there": (edit_beats_removal_there, 0, ("(removed there but edited here, so it is written again)",)),
    "edit beats removal here": (edit_beats_removal_here, 0, ("(removed here but edited there, so it came back)",)),
    "conflict": (conflict, 1, (": SUMMARY: mine kept (changed last, 2026-11-23 12:00 UTC by the clock of who changed it)",)),
    "unanswered conflict": (unanswered_conflict, 1, (": SUMMARY: waits for your answer: run deadlines sync on a terminal",)),
    "moved": (moved, 0, ("moved in the calendar: ",)),
    "stored differently": (stored_differently, 0, ("(the server stored it differently)",)),
    "locked": (locked, 75, ("another process is writing to the database",)),
    "broken database": (broken_database, 4, ("it is not a database",)),
    "newer database": (newer_database, 4, ("is newer than this program",)),
}
"""What happens; the exit code; what is said of it, word for word, here and in the guide."""
SEEN_ELSEWHERE = ("the disk is full",)
"""By tests/cli/test_bad_input.py, in a file system of its own."""


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_is_in_the_guide(name: str, world: World) -> None:
    happens, code, fragments = SAID[name]

    said = happens(world)

    assert f"exit code {code}" in said or not code
    for fragment in fragments:
        assert fragment in said
        assert fragment in GUIDE


def test_of_syncs_the_guide_tells_nothing_else() -> None:
    others = ("Mail", "Feeds")
    sync = [part for part in GUIDE.split("\n## ") if not part.startswith(others)]
    rows = [line for part in sync for line in part.splitlines() if line.startswith("| `")]
    fragments = [fragment for _, _, several in SAID.values() for fragment in several] + [*SEEN_ELSEWHERE]

    assert len(rows) > 40
    assert [row for row in rows if not any(fragment in row.split(" | ")[0] for fragment in fragments)] == []
