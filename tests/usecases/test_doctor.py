from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from tests.usecases.conftest import NOW

from deadlines.core.settings import Account, Calendar, Mail, Mode, PasswordSource, Settings
from deadlines.errors import (
    ConfigError,
    CredentialsRefused,
    InputError,
    StoreBroken,
    StoreError,
    StoreFull,
    StoreReadOnly,
    Unreachable,
)
from deadlines.remote.base import Capabilities
from deadlines.store.base import CollectionState, RunKind, Store, Unreadable
from deadlines.store.digests import Delivery, Outcome
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.cron import Kind
from deadlines.usecases.desk import Desk
from deadlines.usecases.doctor import Level, Line, Surroundings, diagnose
from deadlines.usecases.draft import Draft
from deadlines.usecases.job_text import Job, crontab_block
from deadlines.usecases.tasks import add

GOOD = Capabilities(writable=True, sync_token=True, ctag=True, components=frozenset({"VTODO"}), server="Radicale")
BLOCK = crontab_block(Job(words=("/usr/bin/deadlines", "cron", "run"), every=timedelta(minutes=15), environ={"PATH": "/bin"}))


def fails(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


@pytest.fixture
def around(store: SqliteStore, settings: Settings, tmp_path: Path) -> Surroundings:
    @contextmanager
    def opened() -> Iterator[Store]:
        yield store

    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        for calendar in settings.calendars:
            writer.save_state(CollectionState(calendar=calendar, synced_at=NOW))
    return Surroundings(
        config_path="config.toml",
        is_configured=True,
        settings=lambda: settings,
        zone_data="2026f (package)",
        database=str(tmp_path),
        store=opened,
        refresh=lambda _: "",
        probe=lambda _store, _calendar: GOOD,
        free=2**33,
        jobs=lambda: {Kind.CRONTAB: BLOCK},
        is_program=lambda program: program == "/usr/bin/deadlines",
        environ={"SECRET": "hunter2"},
        now=NOW,
    )


def worst(around: Surroundings) -> list[Line]:
    return [line for line in diagnose(around) if line.level is not Level.OK]


def test_where_all_is_well_every_look_says_so(around: Surroundings) -> None:
    lines = list(diagnose(around))

    assert {line.level for line in lines} == {Level.OK}
    assert [line.topic for line in lines] == [
        "config", "time zones", "disk", "database", "sync work", "server work", "sync edo", "server edo", "cron",
    ]  # fmt: skip
    assert lines[-1].message == "crontab starts /usr/bin/deadlines */15 * * * *"
    assert lines[1].message == "database 2026f (package)"
    assert "Radicale, changes by sync-token" in lines[5].message


def with_probe(**changed: object) -> Callable[[Surroundings], Surroundings]:
    found = replace(GOOD, **changed)  # type: ignore[arg-type] # a few fields
    return lambda around: replace(around, probe=lambda _store, _calendar: found)


def with_source(source: PasswordSource) -> Callable[[Surroundings], Surroundings]:
    def change(around: Surroundings) -> Surroundings:
        settings = around.settings()
        account = Account(name="main", url="https://dav.example.org/", password=source)
        return replace(around, settings=lambda: replace(settings, accounts={"main": account}))

    return change


@pytest.mark.parametrize(
    ("change", "level", "topic", "message"),
    [
        (lambda a: replace(a, free=2**20), Level.WARNING, "disk", "0.0 GiB free"),
        (lambda a: replace(a, is_configured=False), Level.WARNING, "config", "defaults are used"),
        (lambda a: replace(a, is_program=lambda _: False), Level.WARNING, "cron", "/usr/bin/deadlines, which is not there"),
        (lambda a: replace(a, jobs=lambda: {Kind.SYSTEMD: "odd"}), Level.WARNING, "cron", "systemd starts nothing, which"),
        (lambda a: replace(a, jobs=lambda: dict.fromkeys(Kind, BLOCK)), Level.WARNING, "cron", "both the crontab and systemd"),
        (lambda a: replace(a, refresh=lambda _: "2 moved"), Level.WARNING, "time zones", "2 moved"),
        (lambda a: replace(a, refresh=fails(StoreBroken("db", "torn"))), Level.FAILURE, "time zones", "db: torn"),
        (lambda a: replace(a, settings=fails(InputError("odd"))), Level.FAILURE, "config", "odd"),
        (lambda a: replace(a, settings=fails(ConfigError("c", ["line 1: x"]))), Level.FAILURE, "config", "line 1: x"),
        (lambda a: replace(a, store=fails(StoreBroken("db", "torn"))), Level.FAILURE, "database", "db: torn"),
        (lambda a: replace(a, probe=fails(Unreachable("u", "no route"))), Level.FAILURE, "server work", "no route"),
        (with_probe(writable=False), Level.WARNING, "server work", "it is read-only"),
        (with_probe(components=frozenset({"VEVENT"})), Level.WARNING, "server work", "takes no tasks"),
        (with_source(PasswordSource(env="SECRET")), Level.WARNING, "cron", "cron does not read"),
        (with_source(PasswordSource(env="OTHER")), Level.WARNING, "cron", "OTHER is not set"),
        (with_source(PasswordSource(keyring=True)), Level.WARNING, "cron", "keyring may be locked"),
    ],
)
def test_what_is_wrong_is_a_line_and_the_other_looks_go_on(
    around: Surroundings, change: Callable[[Surroundings], Surroundings], level: Level, topic: str, message: str
) -> None:
    lines = list(diagnose(change(around)))
    found = [line for line in lines if line.level is not Level.OK]

    assert (found[0].level, found[0].topic) == (level, topic)
    assert message in found[0].message
    assert lines[-1].topic == "cron" or topic == "config"
    assert "hunter2" not in "".join(line.message + line.remedy for line in lines)


def test_a_password_is_tried_once_for_its_account(around: Surroundings) -> None:
    asked: list[str] = []

    def probe(_store: Store, calendar: Calendar) -> NoReturn:
        asked.append(calendar.name)
        raise CredentialsRefused("https://dav.example.org/", "no", status=401)

    lines = [line for line in diagnose(replace(around, probe=probe)) if line.topic.startswith("server")]

    assert [line.topic for line in lines] == ["server work", "server edo"]
    assert {line.remedy for line in lines} == {"correct user name and password of account main"}
    assert asked == ["work"]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (StoreFull("db"), "make room: nothing can be saved on a full disk"),
        (StoreReadOnly("db"), "let yourself write to its folder"),
    ],
)
def test_a_full_disk_and_a_read_only_folder_need_no_backup(around: Surroundings, error: StoreError, remedy: str) -> None:
    lines = list(diagnose(replace(around, store=fails(error))))

    assert [(line.message, line.remedy) for line in lines if line.topic == "database"] == [(str(error), remedy)]


