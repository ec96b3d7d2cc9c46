"""Syncing every calendar, or those asked for: each for itself, so that what fails in one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from deadlines.core.settings import Calendar, Policy
from deadlines.errors import CredentialsRefused, DeadlinesError, NotConfigured, Refused, Unreachable, Untrusted
from deadlines.remote.base import Collection
from deadlines.store.base import RunKind, Store
from deadlines.sync.engine import sync_calendar
from deadlines.sync.fold import Ask, Folder
from deadlines.sync.rehearsal import Rehearsal
from deadlines.sync.report import CalendarReport, Conflict, Outcome
from deadlines.sync.terms import Terms
from deadlines.usecases.desk import Desk
from deadlines.usecases.homes import Homes

Connect = Callable[[Store, Calendar], Collection]
"""Opens the collection of a calendar; `RemoteError` where it cannot even be addressed."""


def nobody(_conflict: Conflict) -> Policy:
    """Nobody is there to be asked: the conflict waits."""
    return Policy.ASK


def _silent(_calendar: str, _what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. No `calendars` means all of them; `timer` counts seconds."""

    timer: Callable[[], float]
    calendars: tuple[str, ...] = ()
    dry_run: bool = False
    full: bool = False
    allow_deletes: int = 0
    connections: int = 4
    ask: Ask = nobody
    progress: Callable[[str, str, int, int], None] = _silent


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What happened, calendar by calendar. `run` is the number to undo it by; 0 when nothing changed here, or in a dry run."""

    run: int
    dry_run: bool
    calendars: tuple[CalendarReport, ...]


def sync(desk: Desk, connect: Connect, request: Request) -> SyncReport:
    """Sync. Whoever calls this holds the lock: only one sync runs at a time."""
    wanted = _wanted(desk, request.calendars)
    if not request.dry_run:
        return _synced(desk, desk.store, connect, request, wanted)
    with closing(desk.store.rehearsal()) as copy:
        return _synced(desk, copy, connect, request, wanted)


def _synced(desk: Desk, store: Store, connect: Connect, request: Request, wanted: Sequence[Calendar]) -> SyncReport:
    run = store.new_run(RunKind.SYNC, desk.command, now=desk.now)
    accounts, full, timer = desk.settings.accounts, request.full, request.timer
    homes = Homes(store, wanted, accounts, full=full, timer=timer, now=desk.now)
    one = _One(desk=desk, store=store, connect=connect, request=request, run=run, homes=homes)
    failed: dict[str, DeadlinesError] = {}
    reports = []
    for calendar in wanted:
        report = CalendarReport(name=calendar.name)
        error = failed.get(calendar.account)
        if error is None:
            error = one.sync(calendar, report)
        if error is not None:
            report.error = error
            if report.outcome is Outcome.OK:
                report.outcome = Outcome.FAILED
            if isinstance(error, CredentialsRefused | Unreachable | Untrusted):
                failed[calendar.account] = error
        reports.append(report)
    homes.remember()
    happened = not request.dry_run and store.run(run) is not None
    return SyncReport(run=run if happened else 0, dry_run=request.dry_run, calendars=tuple(reports))


def _wanted(desk: Desk, names: Sequence[str]) -> Sequence[Calendar]:
    calendars = desk.settings.calendars
    if not calendars:
        hint = "`deadlines init` connects your calendars; `deadlines demo` shows how it works without them"
        raise NotConfigured("no calendar is configured, so there is nothing to sync with", hint=hint)
    return [_configured(desk, name) for name in dict.fromkeys(names)] if names else list(calendars.values())


def _configured(desk: Desk, name: str) -> Calendar:
    if desk.calendar(name) not in desk.settings.calendars:
        raise Refused(f"calendar {name} is kept on this computer alone", hint="leave it out: there is nothing to sync it with")
    return desk.settings.calendars[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """What the sync of every calendar has in common."""

    desk: Desk
    store: Store
    connect: Connect
    request: Request
    run: int
    homes: Homes

    def sync(self, calendar: Calendar, report: CalendarReport) -> DeadlinesError | None:
        """Sync one calendar into its report. Returns the failure, if it failed."""
        try:
            collection = self.connect(self.store, calendar)
        except DeadlinesError as error:
            return error
        try:
            foreknown = self.homes.foreknown(calendar, collection)
            remote = Rehearsal(foreknown) if self.request.dry_run else foreknown
            sync_calendar(self.store, remote, self._folder(calendar, report), self._terms(calendar))
        finally:
            collection.close()
        return report.error

    def _folder(self, calendar: Calendar, report: CalendarReport) -> Folder:
        return Folder(
            calendar=calendar.name,
            policy=calendar.conflict,
            index=self.desk.index,
            by_uid=lambda uid: self.store.by_uid(calendar.name, uid),
            new_uid=self.desk.new_uid,
            ask=self.request.ask,
            report=report,
        )

    def _terms(self, calendar: Calendar) -> Terms:
        return Terms(
            run=self.run,
            now=self.desk.now,
            timer=self.request.timer,
            mode=calendar.mode,
            full=self.request.full,
            allow_deletes=self.request.allow_deletes,
            connections=self.request.connections,
            display_name="" if calendar.path else calendar.display_name,
            progress=lambda what, done, of: self.request.progress(calendar.name, what, done, of),
        )
