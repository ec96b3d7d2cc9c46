from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve
from tests.wiring.conftest import ACME, HOURS, shop

from deadlines.core.settings import Calendar
from deadlines.errors import (
    AmbiguousInput,
    CollectionMissing,
    CredentialsRefused,
    UnknownName,
)
from deadlines.store.base import CollectionState, RunKind


@pytest.fixture
def dav(machine: Path) -> Iterator[FakeDav]:
    """A server with one calendar, which the configuration knows by its name."""
    fake = FakeDav(password="secret")
    with serve(fake) as url:
        account = f'[accounts.main]\nurl = "{url}"\nusername = "kari"\npassword_env = "DAV_PASSWORD"\n'
        calendar = '[calendars.work]\naccount = "main"\ndisplay_name = "{}"\n'
        machine.write_text(ACME.format(HOURS) + account + calendar, encoding="utf-8")
        yield fake


def named(name: str) -> Calendar:
    return Calendar(name="work", account="main", display_name=name)


def test_a_password_is_in_no_repr(dav: FakeDav) -> None:
    workshop = shop()
    with workshop.store() as store:
        collection = workshop.accounts.connect(store, Calendar(name="work", account="main", path="/kari/tasks/"))
        shown = [workshop, vars(workshop), workshop.settings, collection, vars(collection), workshop.surroundings().settings()]

    assert dav.requests == []
    assert "hunter2" not in "".join(map(repr, shown))


def test_an_account_is_asked_for_its_password_once(dav: FakeDav, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = shop()
    calendar = Calendar(name="work", account="main", path="/kari/tasks/")
    with workshop.store() as store:
        workshop.accounts.connect(store, calendar)
        monkeypatch.delenv("DAV_PASSWORD")

        assert workshop.accounts.connect(store, calendar).url.endswith("/kari/tasks/")
        with pytest.raises(CredentialsRefused):
            shop().accounts.connect(store, calendar)
    assert dav.requests == []


def test_an_unknown_account_is_told_with_the_nearest(dav: FakeDav) -> None:
    with pytest.raises(UnknownName) as error:
        shop().accounts.discover("mian")

    assert (error.value.nearest, dav.requests) == (("main",), [])


def test_a_calendar_that_is_remembered_is_not_looked_for(dav: FakeDav) -> None:
    workshop = shop()
    url = f"{workshop.settings.accounts['main'].url.rstrip('/')}/kari/tasks/"
    with workshop.store() as store:
        with store.write(RunKind.SYNC, "sync", now=workshop.now) as writer:
            writer.save_state(CollectionState(calendar="work", url=url, display_name="Work"))

        assert workshop.accounts.connect(store, named("Work")).url == url
    assert dav.requests == []


@pytest.mark.usefixtures("dav")
def test_a_calendar_known_by_its_name_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAV_PASSWORD", "secret")
    workshop = shop()
    names = [found.display_name for found in workshop.accounts.discover("main")]
    with workshop.store() as store:
        assert workshop.accounts.connect(store, named(names[0])).url.endswith("/kari/tasks/")
        assert workshop.accounts.capabilities(store, named(names[0])).writable
        with pytest.raises(CollectionMissing, match=f"no calendar Elsewhere, but {names[0]}"):
            workshop.accounts.connect(store, named("Elsewhere"))

        old = f"{workshop.settings.accounts['main'].url}old/"
        failed = CollectionState(calendar="work", url=old, display_name=names[0], problem="404")
        with store.write(RunKind.SYNC, "sync", now=workshop.now) as writer:
            writer.save_state(failed)
        assert workshop.accounts.connect(store, named(names[0])).url.endswith("/kari/tasks/")

        found = [*workshop.accounts.discover("main")]
        monkeypatch.setattr(workshop.accounts, "discover", lambda _: found * 2)
        with pytest.raises(AmbiguousInput, match='path = "/kari/tasks/"'):
            workshop.accounts.connect(store, named(names[0]))


def test_doctor_looks_into_folders_and_subscriptions(machine: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "calendars" / name).mkdir(parents=True)
        (tmp_path / "calendars" / name / "displayname").write_text(name.upper())
    (tmp_path / "team.ics").write_text("BEGIN:VCALENDAR\nNAME:Team\nEND:VCALENDAR\n")
    accounts = f'[accounts.files]\nurl = "{tmp_path}/calendars"\n[accounts.team]\nurl = "{tmp_path}/team.ics"\n'
    places = {
        "by_path": 'account = "files"\npath = "a"',
        "whole": f'account = "files"\npath = "{tmp_path}/calendars/a/"',
        "by_name": 'account = "files"\ndisplay_name = "B"',
        "team": 'account = "team"',
        "nowhere": 'account = "files"\ndisplay_name = "C"',
    }
    machine.write_text(accounts + "".join(f"[calendars.{name}]\n{place}\n" for name, place in places.items()), encoding="utf-8")
    workshop = shop()
    calendars = workshop.settings.calendars

    with workshop.store() as store:
        found = {name: workshop.accounts.capabilities(store, calendars[name]) for name in places if name != "nowhere"}
        with pytest.raises(CollectionMissing, match="has no calendar C, but A, B"):
            workshop.accounts.connect(store, calendars["nowhere"])
    assert {name: (one.display_name, one.writable) for name, one in found.items()} == {
        "by_path": ("A", True),
        "whole": ("A", True),
        "by_name": ("B", True),
        "team": ("Team", False),
    }
    assert [one.path for one in workshop.accounts.discover("files")] == ["a", "b"]
    assert [one.display_name for one in workshop.accounts.discover("team")] == ["Team"]