def test_a_damaged_look_at_the_database_spares_the_servers(around: Surroundings, store: SqliteStore) -> None:
    class Torn:
        def check(self) -> list[str]:
            raise StoreBroken("db", "the database is damaged")

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

    @contextmanager
    def torn() -> Iterator[Store]:
        yield Torn()  # type: ignore[misc] # a store in all but one method

    opened: Callable[[], AbstractContextManager[Store]] = torn

    assert [line.topic for line in worst(replace(around, store=opened))] == ["database"]


@pytest.mark.parametrize(
    ("state", "level", "message"),
    [
        (CollectionState(calendar="work"), Level.WARNING, "never synced"),
        (CollectionState(calendar="work", synced_at=NOW, problem="no route"), Level.FAILURE, "no route"),
        (CollectionState(calendar="work", synced_at=NOW - timedelta(days=3)), Level.WARNING, "S501"),
    ],
)
def test_a_calendar_that_is_behind_is_told(
    around: Surroundings, store: SqliteStore, state: CollectionState, level: Level, message: str
) -> None:
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.save_state(state)

    (line,) = worst(around)

    assert (line.level, line.topic, line.remedy) == (level, "sync work", "deadlines sync")
    assert message in line.message


def test_an_unreadable_item_is_named(around: Surroundings, store: SqliteStore) -> None:
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable(calendar="work", href="/kari/work/x.ics", etag="1", text="?", reason="line 1: empty"))

    (line,) = worst(around)

    assert line.message == "S503 work /kari/work/x.ics: line 1: empty"


def test_tasks_from_before_there_was_a_calendar_are_told(around: Surroundings, desk: Desk) -> None:
    add(desk, Draft(summary="Old", calendar="local"))
    add(desk, Draft(summary="New"))

    (line,) = worst(around)

    assert (line.level, line.message) == (Level.WARNING, "1 open task is in calendar local, which is never synced")
    assert "deadlines init --move-local --yes moves them all" in line.remedy


def test_a_calendar_that_is_only_read_may_be_read_only(around: Surroundings) -> None:
    settings = around.settings()
    calendar = Calendar(name="work", account="main", path="/kari/work/", mode=Mode.READ_ONLY)
    only = replace(around, settings=lambda: replace(settings, calendars={"work": calendar}))

    assert worst(with_probe(writable=False)(only)) == []


def with_mail(around: Surroundings, *to: str) -> Surroundings:
    settings = replace(around.settings(), mail=Mail(host="localhost", sender="kari@example.org", to=to))
    return replace(around, settings=lambda: settings)


@pytest.mark.parametrize(
    ("outcome", "problem", "level", "says"),
    [
        (Outcome.SENT, "", Level.OK, "to kari@example.org, 2026-11-23: sent"),
        (Outcome.QUIET, "", Level.OK, "to kari@example.org, 2026-11-23: there was nothing to say"),
        (Outcome.REFUSED, "no such user", Level.FAILURE, "to kari@example.org, 2026-11-23: not sent: no such user"),
        (Outcome.UNKNOWN, "cut", Level.FAILURE, "to kari@example.org, 2026-11-23: it may have been sent, or not: cut"),
    ],
)
def test_the_last_digest_is_told(around: Surroundings, outcome: Outcome, problem: str, level: Level, says: str) -> None:
    with around.store() as store:
        for day, one in ((22, Outcome.SENT), (23, outcome)):
            store.digests.settle(Delivery("kari@example.org", date(2026, 11, day), one, NOW, problem=problem))

    lines = [line for line in diagnose(with_mail(around, "kari@example.org", "new@example.org")) if line.topic == "digest"]

    assert [(line.level, line.message) for line in lines] == [(level, says)]
