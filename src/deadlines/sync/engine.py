"""The sync of one calendar.

Theory of operation. A record keeps three texts (`store.base`): what is here, what both sides last agreed on, and what we were
about to write when we last began a request. A run is a loop of *read* and *write*:

    read    ask the server what changed since the mark and fold each fact into what is here (`reading`, `fold`): afterwards every
            record whose text differs from its base, and nothing else, is to be written
    guard   stop before anything is deleted or written when the server seems to have lost suspiciously much
    write   push those records, conditionally, over a few connections (`push`)
    again   until nothing was written: what we wrote comes back in the next reading, so what the server stored is looked at before
            it is believed, and what it refused (412: somebody was faster) is decided anew with the version it has now
    delete  last: on the server first, then here; then the mark is saved

What is about to be written is saved before it is sent, and its outcome soon after it is known. So at whatever point the process
dies, the next run knows for every record what it knew and what it does not know, asks the server about the latter, and goes on:
nothing is lost, nothing is written twice, nothing deleted comes back.

A dry run is this very run on a copy of the database, against a server that only pretends to write (`rehearsal`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from deadlines.core.planned import is_planned
from deadlines.core.settings import Mode
from deadlines.errors import CollectionMissing, CollectionVanished, DeadlinesError, GuardTripped
from deadlines.ical.read import content
from deadlines.remote.base import Collection, Mark
from deadlines.store.base import CollectionState, Record, RunKind, Store
from deadlines.sync.fold import Folder, Left
from deadlines.sync.guard import Deletions, check
from deadlines.sync.push import Pusher
from deadlines.sync.reading import Reader
from deadlines.sync.report import CalendarReport, Item, Outcome
from deadlines.sync.terms import Terms

ROUNDS = 4
"""One to begin with, and three for what the server refuses because somebody was faster."""
LIST_ALL_AFTER = timedelta(days=1)
"""Tokens can be stale and look valid (seen at SOGo, Baikal, DAViCal): everything is listed once a day."""
LIST_AFTER_DOWNLOAD = timedelta(hours=1)
"""What a first download cannot know of (a filter of the server left it out) is found that soon, and the run after it is cheap."""


def sync_calendar(store: Store, collection: Collection, folder: Folder, terms: Terms) -> CalendarReport:
    """Sync one calendar; every failure ends in the report, which is the folder's."""
    report = folder.report
    began, asked = terms.timer(), collection.requests
    try:
        _Sync(store, collection, folder, terms).run()
    except GuardTripped as error:
        report.outcome, report.error = Outcome.GUARDED, error
    except DeadlinesError as error:
        report.outcome, report.error = Outcome.FAILED, error
    report.seconds = terms.timer() - began
    report.requests = collection.requests - asked
    if report.error is not None:
        _remember_failure(store, folder.calendar, report.error, terms)
    return report


def beginning(state: CollectionState, *, full: bool, now: datetime) -> tuple[Mark, bool]:
    """The mark with which a run begins where we left off so, and whether it lists everything; `full`: that was asked for."""
    if state.listed_at is None:
        return Mark(), False
    mark = Mark(sync_token=state.sync_token, ctag=state.ctag)
    return mark, full or now - state.listed_at > LIST_ALL_AFTER or mark == Mark()


def _remember_failure(store: Store, calendar: str, error: DeadlinesError, terms: Terms) -> None:
    """A calendar that stopped syncing must be able to say so (S501); where even that cannot be saved, the report still does."""
    try:
        with store.write(RunKind.SYNC, "sync", now=terms.now, run=terms.run) as writer:
            writer.save_state(store.state(calendar)._replace(calendar=calendar, problem=str(error)))
    except DeadlinesError:
        return


