"""Sync of 10,000 tasks, against vdirsyncer and against the bare requests, each on a real server with the same items.

The bare requests of a first download are those without which nobody could go on from it: one for the token, one for the data.
"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

from tests.servers.fake import FakeDav
from tests.servers.far import far
from tests.servers.http_front import serve
from tests.servers.process import RealServer
from tests.servers.radicale import radicale
from tests.servers.xandikos import xandikos

from bench import corpus
from bench.measure import Cost, in_turns, of_call, of_command
from bench.place import Place
from bench.table import Fact, Row

PUSHED = 500
LATENCY = 0.05
"""Seconds that the longer line adds to every answer."""
CALENDARS = 8
RUNS = 3
DOWNLOADS = 3
_SERVERS = {"radicale": radicale, "xandikos": xandikos}
_PATIENCE = 300
_XML = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_QUERY = (
    f"<C:calendar-query {_XML}><D:prop><D:getetag/><C:calendar-data/></D:prop>"
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
)
_TOKEN = f"<D:propfind {_XML}><D:prop><D:sync-token/></D:prop></D:propfind>"
_CONFIG = """\
[accounts.{account}]
url = "{url}"
{login}
"""
_CALENDAR = """\
[calendars.{name}]
account = "{account}"
path = "{path}"
"""
_VDIRSYNCER = """\
[general]
status_path = "{folder}/status"
[pair bench]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/vdir"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
{login}
item_types = ["VTODO"]
"""


def measure(folder: Path, name: str, vdirsyncer: Path, items: int) -> Iterator[Row | Fact]:
    with _SERVERS[name](folder) as server:
        bare = Bare(server)
        full = server.new_calendar()
        _fill(folder, server, full, items)
        bare.request("REPORT", full, _QUERY.encode(), Depth="1")  # the server looks at everything once
        peer = Peer(folder / "vdirsyncer", vdirsyncer, server, full) if vdirsyncer.exists() else None
        if peer is None:
            yield Fact(part=name, what="against vdirsyncer", found="not installed: `make bench` does that")
        yield from _downloads(name, folder, bare, full, peer, items=items)
        yield from _pushes(name, folder, server)
        yield from _several(name, folder / "several", server)


def _downloads(name: str, folder: Path, bare: Bare, path: str, peer: Peer | None, *, items: int) -> Iterator[Row | Fact]:
    numbers = count()

    def ours() -> Cost:
        return _place(folder / f"first{next(numbers)}", bare.server, path).run("sync")

    def requests() -> Cost:
        return of_call(lambda: _commit(folder / f"bare{next(numbers)}", bare.download(path), items))

    def theirs() -> Cost:
        assert peer is not None
        return peer.first()

    ours()
    one, least, *rest = in_turns(DOWNLOADS, ours, requests, *([theirs] if peer else []))
    place = _place(folder / "first0", bare.server, path)
    what = f"first download of {items:,}"
    for other in rest:
        yield Row(part=name, what=f"{what}, wall", ours=one.wall, reference=other.wall, against="vdirsyncer", budget=1 / 4)
        yield Row(part=name, what=f"{what}, client CPU", ours=one.cpu, reference=other.cpu, against="vdirsyncer")
    yield Row(part=name, what=f"{what}, wall", ours=one.wall, reference=least.wall, against="bare requests + commit", budget=1.5)

    one, *rest = in_turns(RUNS, lambda: place.run("sync"), *([peer.run] if peer else []))
    for other in rest:
        yield Row(
            part=name, what="nothing changed, client CPU", ours=one.cpu, reference=other.cpu, against="vdirsyncer", budget=1 / 4
        )
        yield Row(part=name, what="nothing changed, wall", ours=one.wall, reference=other.wall, against="vdirsyncer")
    empty = _place(folder / "empty", bare.server, bare.server.new_calendar())
    empty.run("sync")
    small = in_turns(RUNS, lambda: empty.run("sync"))[0]
    yield Row(
        part=name, what=f"nothing changed, {items:,} items, CPU", ours=one.cpu, reference=small.cpu, against="0 items", budget=1.1
    )
    requests_sent = _requests(place)
    verdict = "ok" if requests_sent == 1 else "missed"
    yield Fact(part=name, what="nothing changed, requests", found=str(requests_sent), target="1", verdict=verdict)

    if peer:
        changes = count(1)

        def one_each(edit: Changer) -> Cost:
            return edit.changed(next(changes), bare, path)

        one, other = in_turns(RUNS, lambda: one_each(Ours(place)), lambda: one_each(peer))
        yield Row(
            part=name,
            what="one change each side, client CPU",
            ours=one.cpu,
            reference=other.cpu,
            against="vdirsyncer",
            budget=1 / 4,
        )
        yield Row(part=name, what="one change each side, wall", ours=one.wall, reference=other.wall, against="vdirsyncer")


def _pushes(name: str, folder: Path, server: RealServer) -> Iterator[Row]:
    ours, least = _pushed(folder / "push", server), _put_one_by_one(server)
    yield Row(part=name, what=f"pushing {PUSHED}, wall", ours=ours.wall, reference=least.wall, against="bare PUTs", budget=1.1)


def measure_line(folder: Path) -> Iterator[Row | Fact]:
    """Over a line so long that every answer comes a twentieth of a second later, to a server that answers at once.

    Radicale and Xandikos store one resource after the other, and take longer for each than the line.
    """
    with serve(FakeDav()) as url, far(int(url.rstrip("/").rpartition(":")[2]), seconds=LATENCY) as port:
        server = RealServer(name="fake", url=f"http://127.0.0.1:{port}/", home="/kari/")
        ours, least = _pushed(folder / "far", server), _put_one_by_one(server)
        several = list(_several("line", folder / "several", server))
    what = f"pushing {PUSHED}, {LATENCY * 1000:.0f} ms away, wall"
    yield Row(part="line", what=what, ours=ours.wall, reference=least.wall, against="one by one", budget=1 / 5)
    yield from several


def _several(part: str, folder: Path, server: RealServer) -> Iterator[Row | Fact]:
    """Nothing changed in several calendars of one account; and in as many of which each has an account, so that each is asked."""
    paths = [server.new_calendar() for _ in range(CALENDARS)]
    together = _place(folder / "together", server, *paths)
    apart = Place(folder / "apart", "".join(_config(server, path, str(number)) for number, path in enumerate(paths)))
    for place in (together, together, together, apart):  # the first download, and each way once
        place.run("sync")
    ours, other = in_turns(RUNS, lambda: together.run("sync"), lambda: apart.run("sync"))
    what = f"nothing changed in {CALENDARS} calendars, wall"
    yield Row(part=part, what=what, ours=ours.wall, reference=other.wall, against="one by one")
    yield Fact(part=part, what=f"nothing changed in {CALENDARS} calendars, requests", found=str(_requests(together)))


def _pushed(folder: Path, server: RealServer) -> Cost:
    place = _place(folder, server, server.new_calendar())
    place.seed(map(corpus.resource, range(PUSHED)), "work")
    return place.run("sync")


def _put_one_by_one(server: RealServer) -> Cost:
    bare, path = Bare(server), server.new_calendar()
    return of_call(
        lambda: [
            bare.request("PUT", f"{path}{corpus.uid(number)}.ics", corpus.resource(number).encode(), If_None_Match="*")
            for number in range(PUSHED)
        ]
    )


class Bare:
    """Requests and nothing else, over one connection."""

    def __init__(self, server: RealServer) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=_PATIENCE)
        self._headers = {}
        if server.username:
            login = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """The body of the answer, which must be a success."""
        kind = "text/calendar; charset=utf-8" if body.startswith(b"BEGIN") else "application/xml; charset=utf-8"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, {**self._headers, "Content-Type": kind, **sent})
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {content[:300]!r}"
        return content

    def download(self, path: str) -> bytes:
        """All that a collection has, after its token."""
        self.request("PROPFIND", path, _TOKEN.encode(), Depth="0")
        return self.request("REPORT", path, _QUERY.encode(), Depth="1")


class Ours:
    """Our side of one change."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def changed(self, revision: int, bare: Bare, path: str) -> Cost:
        """Sync after one edit here and one on the server."""
        self._place.run("edit", corpus.uid(3 * revision), "--summary", f"Edited here {revision}")
        _edit_there(bare, path, revision)
        return self._place.run("sync")


