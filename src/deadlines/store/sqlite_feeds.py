"""The `FeedShelf` in the database of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from deadlines.store import rows
from deadlines.store.database import Database
from deadlines.store.events import EventRow
from deadlines.store.feeds import FeedItem, FeedRow, FeedState, Place


class SqliteFeeds:
    """What feeds remember, on the store's own connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the write lock."""
        return self._database.transaction()

    def state(self, name: str) -> FeedState | None:
        """Where a feed stands."""
        found = self._database.one("feed_get", {"name": name})
        if found is None:
            return None
        *columns, written_at = found
        return FeedState._make((name, *columns, None if written_at is None else datetime.fromisoformat(written_at)))

    def names(self) -> Sequence[str]:
        """Every feed that was written."""
        return tuple(name for (name,) in self._database.named("feed_names"))

    def save(self, state: FeedState) -> None:
        """Insert or replace a state."""
        columns = state._asdict() | {
            "terms": rows.clean(state.terms),
            "file": rows.clean(state.file),
            "written_at": rows.to_iso(state.written_at),
        }
        self._database.named("feed_put", columns)

    def forget(self, name: str) -> None:
        """Delete a state with its items."""
        self._database.named("feed_delete", {"name": name})

    def newest_change(self) -> int:
        """The newest line of the journal."""
        number: int = self._database.one("change_newest")[0]
        return number

    def changed_since(self, change: int, *, limit: int) -> Sequence[int] | None:
        """Which records were journalled since."""
        found = self._database.named("changed_since", {"change": change, "limit": limit + 1})
        return None if len(found) > limit else tuple(number for (number,) in found)

    def derived_with(self) -> str:
        """With what the index columns were derived."""
        found = self._database.one("fingerprint")
        return found[0] if found else ""

    def tasks(self, start: int, end: int) -> Iterator[FeedRow]:
        """What is due in a stretch of time, or open and never due."""
        return map(_row, self._database.named("feed_tasks", {"start": start, "end": end}))

    def task(self, record: int) -> FeedRow | None:
        """One task."""
        found = self._database.one("feed_task", {"id": record})
        return _row(found) if found else None

    def event(self, record: int) -> EventRow | None:
        """One event."""
        found = self._database.one("feed_event", {"id": record})
        return rows.event_row(found) if found else None

    def items(self, name: str) -> Mapping[Place, FeedItem]:
        """Every item."""
        return {(found[0], found[1]): FeedItem._make(found) for found in self._database.named("feed_items", {"feed": name})}

    def item(self, name: str, place: Place) -> FeedItem | None:
        """One item."""
        found = self._database.one("feed_item", {"feed": name, "kind": place[0], "resource": place[1]})
        return FeedItem._make(found) if found else None

    def put(self, name: str, items: Iterable[FeedItem]) -> None:
        """Insert or replace items."""
        self._database.many("feed_item_put", ({"feed": name, **item._asdict()} for item in items))

    def drop(self, name: str, places: Iterable[Place]) -> None:
        """Delete items."""
        self._database.many("feed_item_delete", ({"feed": name, "kind": kind, "resource": number} for kind, number in places))

    def texts(self, name: str, kind: str) -> Sequence[bytes]:
        """The texts of one kind."""
        return [text for (text,) in self._database.named("feed_texts", {"feed": name, "kind": kind})]

    def size(self, name: str, kind: str, first: int, last: int) -> int:
        """How much some of one kind take."""
        size: int = self._database.one("feed_size", {"feed": name, "kind": kind, "first": first, "last": last})[0]
        return size

    def zones(self, name: str) -> frozenset[str]:
        """The clocks of every item."""
        return frozenset(zone for (zones,) in self._database.named("feed_zones", {"feed": name}) for zone in zones.split())


def _row(columns: tuple[Any, ...]) -> FeedRow:
    return FeedRow._make((*columns[:-3], rows.split(columns[-3]), columns[-2], rows.to_text(columns[-1])))
