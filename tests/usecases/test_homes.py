"""Several calendars of one account, through whole runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.servers.fake import FakeDav, Reply
from tests.servers.quirks import Answers, AtHome, CutBefore
from tests.usecases.conftest import NOW

from deadlines.core.settings import Account, Calendar
from deadlines.errors import CredentialsRefused, StoreBusy
from deadlines.remote.base import Collection
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.store.base import Store
from deadlines.store.homes import HomeCosts, Took
from deadlines.store.sqlite_homes import SqliteHomes
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.sync import Request, SyncReport, sync
from deadlines.usecases.tasks import add

HOME = "http://127.0.0.1:1/kari/"
NAMES = ("a", "b", "c")


class Office:
    """Three calendars in one home, synced over a line on which a request takes so many seconds."""

    def __init__(self, desk: Desk, dav: FakeDav) -> None:
        calendars = {name: Calendar(name=name, account="main", path=f"/kari/{name}/") for name in NAMES}
        for calendar in calendars.values():
            dav.calendars[calendar.path] = dav.new_calendar()
            dav.put(
                f"{calendar.path}x.ics",
                f"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:{calendar.name}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
            )
        self.dav = dav
        self.desk = replace(desk, settings=replace(desk.settings, calendars=calendars, clients={}))
        self.seconds = {"PROPFIND": 1.0, "REPORT": 1.0}
        self._client: Client | None = None

    def sync(self, *, passed: timedelta = timedelta(), **asked: object) -> SyncReport:
        """One run, so long after noon."""
        self.dav.requests.clear()
        self._client = Client(self.dav.url, connect=self.dav.connect, pause=lambda _: None)
        request = Request(timer=lambda: sum(self.seconds.get(request.method, 0.0) for request in self.dav.requests))
        return sync(replace(self.desk, now=NOW + passed), self._connect, replace(request, **asked))  # type: ignore[arg-type]  # as `Request` has it

    def _connect(self, _store: Store, calendar: Calendar) -> Collection:
        assert self._client is not None
        return CalDavCollection(self._client, calendar.path)

    def run(self) -> list[str]:
        """What one run asked."""
        self.sync()
        return self.asked

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.dav.requests]

    @property
    def costs(self) -> HomeCosts:
        return self.desk.store.homes.recall(HOME)


ONE_BY_ONE = [f"REPORT /kari/{name}/" for name in NAMES]


@pytest.fixture
def office(desk: Desk, fake_dav: FakeDav) -> Office:
    """Synced once."""
    office = Office(desk, fake_dav)
    office.sync()
    return office


def test_both_ways_are_tried_and_then_the_cheaper_one_is_gone(office: Office) -> None:
    runs = [office.run() for _ in range(4)]

    assert runs == [["PROPFIND /kari/"], ONE_BY_ONE, ["PROPFIND /kari/"], ["PROPFIND /kari/"]]
    assert office.costs == HomeCosts(HOME, together=Took(1.0, NOW), told=1.0, alone=Took(1.0, NOW))


def test_where_the_home_is_dear_each_calendar_is_asked(office: Office) -> None:
    office.seconds["PROPFIND"] = 4.0

    assert [office.run() for _ in range(3)] == [["PROPFIND /kari/"], ONE_BY_ONE, ONE_BY_ONE]


def test_the_requests_of_all_calendars_add_up(office: Office) -> None:
    report = office.sync()

    assert [calendar.requests for calendar in report.calendars] == [1, 0, 0]
    assert all(calendar.ok for calendar in report.calendars)
    assert {state.synced_at for state in office.desk.store.states()} == {NOW}


def test_only_what_changed_is_asked_by_itself(office: Office) -> None:
    text = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:new\r\nSUMMARY:New\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    office.dav.put("/kari/b/new.ics", text)
    report = office.sync()

    assert office.asked == ["PROPFIND /kari/", "REPORT /kari/b/"]
    assert [item.summary for item in report.calendars[1].pulled.created] == ["New"]
    assert office.costs.told == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("asked", "passed"), [({"full": True}, timedelta()), ({"calendars": ("b",)}, timedelta()), ({}, timedelta(hours=25))]
)
def test_a_listing_of_everything_and_one_calendar_alone_are_as_ever(
    office: Office, asked: dict[str, object], passed: timedelta
) -> None:
    office.sync(passed=passed, **asked)

    assert "PROPFIND /kari/" not in office.asked
    assert office.costs == HomeCosts(HOME)


def test_a_dry_run_asks_the_same_and_remembers_nothing(office: Office) -> None:
    add(replace(office.desk, settings=office.desk.settings), Draft(summary="x", calendar="c"))
    report = office.sync(dry_run=True)

    assert office.asked == ["PROPFIND /kari/"]
    assert [item.summary for item in report.calendars[2].pushed.created] == ["x"]
    assert office.costs == HomeCosts(HOME)


@pytest.mark.parametrize("answer", [Answers(Reply(status=status)) for status in (403, 404, 405, 500, 501)] + [CutBefore()])
def test_a_home_that_refuses_costs_no_calendar_anything(office: Office, answer: Answers) -> None:
    office.dav.behaviours.append(AtHome(answer))
    report = office.sync()
    asked = office.asked
    office.sync()
    again = office.run()

    assert all(calendar.ok for calendar in report.calendars)
    assert [one for one in asked if one != "PROPFIND /kari/"] == again == ONE_BY_ONE
    assert office.costs.told == 0.0


def test_a_wrong_password_is_asked_about_once(office: Office) -> None:
    office.dav.password = "other"
    report = office.sync()

    assert office.asked == ["PROPFIND /kari/"]
    assert [type(calendar.error) for calendar in report.calendars] == [CredentialsRefused] * 3


def test_calendars_of_two_homes_or_accounts_are_not_asked_together(office: Office) -> None:
    settings = office.desk.settings
    accounts = {**settings.accounts, "second": Account(name="second", url="http://127.0.0.1:1/")}
    moved = {**settings.calendars, "b": settings.calendars["b"]._replace(account="second")}
    office.desk = replace(office.desk, settings=replace(settings, accounts=accounts, calendars={**moved, "c": moved["a"]}))
    office.sync()

    assert "PROPFIND /kari/" not in office.asked


@pytest.mark.parametrize("url", ["file:///tmp/calendars/", "https://dav.example.org/team.ics"])
def test_only_servers_have_homes(office: Office, url: str) -> None:
    settings = office.desk.settings
    office.desk = replace(office.desk, settings=replace(settings, accounts={"main": Account(name="main", url=url)}))
    office.sync()

    assert office.asked == ONE_BY_ONE


def test_what_cannot_be_kept_stops_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_homes: SqliteHomes, _costs: HomeCosts) -> None:
        raise StoreBusy("deadlines.sqlite3", "another process writes")

    keep: Callable[[SqliteHomes, HomeCosts], None] = busy
    monkeypatch.setattr(SqliteHomes, "keep", keep)

    assert all(calendar.ok for calendar in office.sync().calendars)
    assert office.costs == HomeCosts(HOME)