class Peer:
    """vdirsyncer between a folder and the same collection."""

    def __init__(self, folder: Path, program: Path, server: RealServer, path: str) -> None:
        folder.mkdir()
        self._folder = folder
        self._vdir = folder / "vdir"
        self._config = folder / "config"
        login = f'username = "{server.username}"\npassword = "{server.password}"' if server.username else ""
        url = server.url.rstrip("/") + path
        self._config.write_text(_VDIRSYNCER.format(folder=folder, url=url, login=login), encoding="utf-8")
        self._command: list[str | Path] = [program, "-c", self._config]
        self._environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
        self.first()

    def first(self) -> Cost:
        """The first download, into an empty folder."""
        for below in (self._vdir, self._folder / "status"):
            shutil.rmtree(below, ignore_errors=True)
        self._vdir.mkdir()
        of_command([*self._command, "discover"], self._environment)
        return self.run()

    def run(self) -> Cost:
        """One sync."""
        return of_command([*self._command, "sync"], self._environment)

    def changed(self, revision: int, bare: Bare, path: str) -> Cost:
        """Sync after one edit here and one on the server."""
        here = sorted(self._vdir.iterdir())[revision]  # its names are its own
        here.write_bytes(here.read_bytes().replace(b"\nSUMMARY:", b"\nSUMMARY:Edited here %d: " % revision))
        _edit_there(bare, path, revision)
        return self.run()


