"""The port for what feeds remember, and the values that cross it.

A feed is written again and again, nearly always with hardly a change. So what each item was written as is kept: its text, and
with it DTSTAMP and SEQUENCE, which must not change without a change. A stream is these texts put together; after one change, one
text is made anew. `FeedState.seen` is the newest line of the journal that was looked at.

One invariant lets a file be patched: **a file that looks as `FeedState.look` says holds what the items say.** Whatever changes an
item empties `look` in the same transaction; only writing the file sets it again, once the file is in its place (one process at a
time writes feeds: `wiring` holds a lock). A crash in between leaves it empty, and the next time the file is compared whole; one
that anybody touched looks different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from deadlines.store.base import OPEN
from deadlines.store.events import EventRow


class FeedState(NamedTuple):
    """Where a feed stands. `key` derives its UIDs, `token` is in its file's name where that is to be secret.

    `terms` say under which configuration its items were made, which are as many as `items`. `look` is how `file` looked after
    it was last written, at `written_at` (UTC); empty where that failed, or items changed since. `head` octets come before them.
    """

    name: str
    key: bytes
    token: str = ""
    terms: str = ""
    seen: int = 0
    items: int = 0
    file: str = ""
    look: str = ""
    head: int = 0
    written_at: datetime | None = None


class FeedRow(NamedTuple):
    """What a feed shows of a task, from the index columns (see `store.base.Index`); `uid` as its bytes.

    `text` is that of a task that repeats, None of another.
    """

    id: int
    uid: bytes
    calendar: str
    summary: str
    note: str
    client: str
    status: str
    priority: int
    percent_complete: int
    due_kind: str
    due_value: str
    due_tzid: str
    due_at: int | None
    start_kind: str
    start_value: str
    start_tzid: str
    start_at: int | None
    completed_at: int | None
    estimate: int | None
    categories: tuple[str, ...]
    repeat: str = ""
    text: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.status in OPEN


Place = tuple[str, int]
"""Which content an item is, and the number of the record it shows; 0 where it shows no single one."""


class FeedItem(NamedTuple):
    """An item as it was last written: `stamp` is the value of DTSTAMP; `zones` are IANA names with a space between."""

    kind: str
    resource: int
    stamp: str
    sequence: int
    zones: str
    text: bytes

    @property
    def place(self) -> Place:
        """Which one it is."""
        return self.kind, self.resource


class Splice(NamedTuple):
    """A stretch of a new version of a file: `keep` octets of the old one as they are, then `put` instead of its next `drop`."""

    keep: int
    drop: int = 0
    put: bytes = b""


class Written(NamedTuple):
    """What became of a file: how it looks now, empty where somebody else was at it meanwhile; whether it had to be replaced."""

    look: str
    replaced: bool


class FeedShelf(Protocol):
    """What feeds remember, and what they read of the rest. Errors as of `Store`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the only write lock; commit on leaving, or roll back on an exception."""
        ...

    def state(self, name: str) -> FeedState | None:
        """Where one stands; None where it was never written."""
        ...

    def names(self) -> Sequence[str]:
        """Every feed that was ever written and is not forgotten."""
        ...

    def save(self, state: FeedState) -> None:
        """Insert or replace a state; its items stay."""
        ...

    def forget(self, name: str) -> None:
        """Delete a state with its items."""
        ...

    def newest_change(self) -> int:
        """The number of the newest line of the journal, 0 where there is none."""
        ...

    def changed_since(self, change: int, *, limit: int) -> Sequence[int] | None:
        """The numbers of the records that were journalled after a line of it; None where they are more than `limit`."""
        ...

    def derived_with(self) -> str:
        """The fingerprint with which the index columns were derived."""
        ...

    def tasks(self, start: int, end: int) -> Iterator[FeedRow]:
        """The tasks that are here and due in `[start, end)` (Unix seconds), by number.

        Besides them the open ones that have no due date, or repeat and were due before.
        """
        ...

    def task(self, record: int) -> FeedRow | None:
        """One task that is here."""
        ...

    def event(self, record: int) -> EventRow | None:
        """One event that is here and takes place at some time."""
        ...

    def items(self, name: str) -> Mapping[Place, FeedItem]:
        """Every item of a feed."""
        ...

    def item(self, name: str, place: Place) -> FeedItem | None:
        """One item of a feed."""
        ...

    def put(self, name: str, items: Iterable[FeedItem]) -> None:
        """Insert or replace items."""
        ...

    def drop(self, name: str, places: Iterable[Place]) -> None:
        """Delete items."""
        ...

    def texts(self, name: str, kind: str) -> Sequence[bytes]:
        """The texts of one kind in the order of their records."""
        ...

    def size(self, name: str, kind: str, first: int, last: int) -> int:
        """How many octets the texts of one kind take whose records have numbers in `[first, last)`."""
        ...

    def zones(self, name: str) -> frozenset[str]:
        """The IANA names of the clocks that any item of a feed is on."""
        ...


class Publisher(Protocol):
    """Where feeds are put for others to fetch. Errors are `PublishingFailed`."""

    def file(self, path: str, token: str) -> str:
        """What a file is called with a token in its name; as it was for no token."""
        ...

    def inside(self, folder: str, feed: str) -> str:
        """What the file of a feed is called in a folder."""
        ...

    def place(self, file: str) -> str:
        """The same for two names of one file, whether it is there or not."""
        ...

    def look(self, file: str) -> str:
        """How a file looks from outside, to tell whether anything happened to it; empty where there is none."""
        ...

    def write(self, file: str, chunks: Iterable[bytes]) -> Written:
        """Have `file` hold the chunks, whole or not at all. Where it holds them it is not touched.

        The folder that it is in is made if it is not there; what is above that must be.
        """
        ...

    def patch(self, file: str, look: str, splices: Sequence[Splice]) -> Written | None:
        """Replace `file`, whole or not at all, by what the splices make of it.

        None, and nothing touched, where it does not look as `look` says or the splices do not account for each of its octets.
        """
        ...

    def make_folder(self, folder: str) -> None:
        """Make a folder that is not there; what is above it must be."""
        ...

    def revoke(self, plain: str, keep: str) -> tuple[str, ...]:
        """Delete what a file called `plain` without a token is called with one, but `keep`. Returns what was deleted."""
        ...

    def delete(self, file: str) -> None:
        """Delete a file of a feed, if it is there."""
        ...
