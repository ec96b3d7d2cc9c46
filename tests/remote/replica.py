"""One person's database, synced by the real engine with whatever collection a test has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.settings import Mode, Policy, Settings
from deadlines.core.task import Task
from deadlines.ical.build import new_task
from deadlines.ical.edit import apply
from deadlines.ical.read import read
from deadlines.remote.base import Collection
from deadlines.store.base import Record, RunKind
from deadlines.store.sqlite import SqliteStore
from deadlines.sync.engine import sync_calendar
from deadlines.sync.fold import Folder
from deadlines.sync.report import CalendarReport, Item
from deadlines.sync.terms import Terms
from deadlines.usecases.index import Indexer

NOW = datetime(2100, 1, 1, tzinfo=UTC)
"""Long after every file of a test was written."""
WORK = "work"
_OSLO = ZoneInfo("Europe/Oslo")


def resource(uid: str, *lines: str, kind: str = "VTODO") -> str:
    """A resource as another program writes it."""
    body = [f"BEGIN:{kind}", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, f"END:{kind}"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Other//EN", *body, "END:VCALENDAR", ""])


class Replica:
    """`sync` gives the report."""

    def __init__(self, folder: Path, *, mode: Mode = Mode.TWO_WAY) -> None:
        self.store = SqliteStore(folder / "replica.sqlite3")
        self.index = Indexer(Settings(me=Owner(zone=_OSLO, availability=Availability(zone=_OSLO, weekly=()))))
        self.mode = mode
        self.now = NOW

    def close(self) -> None:
        self.store.close()

    def wait(self, passed: timedelta) -> None:
        """Time passes."""
        self.now += passed

    def add(self, uid: str, summary: str) -> None:
        text = new_task(Task(uid=uid, summary=summary), now=self.now)
        with self.store.write(RunKind.COMMAND, "add", now=self.now) as writer:
            writer.put(Record(uid=uid, calendar=WORK, ical=text, index=self.index(text, WORK)[1]))

    def edit(self, uid: str, **properties: object) -> None:
        record = self._record(uid)
        assert record is not None
        assert record.ical is not None
        task = read(record.ical).task
        assert task is not None
        text = apply(record.ical, replace(task, **properties), now=self.now)  # type: ignore[arg-type] # names are checked at run time
        with self.store.write(RunKind.COMMAND, "edit", now=self.now) as writer:
            writer.put(replace(record, ical=text, index=self.index(text, WORK)[1]))

    def remove(self, uid: str) -> None:
        record = self._record(uid)
        assert record is not None
        with self.store.write(RunKind.COMMAND, "remove", now=self.now) as writer:
            writer.put(replace(record, ical=None))

    def text(self, uid: str) -> str:
        """What is here; empty where there is nothing."""
        record = self._record(uid)
        return (record.ical or "") if record is not None else ""

    def sync(self, collection: Collection, *, full: bool = False) -> CalendarReport:
        report = CalendarReport(name=WORK)
        folder = Folder(
            calendar=WORK,
            policy=Policy.NEWEST,
            index=self.index,
            by_uid=self._record,
            new_uid=lambda: "copy",
            ask=lambda _: Policy.ASK,
            report=report,
        )
        run = self.store.new_run(RunKind.SYNC, "sync", now=self.now)
        terms = Terms(run=run, now=self.now, timer=lambda: 0.0, mode=self.mode, full=full)
        return sync_calendar(self.store, collection, folder, terms)

    def _record(self, uid: str) -> Record | None:
        return self.store.by_uid(WORK, uid)


def uids(items: list[Item]) -> list[str]:
    return sorted(item.uid for item in items)


def changed(report: CalendarReport) -> dict[str, list[str]]:
    """What a run did, without what it did not."""
    sides = {"pulled": report.pulled, "pushed": report.pushed}
    parts = {
        f"{name} {part}": uids(getattr(side, part)) for name, side in sides.items() for part in ("created", "updated", "deleted")
    }
    assert report.error is None, report.error
    return {name: found for name, found in parts.items() if found}
