from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from tests.servers.fake import FakeDav

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.settings import Account, Calendar, Settings
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client as HttpClient
from deadlines.store.base import CollectionState, Record, RunKind, Store
from deadlines.store.holidays import RegionHolidays
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.desk import Desk
from deadlines.usecases.index import Indexer
from deadlines.usecases.sync import Request, sync

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday noon; Thursday is Thanksgiving in New York."""

Later = Callable[[timedelta], Desk]
Synced = Callable[[Desk], int]


def at(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Fri 09:00-17:00"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Somebody in Oslo with a client in New York and one in Tokyo, who has a calendar to itself."""
    new_york = replace(at("America/New_York"), closed=RegionHolidays("US-NY", tmp_path / "holidays"))
    clients = (
        Client(key="acme", name="Acme Inc.", zone=new_york.zone, availability=new_york),
        Client(key="edo", name="Edo KK", zone=ZoneInfo("Asia/Tokyo"), availability=at("Asia/Tokyo"), calendar="edo"),
    )
    calendars = [Calendar(name=name, account="main", path=f"/kari/{name}/") for name in ("work", "edo")]
    return Settings(
        me=Owner(zone=ZoneInfo("Europe/Oslo"), availability=at("Europe/Oslo"), default_calendar="work"),
        clients=MappingProxyType({client.key: client for client in clients}),
        accounts=MappingProxyType({"main": Account(name="main", url="https://dav.example.org/")}),
        calendars=MappingProxyType({calendar.name: calendar for calendar in calendars}),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "deadlines.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqliteStore, settings: Settings) -> Desk:
    numbers = count(1)
    return Desk(
        store=store,
        settings=settings,
        index=Indexer(settings),
        now=NOW,
        new_uid=lambda: f"uid-{next(numbers)}",
        command="typed",
        config="config.toml",
    )


@pytest.fixture
def later(desk: Desk) -> Later:
    """The same desk some time after."""
    return lambda passed: replace(desk, now=NOW + passed)


@pytest.fixture
def fresh(store: SqliteStore, settings: Settings) -> None:
    """Every calendar counts as synced, for a year."""
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        for name in settings.calendars:
            writer.save_state(CollectionState(calendar=name, synced_at=NOW + timedelta(days=365)))


class Phone:
    """Somebody else's client of the calendar `work`."""

    def __init__(self, dav: FakeDav) -> None:
        self.dav = dav

    def texts(self) -> tuple[str, ...]:
        return tuple(self.dav.texts().values())

    def put(self, ical: str) -> None:
        """Save a task under the name that its UID has there."""
        uid = next(line for line in ical.split("\r\n") if line.startswith("UID:"))
        self.dav.put(f"/kari/tasks/{self._name(uid) or 'phone.ics'}", ical)

    def remove(self, uid: str) -> None:
        self.dav.remove(f"/kari/tasks/{self._name(f'UID:{uid}')}")

    def _name(self, uid: str) -> str:
        return next((name for name, text in self.dav.texts().items() if f"{uid}\r\n" in text), "")


@pytest.fixture
def phone(fake_dav: FakeDav) -> Phone:
    return Phone(fake_dav)


@pytest.fixture
def synced(fake_dav: FakeDav) -> Synced:
    """Syncs the calendar `work`; gives the number of the run."""

    def connect(_store: Store, _calendar: Calendar) -> CalDavCollection:
        return CalDavCollection(HttpClient(fake_dav.url, connect=fake_dav.connect, pause=lambda _: None), "/kari/tasks/")

    def run(desk: Desk) -> int:
        report = sync(desk, connect, Request(timer=lambda: 0.0, calendars=("work",)))
        assert report.calendars[0].error is None
        return report.run

    return run


def record(desk: Desk, number: int) -> Record:
    found = desk.store.get(number)
    assert found is not None
    return found


def text(desk: Desk, number: int) -> str:
    found = record(desk, number).ical
    assert found is not None
    return found


def lines(desk: Desk, number: int, *names: str) -> list[str]:
    """The content lines of the task itself that begin with one of the names."""
    body = text(desk, number).partition("BEGIN:VTODO")[2]
    return [line for line in body.split("\r\n") if line.startswith(names)]
