from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.servers.fake import FakeDav
from tests.usecases.conftest import Synced

from deadlines.core.settings import Account, Calendar, Settings
from deadlines.errors import CredentialsRefused, DeadlinesError, NotCalDAV, NotConfigured, Refused, UnknownName
from deadlines.remote.base import Collection
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.store.base import Store
from deadlines.sync.report import Outcome
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.sync import Connect, Request, sync
from deadlines.usecases.tasks import add

REQUEST = Request(timer=lambda: 0.0)


@pytest.fixture
def three(desk: Desk, settings: Settings) -> Desk:
    """Two calendars of one account, and a third of another one."""
    accounts = {name: Account(name=name, url="https://dav.example.org/") for name in ("main", "other")}
    third = Calendar(name="third", account="other", path="/third/")
    return replace(desk, settings=replace(settings, accounts=accounts, calendars={**settings.calendars, "third": third}))


def connecting(dav: FakeDav, asked: list[str], errors: dict[str, DeadlinesError]) -> Connect:
    def connect(_store: Store, calendar: Calendar) -> Collection:
        asked.append(calendar.name)
        if calendar.account in errors:
            raise errors[calendar.account]
        dav.calendars.setdefault(calendar.path, dav.new_calendar())
        return CalDavCollection(Client(dav.url, connect=dav.connect, pause=lambda _: None), calendar.path)

    return connect


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (CredentialsRefused("u", "wrong password"), ["work", "third"]),
        (NotCalDAV("u", "HTML"), ["work", "edo", "third"]),
    ],
)
def test_an_account_that_fails_stops_no_other_and_is_asked_for_its_password_once(
    three: Desk, fake_dav: FakeDav, error: DeadlinesError, asked: list[str]
) -> None:
    connected: list[str] = []

    report = sync(three, connecting(fake_dav, connected, {"main": error}), REQUEST)

    assert connected == asked
    assert [(one.name, one.outcome, one.error) for one in report.calendars] == [
        ("work", Outcome.FAILED, error),
        ("edo", Outcome.FAILED, error),
        ("third", Outcome.OK, None),
    ]


def test_only_the_calendars_asked_for_are_synced_each_once(three: Desk, fake_dav: FakeDav) -> None:
    connected: list[str] = []

    sync(three, connecting(fake_dav, connected, {}), replace(REQUEST, calendars=("third", "edo", "third")))

    assert connected == ["third", "edo"]


def test_a_dry_run_shows_all_and_does_nothing(desk: Desk, fake_dav: FakeDav) -> None:
    add(desk, Draft(summary="x"))
    connect = connecting(fake_dav, [], {})

    report = sync(desk, connect, replace(REQUEST, dry_run=True))

    assert [item.summary for item in report.calendars[0].pushed.created] == ["x"]
    assert (report.run, fake_dav.texts("/kari/work/"), desk.store.state("work").synced_at) == (0, {}, None)


def test_a_sync_that_changes_nothing_here_is_no_run(desk: Desk, synced: Synced) -> None:
    add(desk, Draft(summary="x"))

    assert (synced(desk), synced(desk)) == (0, 0)


@pytest.mark.parametrize(
    ("change", "names", "error", "message"),
    [
        (lambda s: replace(s, calendars={}), (), NotConfigured, "no calendar is configured"),
        (lambda s: s, ("local",), Refused, "on this computer alone"),
        (lambda s: s, ("wrok",), UnknownName, "unknown calendar: wrok"),
    ],
)
def test_what_cannot_be_synced_is_refused(
    desk: Desk,
    fake_dav: FakeDav,
    *,
    change: Callable[[Settings], Settings],
    names: tuple[str, ...],
    error: type[DeadlinesError],
    message: str,
) -> None:
    other = replace(desk, settings=change(desk.settings))

    with pytest.raises(error, match=message):
        sync(other, connecting(fake_dav, [], {}), replace(REQUEST, calendars=names))
