"""One client with data of its own, syncing with a real server through the real engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.conftest import Server

from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.settings import Policy, Settings
from deadlines.core.task import Task
from deadlines.ical.build import new_task
from deadlines.ical.edit import apply
from deadlines.ical.read import read
from deadlines.remote.base import Mark, Written
from deadlines.remote.caldav import CalDavCollection
from deadlines.store.base import Query, Record, RunKind
from deadlines.store.sqlite import SqliteStore
from deadlines.sync.engine import sync_calendar
from deadlines.sync.fold import Folder
from deadlines.sync.report import CalendarReport, Item
from deadlines.sync.terms import Terms
from deadlines.usecases.index import Indexer

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_OSLO = ZoneInfo("Europe/Oslo")
_INDEX = Indexer(Settings(me=Owner(zone=_OSLO, availability=Availability(zone=_OSLO, weekly=()))))
_CALENDAR = "work"


def vtodo(uid: str, summary: str, *lines: str) -> str:
    """A task as another client would write it, three days ago."""
    stamps = ["DTSTAMP:20261120T090000Z", "LAST-MODIFIED:20261120T090000Z"]
    body = ["BEGIN:VTODO", f"UID:{uid}", *stamps, f"SUMMARY:{summary}", *lines, "END:VTODO"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//EN", *body, "END:VCALENDAR", ""])


class Died(BaseException):
    """The process was killed."""


class _Mortal:
    """Kills the process once the server has stored the `nth` new resource, before its answer is heard."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def create(self, collection: CalDavCollection, href: str, text: str) -> Written:
        written = CalDavCollection.create(collection, href, text)
        self.left -= 1
        if self.left == 0:
            raise Died
        return written


class Replica:
    """A store, and the server's calendar."""

    def __init__(self, server: Server, folder: Path, *, policy: Policy = Policy.NEWEST) -> None:
        folder.mkdir(exist_ok=True)
        self.server = server
        self.store = SqliteStore(folder / "data.sqlite3")
        self._policy = policy

    # Here

    def add(self, uid: str, summary: str) -> None:
        """A new task."""
        text = new_task(Task(uid=uid, summary=summary), now=NOW)
        with self.store.write(RunKind.COMMAND, "add", now=NOW) as writer:
            writer.put(Record(uid=uid, calendar=_CALENDAR, ical=text, index=_INDEX(text, _CALENDAR)[1]))

    def edit(self, uid: str, change: Callable[[Task], Task]) -> None:
        """Change a task."""
        record = self._record(uid)
        task = read(record.ical or "").task
        assert task is not None
        text = apply(record.ical or "", change(task), now=NOW)
        with self.store.write(RunKind.COMMAND, "edit", now=NOW) as writer:
            writer.put(replace(record, ical=text, index=_INDEX(text, _CALENDAR)[1]))

    def remove(self, uid: str) -> None:
        """Remove a task."""
        with self.store.write(RunKind.COMMAND, "remove", now=NOW) as writer:
            writer.put(replace(self._record(uid), ical=None))

    def text(self, uid: str) -> str:
        """What is here under a UID."""
        return self._record(uid).ical or ""

    def summaries(self) -> list[str]:
        """What is here."""
        return sorted(row.index.summary for row in self.store.rows(Query()))

    def journalled(self) -> str:
        """Every text of the journal."""
        changes = self.store.changes()
        return "".join(text or "" for change in changes for text in (change.before, change.after, change.other))

    def _record(self, uid: str) -> Record:
        record = self.store.by_uid(_CALENDAR, uid)
        assert record is not None, f"{uid} is not here"
        return record

    # There

    def put(self, name: str, text: str | bytes) -> bool:
        """Write a resource as another client would; whether the server took it."""
        body = text.encode() if isinstance(text, str) else text
        kind = {"Content-Type": "text/calendar; charset=utf-8"}
        return self.server.other.request("PUT", self.server.path + name, body, **kind)[0] in {200, 201, 204}

    def stored(self, name: str) -> str:
        """A resource as the server has it, unfolded; empty where there is none."""
        status, body = self.server.other.request("GET", self.server.path + name)
        return body.decode("utf-8", "replace").replace("\r\n ", "") if status == 200 else ""

    def delete(self, name: str) -> None:
        """Delete a resource as another client would."""
        assert self.server.other.request("DELETE", self.server.path + name)[0] in {200, 204}

    def etags(self) -> dict[str, str]:
        """All resources of the calendar on the server."""
        collection = self.server.collection()
        pages = list(collection.changes(Mark(), full=True).pages)
        collection.close()
        return {listed.href: listed.etag for page in pages for listed in page.present}

    # Both

    def sync(self, *, full: bool = False, dies_after: int = 0) -> CalendarReport:
        """One sync."""
        collection = self.server.collection()
        if dies_after:
            mortal = _Mortal(dies_after)
            collection.create = lambda href, text: mortal.create(collection, href, text)  # type: ignore[method-assign]
        store = self.store
        report = CalendarReport(name=_CALENDAR)
        folder = Folder(
            calendar=_CALENDAR,
            policy=self._policy,
            index=_INDEX,
            by_uid=lambda uid: store.by_uid(_CALENDAR, uid),
            new_uid=lambda: "copy-1",
            ask=lambda _: Policy.ASK,
            report=report,
        )
        run = store.new_run(RunKind.SYNC, "sync", now=NOW)
        connections = 1 if dies_after else 4
        try:
            terms = Terms(run=run, now=NOW, timer=lambda: 0.0, full=full, connections=connections)
            return sync_calendar(store, collection, folder, terms)
        finally:
            collection.close()


def names(items: list[Item]) -> list[str]:
    """The summaries of a part of a report."""
    return sorted(item.summary for item in items)
