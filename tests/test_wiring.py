from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

from deadlines import clock, wiring
from deadlines.core.settings import Calendar
from deadlines.errors import (
    AmbiguousInput,
    CollectionMissing,
    ConfigError,
    CredentialsRefused,
    InputError,
    NotConfigured,
    UnknownName,
)
from deadlines.store.base import CollectionState, RunKind
from deadlines.usecases.draft import Draft
from deadlines.usecases.tasks import add
from deadlines.wiring import Workshop

NOW = "2026-11-23T12:00:00Z"
ACME = '[me]\ntimezone = "Europe/Oslo"\n[clients.acme]\ntimezone = "America/New_York"\nholidays = "US-NY"\nhours = "{}"\n'
HOURS = "Mon-Fri 09:00-17:00"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A computer with a configuration; gives its path. `zoneinfo` is left alone."""
    monkeypatch.setattr(clock, "use_newest_zone_data", lambda: "2026f (package)")
    wiring._choose_zone_data.cache_clear()
    monkeypatch.setenv("DEADLINES_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEADLINES_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("DEADLINES_NOW", NOW)
    monkeypatch.setenv("DAV_PASSWORD", "hunter2")
    path = tmp_path / "config.toml"
    path.write_text(ACME.format(HOURS), encoding="utf-8")
    yield path
    wiring._choose_zone_data.cache_clear()


def shop(told: list[str] | None = None, *, config: str | None = None) -> Workshop:
    heard: list[str] = [] if told is None else told
    return Workshop("typed", config=config, tell=heard.append)


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path, machine: Path) -> None:
    machine.write_text("nonsense", encoding="utf-8")

    workshop = shop()

    assert (workshop.is_configured, workshop.database.name) == (True, "deadlines.sqlite3")
    assert not (tmp_path / "data").exists()
    with pytest.raises(ConfigError):
        _ = workshop.settings


def test_the_present_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = shop()
    before = workshop.now
    monkeypatch.setenv("DEADLINES_NOW", "2030-01-01T00:00:00Z")

    assert workshop.now == before == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert wiring.present().year == 2030


def test_the_zone_data_is_chosen_before_a_zone_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def saying(what: str, answer: str) -> Callable[[], str]:
        def say() -> str:
            order.append(what)
            return answer

        return say

    monkeypatch.setattr(clock, "use_newest_zone_data", saying("data", "2026f"))
    monkeypatch.setattr(clock, "local_zone_name", saying("zone", "Europe/Oslo"))

    assert [shop().local_zone for _ in range(2)] == ["Europe/Oslo"] * 2
    assert order == ["data", "zone", "zone"]


def test_without_a_file_the_defaults_hold_but_not_for_one_that_was_named(machine: Path) -> None:
    machine.unlink()

    assert (shop().is_configured, wiring.is_configured(None), dict(shop().settings.clients)) == (False, False, {})
    with pytest.raises(ConfigError, match="there is no such file"):
        _ = shop(config=str(machine)).settings


def test_a_date_falls_due_by_the_public_holidays_of_the_client() -> None:
    """26 November 2026 is Thanksgiving."""
    with shop().desk() as desk:
        due = [add(desk, Draft(summary="x", client="acme", due=day)).tasks[0] for day in ("2026-11-25", "2026-11-26")]

    assert [task.due.client.isoformat() for task in due if task.due and task.due.client] == [
        "2026-11-25T17:00:00-05:00",
        "2026-11-27T00:00:00-05:00",
    ]
    assert [[finding.code.value for finding in task.findings] for task in due] == [["D102"], ["D105", "D107"]]


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(InputError):
        shop().holidays("XX-YY")


def test_changed_hours_are_told_once(machine: Path) -> None:
    told: list[str] = []
    with shop(told).desk() as desk:
        add(desk, Draft(summary="Draft", client="acme", due="2026-11-25"))
    machine.write_text(ACME.format("Mon-Fri 09:00-18:00"), encoding="utf-8")
    for _ in range(2):
        with shop(told).desk():
            pass

    assert told == ["zones or working hours changed: 1 due instant moved: Draft (Wed 25 Nov 23:00 -> Thu 26 Nov 00:00)"]


def test_doctor_sees_what_moved(machine: Path) -> None:
    with shop().desk() as desk:
        add(desk, Draft(summary="Draft", client="acme", due="2026-11-25"))
    machine.write_text(ACME.format("Mon-Fri 09:00-18:00"), encoding="utf-8")
    around = shop().surroundings()

    with around.store() as store:
        assert "1 due instant moved" in around.refresh(store)
        assert around.refresh(store) == ""


def test_a_second_sync_waits_for_the_lock_and_a_backup_replaces_the_database(tmp_path: Path) -> None:
    workshop = shop()
    with workshop.desk() as desk:
        add(desk, Draft(summary="x"))
        desk.store.backup(tmp_path / "copy.sqlite3")

    assert workshop.restore(tmp_path / "copy.sqlite3") is not None


# --- accounts


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
        collection = workshop.connect(store, Calendar(name="work", account="main", path="/kari/tasks/"))
        shown = [workshop, vars(workshop), workshop.settings, collection, vars(collection), workshop.surroundings().settings()]

    assert dav.requests == []
    assert "hunter2" not in "".join(map(repr, shown))


def test_an_account_is_asked_for_its_password_once(dav: FakeDav, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = shop()
    calendar = Calendar(name="work", account="main", path="/kari/tasks/")
    with workshop.store() as store:
        workshop.connect(store, calendar)
        monkeypatch.delenv("DAV_PASSWORD")

        assert workshop.connect(store, calendar).url.endswith("/kari/tasks/")
        with pytest.raises(CredentialsRefused):
            shop().connect(store, calendar)
    assert dav.requests == []


def test_an_unknown_account_is_told_with_the_nearest(dav: FakeDav) -> None:
    with pytest.raises(UnknownName) as error:
        shop().discover("mian")

    assert (error.value.nearest, dav.requests) == (("main",), [])


def test_a_calendar_that_is_remembered_is_not_looked_for(dav: FakeDav) -> None:
    workshop = shop()
    url = f"{workshop.settings.accounts['main'].url.rstrip('/')}/kari/tasks/"
    with workshop.store() as store:
        with store.write(RunKind.SYNC, "sync", now=workshop.now) as writer:
            writer.save_state(CollectionState(calendar="work", url=url, display_name="Work"))

        assert workshop.connect(store, named("Work")).url == url
    assert dav.requests == []


@pytest.mark.usefixtures("dav")
def test_a_calendar_known_by_its_name_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAV_PASSWORD", "secret")
    workshop = shop()
    names = [found.display_name for found in workshop.discover("main")]
    with workshop.store() as store:
        assert workshop.connect(store, named(names[0])).url.endswith("/kari/tasks/")
        assert workshop.capabilities(store, named(names[0])).writable
        with pytest.raises(CollectionMissing, match=f"no calendar Elsewhere, but {names[0]}"):
            workshop.connect(store, named("Elsewhere"))

        old = f"{workshop.settings.accounts['main'].url}old/"
        failed = CollectionState(calendar="work", url=old, display_name=names[0], problem="404")
        with store.write(RunKind.SYNC, "sync", now=workshop.now) as writer:
            writer.save_state(failed)
        assert workshop.connect(store, named(names[0])).url.endswith("/kari/tasks/")

        monkeypatch.setattr(workshop, "discover", lambda _: [*Workshop.discover(workshop, "main")] * 2)
        with pytest.raises(AmbiguousInput, match='path = "/kari/tasks/"'):
            workshop.connect(store, named(names[0]))


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
        found = {name: workshop.capabilities(store, calendars[name]) for name in places if name != "nowhere"}
        with pytest.raises(CollectionMissing, match="has no calendar C, but A, B"):
            workshop.connect(store, calendars["nowhere"])
    assert {name: (one.display_name, one.writable) for name, one in found.items()} == {
        "by_path": ("A", True),
        "whole": ("A", True),
        "by_name": ("B", True),
        "team": ("Team", False),
    }
    assert [one.path for one in workshop.discover("files")] == ["a", "b"]
    assert [one.display_name for one in workshop.discover("team")] == ["Team"]


# --- mail


def test_without_mail_nothing_can_be_sent() -> None:
    with pytest.raises(NotConfigured, match="there is no \\[mail\\]"):
        _ = shop().mailer


def test_mail_asks_for_its_password_when_it_is_sent_and_names_itself(machine: Path) -> None:
    mail = '[mail]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nusername = "kari"\nfrom = "kari@example.org"\n'
    machine.write_text(ACME.format(HOURS) + mail, encoding="utf-8")
    message = EmailMessage()
    message["From"] = "kari@example.org"

    mailer = shop().mailer

    with pytest.raises(CredentialsRefused, match=r"no password for \[mail\]: set password_command"):
        mailer.send(message, recipients=["kari@example.org"])
