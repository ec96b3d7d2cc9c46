"""The store's port, and the values that cross it.

One `Record` is one calendar object resource: the iCalendar text *whole*, the index columns derived from it, and what sync
last agreed on with the server. Three texts tell everything that sync must know, and nothing else is stored about it:

- `ical`: what is here; None when it was removed here and the server has not been told yet.
- `base`: what both sides last agreed on; None when the server has never confirmed it.
- `sent`: what we were about to write to the server when we last began a request; None when its outcome is known.

So "to be pushed" is `ical IS DISTINCT FROM base`, "removed here" is `ical IS NULL`, "new here" is `base IS NULL`: derived, never
flagged. A record whose three texts are all None does not exist any more and is deleted, its number never reused. (`sent` counts:
a resource created and removed while its PUT hangs may well be on the server.)

Two processes may change one record: a command while a sync waits for its server. Both are safe when

- a command reads the record *inside* the transaction it writes in (`write` holds the only write lock; reads made through the
  same store see that transaction), so that it never puts back an old base, etag or `sent`;
- a sync, which cannot hold a transaction over a request, saves only through `settle`, which compares before it swaps.

Text is `str` with surrogateescape for bytes that are not UTF-8; the database keeps the bytes of texts, UIDs and hrefs.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from deadlines.store.digests import DigestLedger
    from deadlines.store.feeds import FeedShelf
    from deadlines.store.findings import FindingMemory
    from deadlines.store.homes import HomeMemory

from deadlines.store.events import EventIndex, Events
from deadlines.store.journal import Journal


class Index(NamedTuple):
    """What lists, checks and plans need of a text, so that none of them parses iCalendar.

    A named tuple, as `Row`: a list of 10,000 makes as many of them, in a fifth of the time that frozen dataclasses take. Build
    it with keywords.

    `*_kind` is `zoned`, `all-day`, `floating` or empty; `*_value` the wall time or date in ISO 8601; `*_tzid` as written;
    `*_at` the derived instant in Unix seconds. `component` is VTODO, VEVENT, ... or empty where the text is unreadable,
    `problem` then says why. `estimate` and `warn_before` are in seconds. `parent` and `after` are UIDs. `event` is set where the
    index was derived from the text of an event; what is read from the store lacks it (`Store.events` has it), and saving
    without it leaves it as it
    was.
    """

    component: str = ""
    summary: str = ""
    note: str = ""
    client: str = ""
    status: str = ""
    priority: int = 0
    percent_complete: int = 0
    due_kind: str = ""
    due_value: str = ""
    due_tzid: str = ""
    due_at: int | None = None
    start_kind: str = ""
    start_value: str = ""
    start_tzid: str = ""
    start_at: int | None = None
    end_at: int | None = None
    completed_at: int | None = None
    estimate: int | None = None
    warn_before: int | None = None
    repeat: str = ""
    parent: str = ""
    problem: str = ""
    categories: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    event: EventIndex | None = None


class Row(NamedTuple):
    """One line of a list: the number people type, where it lives, and the index."""

    id: int
    uid: str
    calendar: str
    index: Index  # type: ignore[assignment]  # hides tuple.index, which nobody calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource whole. `id` is 0 before it is first saved."""

    id: int = 0
    uid: str
    calendar: str
    ical: str | None
    index: Index
    href: str = ""
    etag: str = ""
    schedule_tag: str = ""
    base: str | None = None
    sent: str | None = None


OPEN = ("needs-action", "in-process")
"""The statuses of what is left to be done: those of `core.task.Status.is_open`, which a list need not import."""


class Sort(enum.Enum):
    """The order of a list; ties go by due, then number."""

    DUE = "due"
    CLIENT = "client"
    PRIORITY = "priority"


class Query(NamedTuple):
    """Which tasks to list. Empty fields select everything; instants are Unix seconds; `statuses` as in `Index.status`.

    `repeating` is what has a rule, `doubtful` what was read with doubt, `waiting` what a sync left alone because its policy is
    to ask.
    """

    component: str = "VTODO"
    client: str = ""
    calendar: str = ""
    statuses: tuple[str, ...] = ()
    due_before: int | None = None
    repeating: bool = False
    doubtful: bool = False
    waiting: bool = False
    sort: Sort = Sort.DUE
    limit: int | None = None


class Known(NamedTuple):
    """What sync needs to know of a record to tell whether the server's listing says anything new."""

    id: int
    uid: str
    href: str
    etag: str
    unsettled: bool
    """True where a write was begun whose outcome is not known (`sent` is set)."""


class CollectionState(NamedTuple):
    """Where sync stands with one collection. Another `url` is another collection; `display_name` is by what it was found, if so.

    `sync_token` and `ctag` are empty where the server has none; `listed_at` is when everything was last listed (UTC),
    `synced_at` when a sync of it last succeeded, and `run` its number. `problem` is the text of the failure since then, if any.
    """

    calendar: str
    url: str = ""
    sync_token: str = ""
    ctag: str = ""
    listed_at: datetime | None = None
    synced_at: datetime | None = None
    problem: str = ""
    display_name: str = ""
    run: int = 0


class Unreadable(NamedTuple):
    """A resource on the server that we cannot read, or may not tell apart: kept as it is, shown, never written.

    `reason` says what is wrong and where; `text` is what the server sent.
    """

    calendar: str
    href: str
    etag: str
    text: str
    reason: str


class RunKind(enum.Enum):
    """Who changed something."""

    COMMAND = "command"
    SYNC = "sync"
    UNDO = "undo"


