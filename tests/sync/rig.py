"""Clients and a server in one process: the real engine, real SQLite in memory, the real CalDAV client, the fake server."""

from __future__ import annotations

import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.servers.fake import Behaviour, FakeDav, Reply, Request

from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.settings import Mode, Policy, Settings
from deadlines.core.task import Task
from deadlines.ical.build import new_task
from deadlines.ical.edit import apply
from deadlines.ical.read import read
from deadlines.remote.base import Collection, Mark
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.store.base import Record, RunKind, Store, Writer
from deadlines.store.homes import HomeCosts
from deadlines.store.journal import Change
from deadlines.store.sqlite import SqliteStore
from deadlines.sync.engine import beginning, sync_calendar
from deadlines.sync.fold import Ask, Folder
from deadlines.sync.foreknowledge import Home
from deadlines.sync.rehearsal import Rehearsal
from deadlines.sync.report import CalendarReport, Item
from deadlines.sync.terms import Terms
from deadlines.usecases.index import Indexer

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PATH = "/kari/tasks/"
WORK = "work"
_OSLO = ZoneInfo("Europe/Oslo")
INDEX = Indexer(Settings(me=Owner(zone=_OSLO, availability=Availability(zone=_OSLO, weekly=()))))


def task(uid: str, summary: str = "Landing page", *lines: str, stamp: str = "20261101T090000Z") -> str:
    """A task as another client would write it."""
    body = ["BEGIN:VTODO", f"UID:{uid}", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SUMMARY:{summary}", *lines, "END:VTODO"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//EN", *body, "END:VCALENDAR", ""])


def with_line(text: str, name: str, value: str) -> str:
    """The text with one property of its task set, as another client would do it."""
    bare = re.sub(rf"^{name}[;:][^\r\n]*\r\n", "", text, flags=re.MULTILINE)
    return bare.replace("END:VTODO", f"{name}:{value}\r\nEND:VTODO")