Changer = Ours | Peer


def _edit_there(bare: Bare, path: str, revision: int) -> None:
    number = 3 * revision + 1
    bare.request("PUT", f"{path}{corpus.uid(number)}.ics", corpus.resource(number, revision=revision).encode())


def _place(folder: Path, server: RealServer, *paths: str) -> Place:
    """Our program with an account there; of several calendars each is named for its number."""
    first, *others = paths
    more = "".join(_CALENDAR.format(name=number, account="bench", path=path) for number, path in enumerate(others))
    return Place(folder, _config(server, first, "work") + more)


def _config(server: RealServer, path: str, name: str) -> str:
    login = f'username = "{server.username}"\npassword_env = "BENCH_PASSWORD"' if server.username else ""
    account = "bench" if name == "work" else f"bench{name}"
    return _CONFIG.format(account=account, url=server.url, login=login) + _CALENDAR.format(name=name, account=account, path=path)


def _requests(place: Place) -> int:
    """How many requests a sync in which nothing changed took."""
    done = subprocess.run(
        [place.entry, "sync", "--json"], env=place.environment, capture_output=True, check=True, timeout=_PATIENCE
    ).stdout
    report: Mapping[str, list[dict[str, int]]] = json.loads(done)
    return sum(calendar["requests"] for calendar in report["calendars"])


def _commit(file: Path, data: bytes, items: int) -> None:
    """As many rows as there were resources, in one transaction."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE resource (id INTEGER PRIMARY KEY, text BLOB)")
        size = len(data) // items
        database.executemany(
            "INSERT INTO resource (text) VALUES (?)", ((data[at : at + size],) for at in range(0, len(data), size))
        )


def _fill(folder: Path, server: RealServer, path: str, items: int) -> None:
    """Put the tasks where the server keeps them: 10,000 PUTs would take it the better part of an hour."""
    root = folder / "collections" / "collection-root" if server.name == "radicale" else folder / "data"
    target = root / path.strip("/")
    for number in range(items):
        (target / f"{corpus.uid(number)}.ics").write_bytes(corpus.resource(number).encode())
    if server.name == "xandikos":
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
        for command in (("add", "."), (*identity, "commit", "-q", "-m", "seed")):
            subprocess.run(["git", "-C", target, *command], env=environment, check=True, timeout=_PATIENCE)