class Writer(Protocol):
    """One transaction that belongs to one run. Everything in it happens, or nothing does."""

    run: int
    """The number of the run; 0 as long as nothing was journalled and none was given."""

    def put(self, record: Record, *, note: str = "", other: str | None = None) -> Record:
        """Insert (id 0) or replace a record; journals the text before and after when it differs, or when `other` is given.

        Returns the record with its number. Restoring a removed record keeps the number it had when `record.id` is set. A record
        without any text is deleted. `Refused` where another record of the calendar has the UID or the href.
        """
        ...

    def add(self, records: Sequence[Record]) -> bool:
        """Insert new records (id 0, with a text) as `put` does, but all at once; journals each.

        False, and nothing happens, where one of them has to be looked at: the calendar has its UID or href, or its columns
        cannot be stored as they are.
        """
        ...

    def settle(self, record: Record, *, expected: str | None, note: str = "", other: str | None = None) -> bool:
        """Save what sync agreed on as `put` does, unless `ical` is no longer `expected` (somebody edited meanwhile): False.

        Then the edit stays. If the settlement left the text alone (`record.ical == expected`: a push, or the beginning of one)
        its href, etag, schedule tag, base and sent are saved, for the edit was made upon what was sent. If it brought another
        text (a pull, a merge, a deletion) nothing is saved: the edit knows nothing of that text, and with it as its base would
        take it back on the server. The record is still to be pushed, so the next decision meets both. Nor is anything saved
        of a record that was moved to another calendar meanwhile.
        """
        ...

    def forget(self, record: Record, *, note: str = "") -> None:
        """Delete a record that is gone on both sides, whatever it holds; journals its text if it still had one."""
        ...

    def detach(self, calendar: str) -> None:
        """Forget all that was agreed on with the server: every record of the calendar is new here, and its state is empty.

        Removals that the server was not told of are dropped, and so are unreadable resources: without a base nothing is deleted.
        """
        ...

    def quarantine(self, item: Unreadable) -> None:
        """Remember (or replace) an unreadable resource."""
        ...

    def release(self, calendar: str, hrefs: Iterable[str]) -> None:
        """Forget unreadable resources that can be read again, or are gone."""
        ...

    def save_state(self, state: CollectionState) -> None:
        """Remember where sync stands with a collection."""
        ...


class Store(Events, Journal, Protocol):
    """Everything kept on disk. Errors are `StoreBusy`, `StoreNewer`, `StoreBroken`; reads return values, not rows."""

    @property
    def findings(self) -> FindingMemory:
        """Who has seen which finding, and which are muted."""
        ...

    @property
    def digests(self) -> DigestLedger:
        """What became of each digest."""
        ...

    @property
    def homes(self) -> HomeMemory:
        """What it takes to ask where calendars are kept."""
        ...

    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> AbstractContextManager[Writer]:
        """Begin an immediate transaction (committed on leaving, rolled back on an exception).

        The run is recorded when something in it is journalled, so that a run that changed nothing leaves no trace; give
        `run` to continue one (a sync saves as it goes).
        """
        ...

    def new_run(self, kind: RunKind, command: str, *, now: datetime, undoes: int | None = None) -> int:
        """Reserve the number of a run whose changes are saved in several transactions; it too leaves no trace without any."""
        ...

    def rows(self, query: Query) -> Iterator[Row]:
        """The records that are here (`ical` is not None), in order."""
        ...

    def count(self, query: Query) -> int:
        """How many `rows` would give."""
        ...

    def find(self, key: str) -> Sequence[Row]:
        """Records that are here whose number is `key`, else whose UID is `key`, else whose UID begins with it."""
        ...

    def get(self, record: int) -> Record | None:
        """One record whole, also when it was removed here and waits to be pushed."""
        ...

    def by_uid(self, calendar: str, uid: str) -> Record | None:
        """One record whole, by the UID it has in a calendar."""
        ...

    def by_href(self, calendar: str, href: str) -> Record | None:
        """One record whole, by the href it has in a calendar."""
        ...

    def pending(self, calendar: str) -> Sequence[int]:
        """The numbers of records to be pushed or whose last write has no known outcome. Costs nothing where there are none."""
        ...

    def known(self, calendar: str) -> Iterator[Known]:
        """Every record of a calendar that the server has, or may have, by href."""
        ...

    def state(self, calendar: str) -> CollectionState:
        """Where sync stands; an empty state for a calendar never synced."""
        ...

    def states(self) -> Sequence[CollectionState]:
        """Every calendar ever synced."""
        ...

    def unreadable(self, calendar: str = "") -> Sequence[Unreadable]:
        """Quarantined resources, of one calendar or all."""
        ...

    def reindex(self, fingerprint: str) -> AbstractContextManager[Reindex | None]:
        """When `fingerprint` (zone data, clients, hours) is not the one the instants were derived with: rederive them.

        Gives None where nothing is stale. Otherwise one transaction: the fingerprint is kept when it is left without an error.
        """
        ...

    @property
    def feeds(self) -> FeedShelf:
        """What feeds remember."""
        ...

    def backup(self, target: Path) -> None:
        """A consistent copy through the database's backup interface; `Refused` where the file exists or cannot be made."""
        ...

    def rehearsal(self) -> Store:
        """A copy in memory, for trying out what is to change nothing. Close it."""
        ...

    def check(self) -> Sequence[str]:
        """What `PRAGMA integrity_check` and the foreign keys have to say; empty when all is well."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class Reindex(Protocol):
    """A pass over every record whose derived columns are stale."""

    before: str
    """The fingerprint with which they were derived; empty where there was none."""

    def stale(self) -> Iterator[Row]:
        """Every row, also of records that were removed here."""
        ...

    def replace(self, record: int, index: Index) -> None:
        """Save new derived columns; the text stays."""
        ...
