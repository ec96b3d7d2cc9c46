"""Writing what is pending, over a few connections at once (`lines`); and deleting, one after the other.

What is about to be written is saved before it is sent (`sent`); outcomes are saved a few at a time, since each commit keeps the
disk from a server on this machine: one that a death leaves unsaved is an outcome unknown. Only this thread touches the store; the
others only talk. A refusal that says "it changed" or an answer that never came is no error here: the href is noted, and the next
reading finds out.

What that reading found shows when the next round begins. A write whose outcome was unknown has arrived when the base has what was
sent; if it has not, and the server said 500, it is the item that fails it. A record that was refused as changed twice, and is on
the server as it was, is refused for what it says (Xandikos and DAViCal say 412 to that too).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from itertools import islice

from deadlines.errors import DeadlinesError, PreconditionFailed, ReadOnlyCollection, Rejected, Unreachable
from deadlines.remote.base import Collection, Listed, Written
from deadlines.store.base import Record, RunKind, Store, Writer
from deadlines.sync.fold import Folder, arrived
from deadlines.sync.lines import Lines
from deadlines.sync.report import Item
from deadlines.sync.terms import Terms

BATCH = 100
"""How many writes are announced to the store at once, and how many outcomes wait to be saved at most."""
PATIENCE_WITH_ONE = 2
"""So often is a record sent that the server calls changed though it is not."""
SAVED_AFTER = 0.5
"""Seconds since outcomes were last saved, after which the next one waits for no others."""
_UNSURE = 500
_PRECONDITION_FAILED = 412
PATIENCE = 3
"""After so many writes in a row without an answer the server is taken to be down."""


class Pusher:
    """Writes to one collection. `written` and `refused` are the hrefs of the last `write`, for the next reading to look at."""

    def __init__(self, store: Store, collection: Collection, folder: Folder, terms: Terms) -> None:
        self._store = store
        self._remote = collection
        self._folder = folder
        self._terms = terms
        self._unanswered = 0
        self._done = 0
        self._rejected: set[int] = set()
        self._waiting: dict[str, Record] = {}
        self._unknown: dict[int, _Unknown] = {}
        self._unsaved: list[tuple[Record, Written]] = []
        self._saved_at = 0.0
        self._refusals: Counter[tuple[int, str | None, str | None, str]] = Counter()
        self.written: set[str] = set()
        self.refused: set[str] = set()

    def write(self, records: Iterable[Record]) -> None:
        """Create or update each record on the server; those it will not have are reported and left for another run."""
        self.written.clear()
        self.refused.clear()
        self._waiting.clear()
        todo = [record for record in records if record.id not in self._rejected]
        todo = [record for record in self._resolved(todo) if not self._is_refused_as_it_is(record)]
        of = self._done + len(todo)
        lines = Lines(self._remote, _attempt, usual=self._terms.connections, timer=self._terms.timer)
        self._saved_at = self._terms.timer()
        try:
            with closing(lines.send(self._announced(todo))) as outcomes:  # what was not begun is not sent any more
                for record, outcome in outcomes:
                    self._record(record, outcome)
                    self._done += 1
                    self._terms.progress("written", self._done, of)
        except DeadlinesError:
            self._save()
            raise
        self._save()

    def _resolved(self, records: Sequence[Record]) -> Iterator[Record]:
        """Look at what became of writes without an outcome. Gives the records that may be written."""
        unknown, self._unknown = self._unknown, {}
        for record in records:
            failed = unknown.pop(record.id, None)
            if failed is not None and failed.detail:
                self._rejected.add(record.id)
                self._skip(record, failed.detail)
            else:
                yield record
        for record in (unknown.pop(number).record for number in list(unknown)):
            now = self._store.get(record.id)
            if now is not None and now.base is not None and now.sent is None and arrived(record, now.base):
                self._report_written(record)

    def _is_refused_as_it_is(self, record: Record) -> bool:
        refused = self._refusals[_version(record)] >= PATIENCE_WITH_ONE
        if refused:
            self._rejected.add(record.id)
            self._skip(record, "the server refuses it (412), though nothing changed there: it does not take what the task says")
        return refused

    def delete(self, records: Iterable[Record]) -> None:
        """Delete each record on the server, unless it changed there: then it comes back with the next run."""
        for record in records:
            try:
                self._remote.delete(_listed(record))
            except PreconditionFailed:
                self._skip(record, "removed here, but it changed on the server meanwhile; the next sync decides")
            except (Rejected, ReadOnlyCollection) as error:
                self._skip(record, f"the server refuses to delete it: {error.reason}")
            else:
                self._forget(record)
                self._folder.report.pushed.deleted.append(Item(uid=record.uid, summary=_summary(record)))

    def _forget(self, record: Record) -> None:
        """It is gone there. Was it undone here meanwhile, then it is new."""
        alone = replace(record, href="", etag="", schedule_tag="", base=None, sent=None)
        with self._transaction() as writer:
            writer.settle(alone, expected=record.ical, note="removed here")

    def give_up(self) -> None:
        """Say what the server refused again and again."""
        for record in self._waiting.values():
            self._skip(record, "changed on the server again and again; the next sync goes on")
        for failed in self._unknown.values():
            if failed.detail:
                self._skip(failed.record, failed.detail)

    def _announced(self, records: Iterable[Record]) -> Iterator[Record]:
        for batch in _batches(records, BATCH):
            yield from self._announce(batch)

    def _announce(self, batch: Sequence[Record]) -> list[Record]:
        """Save what is about to be sent, and where to."""
        announced = []
        with self._transaction() as writer:
            for record in batch:
                href = record.href or self._free_href(record)
                going = replace(record, href=href, sent=record.ical)
                if writer.settle(going, expected=record.ical):
                    announced.append(going)
        return announced

    def _free_href(self, record: Record) -> str:
        """A place for a new resource; another program may have named one of its own as we would name ours."""
        href = self._remote.href_for(record.uid)
        if self._store.by_href(record.calendar, href) is None:
            return href
        return self._remote.href_for(f"{record.uid}-{record.id}")

    def _record(self, record: Record, outcome: Written | DeadlinesError) -> None:
        match outcome:
            case Written():
                self._unanswered = 0
                self._unsaved.append((record, outcome))
                if len(self._unsaved) >= BATCH or self._terms.timer() - self._saved_at > SAVED_AFTER:
                    self._save()
            case PreconditionFailed():
                self.refused.add(record.href)
                self._waiting[record.href] = record
                self._unknown[record.id] = _Unknown(record)  # it may be the second of two tries that the client made
                self._refusals[_version(record)] += outcome.status == _PRECONDITION_FAILED
                if record.base is None:
                    self._adopt_twin(record)
            case Unreachable():
                self.refused.add(record.href)
                self._waiting[record.href] = record
                self._unknown[record.id] = _Unknown(record)
                self._unanswered += 1
                if self._unanswered >= PATIENCE:
                    raise outcome
            case ReadOnlyCollection():
                self._reject(record, f"the server refuses it: {outcome.reason}")
            case Rejected() if (outcome.status or 0) >= _UNSURE:
                self.refused.add(record.href)
                self._unknown[record.id] = _Unknown(record, f"the server refuses it: {outcome.reason}")
            case Rejected():
                self._reject(record, f"the server refuses it: {outcome.reason}")
            case _:
                raise outcome

    def _save(self) -> None:
        """Without the ETag: what the server stored may not be what we sent, and a run that dies here must look at it later."""
        if not self._unsaved:
            return
        with self._transaction() as writer:
            for record, written in self._unsaved:
                saved = replace(
                    record, base=record.ical, sent=None, href=written.href, etag="", schedule_tag=written.schedule_tag
                )
                writer.settle(saved, expected=record.ical)
        for record, written in self._unsaved:
            self.written.add(written.href)
            self._folder.written[written.href] = written.etag
            self._report_written(record)
        self._unsaved.clear()
        self._saved_at = self._terms.timer()

    def _report_written(self, record: Record) -> None:
        side = self._folder.report.pushed
        item = Item(uid=record.uid, summary=_summary(record))
        (side.created if record.base is None else side.updated).append(item)

    def _adopt_twin(self, record: Record) -> None:
        """The server has the UID already, elsewhere: take over that place, for the next reading to fold what is there."""
        found = self._remote.find(record.uid)
        if found is None or found.href == record.href:
            return
        if self._store.by_href(record.calendar, found.href) is not None:
            self._reject(record, f"the server has its UID already, at {found.href}, where another task was")
            return
        with self._transaction() as writer:
            writer.settle(replace(record, href=found.href), expected=record.ical)
        self.refused.add(found.href)

    def _reject(self, record: Record, detail: str) -> None:
        """Leave it for another run."""
        self._rejected.add(record.id)
        with self._transaction() as writer:
            writer.settle(replace(record, sent=None, href=record.href if record.base else ""), expected=record.ical)
        self._skip(record, detail)

    def _skip(self, record: Record, detail: str) -> None:
        self._folder.report.skipped.append(Item(uid=record.uid, summary=_summary(record), detail=detail))

    def _transaction(self) -> AbstractContextManager[Writer]:
        return self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run)


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A write whose outcome the next reading shows. `detail`: what the server said, when that was a refusal."""

    record: Record
    detail: str = ""


def _version(record: Record) -> tuple[int, str | None, str | None, str]:
    """What a write would replace by what: where nothing of it changed, another try has the same outcome."""
    return record.id, record.ical, record.base, record.etag


def _attempt(remote: Collection, record: Record) -> Written | DeadlinesError:
    """One conditional write; its failure is a value, since somebody else decides what it means."""
    assert record.ical is not None
    try:
        if record.base is None:
            return remote.create(record.href, record.ical)
        return remote.update(_listed(record), record.ical)
    except DeadlinesError as error:
        return error


def _listed(record: Record) -> Listed:
    """The version of the server that we last saw."""
    return Listed(href=record.href, etag=record.etag, schedule_tag=record.schedule_tag, text=record.base)


def _summary(record: Record) -> str:
    return record.index.summary


def _batches(items: Iterable[Record], size: int) -> Iterator[list[Record]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
