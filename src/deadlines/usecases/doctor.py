"""`deadlines doctor`: whether everything that deadlines needs is there, each line with its remedy.

Every look is for itself: what fails in one becomes a line, and the others go on.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from deadlines.core.settings import LOCAL, Calendar, Mode, Settings
from deadlines.errors import ConfigError, CredentialsRefused, DeadlinesError, StoreError, StoreFull, StoreReadOnly
from deadlines.remote.base import Capabilities
from deadlines.store.base import OPEN, Query, Store
from deadlines.store.digests import Outcome
from deadlines.usecases.cron import Kind, unattended
from deadlines.usecases.job_text import program_of, schedule_of

SCARCE = 100 * 2**20
"""Less free disk than this, in bytes, is worth a warning."""
_RECENT = timedelta(days=31)
_OUTCOMES = {
    Outcome.SENDING: "is being sent",
    Outcome.SENT: "sent",
    Outcome.QUIET: "there was nothing to say",
    Outcome.FAILED: "not sent",
    Outcome.REFUSED: "not sent",
    Outcome.UNKNOWN: "it may have been sent, or not",
}
_RESTORE = "deadlines restore FILE takes a backup back"
_MAKE_ROOM = "make room: nothing can be saved on a full disk"


class Level(enum.Enum):
    """How a look went."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one look found. `remedy` says what to do, empty when there is nothing."""

    level: Level
    topic: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where to look. `refresh` derives anew what is stale and says in one line what moved.

    `free` is in bytes; `jobs` is what `deadlines cron` installed; `is_program` is whether something can be started.
    """

    config_path: str
    is_configured: bool
    settings: Callable[[], Settings]
    zone_data: str
    database: str
    store: Callable[[], AbstractContextManager[Store]]
    refresh: Callable[[Store], str]
    probe: Callable[[Store, Calendar], Capabilities]
    free: int
    jobs: Callable[[], Mapping[Kind, str]]
    is_program: Callable[[str], bool]
    environ: Mapping[str, str]
    now: datetime


def diagnose(around: Surroundings) -> Iterator[Line]:
    """Look everywhere, one line after the other as it is found."""
    settings = None
    try:
        settings = around.settings()
    except ConfigError as error:
        for problem in error.problems:
            yield Line(level=Level.FAILURE, topic="config", message=problem, remedy=f"correct {around.config_path}")
    except DeadlinesError as error:
        yield Line(level=Level.FAILURE, topic="config", message=str(error))
    if settings is not None:
        yield from _config(around, settings)
    yield Line(level=Level.OK, topic="time zones", message=f"database {around.zone_data}")
    yield from _disk(around)
    yield from _database(around, settings)
    if settings is not None:
        yield from _cron(around, settings)


def _config(around: Surroundings, settings: Settings) -> Iterator[Line]:
    if not around.is_configured:
        yield Line(
            level=Level.WARNING,
            topic="config",
            message=f"there is no {around.config_path}: defaults are used, your zone is taken to be {settings.me.zone.key}",
            remedy="deadlines init",
        )
        return
    counts = (
        (len(settings.clients), "client"),
        (len(settings.accounts), "account"),
        (len(settings.calendars), "calendar"),
    )
    said = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    yield Line(level=Level.OK, topic="config", message=f"{around.config_path}: {said}; you are in {settings.me.zone.key}")


def _disk(around: Surroundings) -> Iterator[Line]:
    free = f"{around.free / 2**30:.1f} GiB free"
    if around.free < SCARCE:
        yield Line(level=Level.WARNING, topic="disk", message=free, remedy=_MAKE_ROOM)
    else:
        yield Line(level=Level.OK, topic="disk", message=free)


def _database(around: Surroundings, settings: Settings | None) -> Iterator[Line]:
    try:
        with around.store() as store:
            yield from _each(_integrity(around, store), topic="database")
            yield from _each(_unreadable(store), topic="database")
            if settings is not None:
                yield from _each(_moved(around, store), topic="time zones")
                yield from _each(_left_behind(store, settings), topic="calendars")
                refused: dict[str, CredentialsRefused] = {}
                for calendar in settings.calendars.values():
                    yield from _each(_last_sync(store, calendar, around.now), topic=f"sync {calendar.name}")
                    yield _server(around, store, calendar, refused)
                for reader in () if settings.mail is None else settings.mail.to:
                    yield from _each(_last_digest(store, reader, around.now), topic="digest")
    except StoreError as error:
        yield Line(level=Level.FAILURE, topic="database", message=str(error), remedy=_remedy(error))


def _each(look: Iterator[Line], *, topic: str) -> Iterator[Line]:
    """The lines of one look at the database, whose failure is a line too."""
    try:
        yield from look
    except StoreError as error:
        yield Line(level=Level.FAILURE, topic=topic, message=str(error), remedy=_remedy(error))


def _remedy(error: StoreError) -> str:
    if isinstance(error, StoreFull):
        return _MAKE_ROOM
    return "let yourself write to its folder" if isinstance(error, StoreReadOnly) else _RESTORE


def _moved(around: Surroundings, store: Store) -> Iterator[Line]:
    if said := around.refresh(store):
        yield Line(level=Level.WARNING, topic="time zones", message=said, remedy="deadlines list shows the new times")


def _integrity(around: Surroundings, store: Store) -> Iterator[Line]:
    complaints = store.check()
    for complaint in complaints:
        remedy = "deadlines backup FILE saves what can be read, deadlines restore FILE takes an older copy back"
        yield Line(level=Level.FAILURE, topic="database", message=complaint, remedy=remedy)
    if not complaints:
        yield Line(level=Level.OK, topic="database", message=f"{around.database}: intact")


def _unreadable(store: Store) -> Iterator[Line]:
    for item in store.unreadable():
        yield Line(
            level=Level.WARNING,
            topic="item",
            message=f"S503 {item.calendar} {item.href}: {item.reason}",
            remedy="mend or remove it with the program that made it; until then it is left as it is",
        )


def _left_behind(store: Store, settings: Settings) -> Iterator[Line]:
    """Open tasks from before there was a calendar: nothing syncs them, and nobody would see it."""
    me = settings.me
    open_tasks = store.count(Query(calendar=LOCAL, statuses=OPEN)) if settings.calendars and me.default_calendar != LOCAL else 0
    if open_tasks:
        tasks = "1 open task is" if open_tasks == 1 else f"{open_tasks} open tasks are"
        yield Line(
            level=Level.WARNING,
            topic="calendars",
            message=f"{tasks} in calendar {LOCAL}, which is never synced",
            remedy=f"deadlines list --calendar {LOCAL} shows them, deadlines init --move-local --yes moves them all",
        )


def _last_sync(store: Store, calendar: Calendar, now: datetime) -> Iterator[Line]:
    state = store.state(calendar.name)
    topic = f"sync {calendar.name}"
    if state.problem:
        yield Line(level=Level.FAILURE, topic=topic, message=f"the last one failed: {state.problem}", remedy="deadlines sync")
    elif state.synced_at is None:
        yield Line(level=Level.WARNING, topic=topic, message="never synced", remedy="deadlines sync")
    else:
        said, age = f"last synced {state.synced_at:%Y-%m-%d %H:%M} UTC", now - state.synced_at
        if age > calendar.stale_after:
            yield Line(level=Level.WARNING, topic=topic, message=f"S501 {said}, {age.days} days ago", remedy="deadlines sync")
        else:
            yield Line(level=Level.OK, topic=topic, message=said)


def _last_digest(store: Store, reader: str, now: datetime) -> Iterator[Line]:
    """What became of the last one by schedule; nothing where there is none."""
    for last in store.digests.deliveries(reader, since=now.date() - _RECENT)[-1:]:
        said = f"to {reader}, {last.day}: {_OUTCOMES[last.outcome]}"
        if last.problem:
            remedy = "deadlines digest --mail --now sends it at once"
            yield Line(level=Level.FAILURE, topic="digest", message=f"{said}: {last.problem}", remedy=remedy)
        else:
            yield Line(level=Level.OK, topic="digest", message=said)


def _server(around: Surroundings, store: Store, calendar: Calendar, refused: dict[str, CredentialsRefused]) -> Line:
    """A password that was `refused` to its account is not tried once more: servers lock out whoever does that often."""
    topic = f"server {calendar.name}"
    try:
        if calendar.account in refused:
            raise refused[calendar.account]
        found = around.probe(store, calendar)
    except CredentialsRefused as error:
        refused[calendar.account] = error
        remedy = f"correct user name and password of account {calendar.account}"
        return Line(level=Level.FAILURE, topic=topic, message=str(error), remedy=remedy)
    except DeadlinesError as error:
        remedy = f"deadlines account discover {calendar.account} shows what is there"
        return Line(level=Level.FAILURE, topic=topic, message=str(error), remedy=remedy)
    changes = "sync-token" if found.sync_token else "ctag" if found.ctag else "ETags alone, so that every sync lists everything"
    said = f"{found.display_name or calendar.name}: {found.server or 'a CalDAV server'}, changes by {changes}"
    if not found.writable and calendar.mode is Mode.TWO_WAY:
        remedy = f'give calendar {calendar.name} mode = "read-only"'
        return Line(level=Level.WARNING, topic=topic, message=f"{said}; it is read-only", remedy=remedy)
    if found.components and "VTODO" not in found.components:
        remedy = "choose a calendar for tasks with deadlines account discover, and keep tasks there"
        return Line(level=Level.WARNING, topic=topic, message=f"{said}; it takes no tasks", remedy=remedy)
    return Line(level=Level.OK, topic=topic, message=said)


def _cron(around: Surroundings, settings: Settings) -> Iterator[Line]:
    """What starts us, whether it still can, and what it would miss."""
    jobs = around.jobs()
    for kind, text in jobs.items():
        program = program_of(text)
        if around.is_program(program):
            yield Line(level=Level.OK, topic="cron", message=f"{kind.value} starts {program} {schedule_of(text)}")
        else:
            message = f"{kind.value} starts {program or 'nothing'}, which is not there"
            yield Line(level=Level.WARNING, topic="cron", message=message, remedy="deadlines cron install")
    if len(jobs) > 1:
        remedy = "deadlines cron remove --kind crontab"
        yield Line(level=Level.WARNING, topic="cron", message="both the crontab and systemd start it", remedy=remedy)
    if not jobs:
        yield Line(level=Level.OK, topic="cron", message="nothing is installed; `deadlines cron install` has it run by itself")
    for message, remedy in unattended(settings, around.environ):
        yield Line(level=Level.WARNING, topic="cron", message=message, remedy=remedy)