class _Sync:
    """One run over one calendar."""

    def __init__(self, store: Store, collection: Collection, folder: Folder, terms: Terms) -> None:
        self._store = store
        self._remote = collection
        self._folder = folder
        self._terms = terms
        self._name = folder.calendar
        self._reader = Reader(store, collection, folder, terms)
        self._pusher = Pusher(store, collection, folder, terms)
        self._doomed: list[Record] = []
        self._refused = False

    def run(self) -> None:
        """Read and write until nothing is left to be written; then delete, and save where we are."""
        state = self._state()
        listed_at = state.listed_at
        mark, full = beginning(state, full=self._terms.full, now=self._terms.now)
        for _ in range(ROUNDS):
            try:
                reading = self._reader.read(mark, full=full)
            except CollectionMissing as error:
                raise self._vanished(error) from error
            self._refused |= reading.full and not full and bool(mark.sync_token)
            mark = reading.mark
            if reading.full:
                listed_at = self._terms.now
            elif listed_at is None:
                listed_at = self._terms.now - LIST_ALL_AFTER + LIST_AFTER_DOWNLOAD
            full = mark == Mark()
            self._guard(reading.gone)
            self._fold_gone(reading.gone)
            if self._terms.mode is Mode.READ_ONLY or not self._write():
                break
        else:
            self._pusher.give_up()
        if self._terms.mode is Mode.READ_ONLY:
            self._skip_read_only(since=state.run)
        else:
            self._pusher.delete([record for record in self._pending() if record.ical is None and record.sent is None])
        self._delete_here()
        self._save(mark, listed_at)

    def _state(self) -> CollectionState:
        """Where we left off. Another URL is another collection: then nothing that was agreed on holds.

        That is forgotten only once the other one has answered, so that a mistyped URL costs nothing.
        """
        state = self._store.state(self._name)
        if not state.url or state.url == self._remote.url:
            return state
        self._remote.capabilities()
        with self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run) as writer:
            writer.detach(self._name)
        return CollectionState(calendar=self._name)

    def _vanished(self, error: CollectionMissing) -> DeadlinesError:
        """A collection that was there and is gone trips the guard; one that never was is a wrong address."""
        here = sum(1 for _ in self._store.known(self._name))
        if not here:
            return error
        return CollectionVanished(self._name, error.url, items=here)

    def _guard(self, gone: list[Record]) -> None:
        """Look at what this run is about to delete. What the server never confirmed to have is not lost when it is not there.

        Nor is planned work that was planned anew: it can be made again, and a plan changes more than a quarter of it any day.
        """
        missing = {record.id: record for record in [*self._doomed, *gone]}
        lost = sum(1 for record in missing.values() if record.base is not None)
        there = 0
        if self._terms.mode is Mode.TWO_WAY:
            removed = (record for record in self._pending() if record.ical is None and record.id not in missing)
            there = sum(1 for record in removed if not is_planned(record.uid))
        if not lost and not there:
            return
        kept = [known for known in self._store.known(self._name) if known.id not in missing]
        came = {item.uid for item in self._folder.report.pulled.created}
        newest_kept = max((known.id for known in kept if known.uid not in came), default=0)
        forgot = self._refused and min(missing, default=0) > newest_kept
        deletions = Deletions(here=lost, there=there, of=len(kept) + lost, forgot=forgot)
        check(self._name, deletions, allowed=self._terms.allow_deletes)

    def _fold_gone(self, gone: list[Record]) -> None:
        with self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run) as writer:
            for known in gone:
                record = self._store.get(known.id)  # as it is now: a command may have changed it since it was listed
                if record is not None and self._folder.gone(writer, record) is Left.DELETE_LOCAL:
                    self._doomed.append(record)
        self._reader.owes = bool(self._doomed)

    def _pending(self) -> list[Record]:
        """What is to be written: what differs from its base, but for what this run must leave alone."""
        records = (self._store.get(number) for number in self._store.pending(self._name))
        return [record for record in records if record is not None and not self._reader.holds(record)]

    def _write(self) -> bool:
        """Push what is pending. True when the server must be read again."""
        todo = [record for record in self._pending() if record.ical is not None]
        self._pusher.write([record for record in todo if not self._settled(record)])
        self._reader.recheck = self._pusher.written | self._pusher.refused
        return bool(self._reader.recheck)

    def _settled(self, record: Record) -> bool:
        """Whether only stamps differ from the base: then there is nothing to tell the server."""
        if record.sent is not None or record.base is None or record.ical is None:
            return False
        if content(record.base) != content(record.ical):
            return False
        with self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run) as writer:
            writer.settle(replace(record, base=record.ical, sent=None), expected=record.ical)
        return True

    def _skip_read_only(self, *, since: int) -> None:
        """Report what was changed here since the last sync, which was run `since`: it can go nowhere, and once is enough."""
        for record in self._pending():
            changes = self._store.changes(record=record.id)
            if changes and changes[-1].run <= since:
                continue
            detail = "changed here, but the calendar is read-only; undo the change, or move the task to another calendar"
            self._folder.report.skipped.append(Item(uid=record.uid, summary=record.index.summary, detail=detail))

    def _delete_here(self) -> None:
        with self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run) as writer:
            for record in self._doomed:
                now = self._store.get(record.id)
                if now is not None and now.ical == record.ical:
                    writer.forget(record, note="removed on the server")
                    self._folder.report.pulled.deleted.append(Item(uid=record.uid, summary=record.index.summary))

    def _save(self, mark: Mark, listed_at: datetime | None) -> None:
        state = CollectionState(
            calendar=self._name,
            url=self._remote.url,
            sync_token=mark.sync_token,
            ctag=mark.ctag,
            listed_at=listed_at,
            synced_at=self._terms.now,
            display_name=self._terms.display_name,
            run=self._terms.run,
        )
        with self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run) as writer:
            writer.save_state(state)