class LockedDav(FakeDav):
    """A server that answers one request at a time, whatever the number of threads that ask."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self._lock:
            return super().handle(method, target, headers, body)

    def writes(self) -> list[str]:
        """What was written so far, as `PUT u.ics`."""
        asked = [(request.method, request.path.removeprefix(PATH)) for request in self.requests]
        return [f"{method} {name}" for method, name in asked if method in {"PUT", "DELETE"}]


@cache
def _blank() -> SqliteStore:
    with tempfile.TemporaryDirectory() as folder, closing(SqliteStore(Path(folder) / "blank.db")) as store:
        return store.rehearsal()


class Replica:
    """One client with its own data."""

    def __init__(
        self,
        dav: FakeDav,
        *,
        policy: Policy = Policy.NEWEST,
        now: datetime = NOW,
        path: str = PATH,
        name: str = "copy",
        at_home: bool = False,
    ) -> None:
        """`at_home`: every sync asks the home of the calendar first, as one of several calendars does."""
        self.dav = dav
        self.name = name
        self.store = _blank().rehearsal()
        weakref.finalize(self, self.store.close)
        self.policy = policy
        self.now = now
        self.path = path
        self.at_home = at_home
        self.report = CalendarReport(name=WORK)
        self._uids = 0

    # Commands

    def add(self, uid: str, summary: str = "Landing page", **properties: object) -> Record:
        """A new task."""
        return self.put_text(new_task(replace(Task(uid=uid, summary=summary), **properties), now=self.now))  # type: ignore[arg-type]  # names are checked at run time

    def put_text(self, text: str) -> Record:
        """A new record with that text."""
        uid, index = INDEX(text, WORK)
        with self._command() as writer:
            return writer.put(Record(uid=uid, calendar=WORK, ical=text, index=index))

    def edit(self, uid: str, **properties: object) -> None:
        """Change properties of a task, as `deadlines edit` does."""
        self.change(uid, lambda text: apply(text, replace(_task(text), **properties), now=self.now))  # type: ignore[arg-type]  # names are checked at run time

    def change(self, uid: str, how: Callable[[str], str]) -> None:
        """Change the text of a record in a transaction of its own."""
        with self._command() as writer:
            record = self.record(uid)
            assert record.ical is not None
            text = how(record.ical)
            writer.put(replace(record, ical=text, index=INDEX(text, WORK)[1]))

    def remove(self, uid: str) -> None:
        """Remove a task."""
        with self._command() as writer:
            writer.put(replace(self.record(uid), ical=None))

    def restore(self, record: Record, text: str) -> None:
        """Have a text again under a record that was removed, as `undo` does."""
        with self._command() as writer:
            writer.put(replace(record, ical=text, index=INDEX(text, WORK)[1]))

    # What is there

    def record(self, uid: str) -> Record:
        found = self.store.by_uid(WORK, uid)
        assert found is not None, f"{uid} is not here"
        return found

    def text(self, uid: str) -> str:
        """What is here under a UID; empty where there is nothing."""
        found = self.store.by_uid(WORK, uid)
        return (found.ical or "") if found else ""

    def task(self, uid: str) -> Task:
        return _task(self.text(uid))

    def texts(self) -> dict[str, str]:
        """Everything that is here, by UID."""
        numbers = [number for (number,) in self.store._database.all("SELECT id FROM resource ORDER BY id")]
        records = [self.store.get(number) for number in numbers]
        return {record.uid: record.ical for record in records if record is not None and record.ical is not None}

    def journal(self) -> Sequence[Change]:
        return self.store.changes()

    def journalled(self) -> Iterator[str]:
        """Every text in the journal."""
        for change in self.journal():
            yield from (text for text in (change.before, change.after, change.other) if text is not None)

    def dump(self) -> list[str]:
        """The whole database."""
        return list(self.store._database.connection.iterdump())

    # Sync

    def collection(self) -> CalDavCollection:
        return CalDavCollection(Client(self.dav.url, connect=self.dav.connect, pause=lambda _: None), self.path)

    def sync(
        self,
        *,
        dry_run: bool = False,
        full: bool = False,
        allow_deletes: int = 0,
        connections: int = 1,
        mode: Mode = Mode.TWO_WAY,
        ask: Ask = lambda _: Policy.ASK,
        store: object = None,
        collection: Collection | None = None,
        progress: Callable[[str, int, int], None] = lambda *_: None,
        timer: Callable[[], float] = lambda: 0.0,
    ) -> CalendarReport:
        """One sync, as the use case does it; the report is kept too. With the usual `timer` no time goes by."""
        own: Any = store or self.store
        used: Store = own.rehearsal() if dry_run else own
        remote = collection or self.collection()
        if self.at_home:
            mark, everything = beginning(used.state(WORK), full=full, now=self.now)
            marks = {} if everything or mark == Mark() else {used.state(WORK).url: mark}
            remote = Home(HomeCosts("never asked"), marks, timer=timer, now=self.now).foreknown(remote)
        terms = Terms(
            run=used.new_run(RunKind.SYNC, "sync", now=self.now),
            now=self.now,
            timer=timer,
            mode=mode,
            full=full,
            allow_deletes=allow_deletes,
            connections=connections,
            progress=progress,
        )
        self.report = CalendarReport(name=WORK)
        folder = Folder(
            calendar=WORK,
            policy=self.policy,
            index=INDEX,
            by_uid=lambda uid: used.by_uid(WORK, uid),
            new_uid=self._new_uid,
            ask=ask,
            report=self.report,
        )
        try:
            return sync_calendar(used, Rehearsal(remote) if dry_run else remote, folder, terms)
        finally:
            if dry_run:
                used.close()

    def _new_uid(self) -> str:
        self._uids += 1
        return f"{self.name}-{self._uids}"

    def _command(self) -> AbstractContextManager[Writer]:
        return self.store.write(RunKind.COMMAND, "edit", now=self.now)


class Crash(BaseException):
    """The process dies here."""


class CrashingStore:
    """A store whose process dies at the `nth` transaction: before it begins, or once it is committed."""

    def __init__(self, store: SqliteStore, nth: int, *, committed: bool) -> None:
        self._store = store
        self._left = nth
        self._committed = committed

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @contextmanager
    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> Iterator[Writer]:
        self._left -= 1
        if self._left == 0 and not self._committed:
            raise Crash
        with self._store.write(kind, command, now=now, run=run) as writer:
            yield writer
        if self._left == 0:
            raise Crash


class DisturbedStore:
    """A store in which another process does something just before the `nth` transaction."""

    def __init__(self, store: SqliteStore, nth: int, act: Callable[[], object]) -> None:
        self._store = store
        self._left = nth
        self._act = act

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> AbstractContextManager[Writer]:
        self._left -= 1
        if self._left == 0:
            self._act()
        return self._store.write(kind, command, now=now, run=run)


class Interferes(Behaviour):
    """Something else happens just before the `nth` request with a method arrives."""

    def __init__(self, method: str, act: Callable[[], object], *, nth: int = 1) -> None:
        self._method = method
        self._act = act
        self._left = nth

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if request.method == self._method:
            self._left -= 1
            if self._left == 0:
                self._act()
        return request


def uids(items: Sequence[Item]) -> list[str]:
    """The UIDs of a part of a report, sorted."""
    return sorted(item.uid for item in items)


def _task(text: str) -> Task:
    found = read(text).task
    assert found is not None
    return found
