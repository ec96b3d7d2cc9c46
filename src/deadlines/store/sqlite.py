"""The `Store` in a SQLite file.

Two tables hold a record: `resource` the texts and what sync knows of them, `listing` the index columns derived from the text.
Lists read the second alone. Measured at 10,000 records of 1.3 KB: listing all takes a fifth less time than from one table, and
reads 2 MB instead of 41 where the file is not in memory yet.

The journal holds every text before and after whole: a first download costs the size of its texts once more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deadlines.errors import Refused
from deadlines.store import rows
from deadlines.store.base import OPEN, CollectionState, Index, Known, Query, Record, Row, RunKind, Unreadable
from deadlines.store.database import Database, Value, translate, write_copy
from deadlines.store.events import EventRow
from deadlines.store.journal import Change, Run
from deadlines.store.schema import MIGRATIONS, migrate
from deadlines.store.statements import STATEMENTS

if TYPE_CHECKING:
    from deadlines.store.sqlite_digests import SqliteDigests
    from deadlines.store.sqlite_feeds import SqliteFeeds
    from deadlines.store.sqlite_findings import SqliteFindings
    from deadlines.store.sqlite_homes import SqliteHomes
    from deadlines.store.writer import SqliteWriter

_SEPARATOR = "\x1f"
_PAGE = 1000


class SqliteStore:
    """A database file, made with its folder where there is none, and migrated where it is older.

    One connection: use it in the thread that made it. `busy_seconds` is how long a write waits for another process.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 5.0, migrations: Path = MIGRATIONS) -> None:
        self.path = path
        self._database = Database(path, busy_seconds=busy_seconds)
        self._undoes: dict[int, int | None] = {}
        try:
            migrate(self._database, migrations)
        except BaseException:
            self._database.close()
            raise

    @property
    def findings(self) -> SqliteFindings:
        """Who has seen which finding."""
        from deadlines.store.sqlite_findings import SqliteFindings  # noqa: PLC0415 # only what looks for findings pays for it

        return SqliteFindings(self._database)

    @property
    def digests(self) -> SqliteDigests:
        """What became of each digest."""
        from deadlines.store.sqlite_digests import SqliteDigests  # noqa: PLC0415 # only a digest pays for it

        return SqliteDigests(self._database)

    @property
    def homes(self) -> SqliteHomes:
        """What it takes to ask where calendars are kept."""
        from deadlines.store.sqlite_homes import SqliteHomes  # noqa: PLC0415 # only a sync pays for it

        return SqliteHomes(self._database)

    @contextmanager
    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> Iterator[SqliteWriter]:
        """Begin an immediate transaction."""
        from deadlines.store.writer import Header, SqliteWriter  # noqa: PLC0415 # only what changes something pays for it

        header = Header(kind=kind, command=command, at=now, undoes=self._undoes.get(run or 0))
        with self._database.transaction():
            yield SqliteWriter(self._database, header, run or 0)

    def new_run(self, kind: RunKind, command: str, *, now: datetime, undoes: int | None = None) -> int:  # noqa: ARG002
        """Reserve the number of a run. All but `undoes` is said again by the transactions that use it."""
        with self._database.transaction():
            number: int = self._database.one("run_reserve")[0]
            self._database.named("run_release", {"id": number})
        self._undoes[number] = undoes
        return number

    def rows(self, query: Query) -> Iterator[Row]:
        """The records that are here, in order."""
        conditions, limit, parameters = _conditions(query)
        return map(rows.row, self._composed(["rows", *conditions, f"order_{query.sort.value}", *limit], parameters))

    def count(self, query: Query) -> int:
        """How many records are here."""
        conditions, limit, parameters = _conditions(query)
        number: int = self._composed(["count", *conditions, *limit, "counted"], parameters)[0][0]
        return number

    def find(self, key: str) -> Sequence[Row]:
        """Records by number, UID or the beginning of a UID."""
        if not key:
            return ()
        uid = rows.to_bytes(key)
        attempts: list[tuple[str, dict[str, Value]]] = [
            ("find_uid", {"uid": uid}),
            ("find_prefix", {"uid": uid, "successor": _successor(uid)}),
        ]
        if key.isascii() and key.isdigit() and len(key) < len(str(2**63)):
            attempts.insert(0, ("find_number", {"number": int(key)}))
        for condition, parameters in attempts:
            if found := self._composed(["rows", condition], parameters):
                return tuple(map(rows.row, found))
        return ()

    def get(self, record: int) -> Record | None:
        """One record whole."""
        found = self._database.one("resource_get", {"id": record})
        return rows.record(found) if found else None

    def by_uid(self, calendar: str, uid: str) -> Record | None:
        """One record whole, by UID."""
        found = self._database.one("resource_by_uid", {"calendar": rows.clean(calendar), "uid": rows.to_bytes(uid)})
        return self.get(found[0]) if found else None

    def by_href(self, calendar: str, href: str) -> Record | None:
        """One record whole, by href."""
        found = self._database.one("resource_by_href", {"calendar": rows.clean(calendar), "href": rows.to_bytes(href)})
        return self.get(found[0]) if found else None

    def pending(self, calendar: str) -> Sequence[int]:
        """The numbers of records to be pushed."""
        return tuple(number for (number,) in self._database.named("pending", {"calendar": rows.clean(calendar)}))

    def known(self, calendar: str) -> Iterator[Known]:
        """What the server has, or may have."""
        return map(rows.known, self._database.named("known", {"calendar": rows.clean(calendar)}))

    def state(self, calendar: str) -> CollectionState:
        """Where sync stands with a collection."""
        found = self._database.one("collection_get", {"calendar": rows.clean(calendar)})
        return rows.state(found) if found else CollectionState(calendar=calendar)

    def states(self) -> Sequence[CollectionState]:
        """Every calendar ever synced."""
        return tuple(map(rows.state, self._database.named("collections")))

    def unreadable(self, calendar: str = "") -> Sequence[Unreadable]:
        """Quarantined resources."""
        return tuple(map(rows.unreadable, self._database.named("unreadable", {"calendar": rows.clean(calendar)})))

    def events(self, start: int, end: int) -> Iterator[EventRow]:
        """The events that may take place in a span."""
        return map(rows.event_row, self._database.named("events", {"start": start, "end": end}))

    def runs(self, *, limit: int = 20) -> Sequence[Run]:
        """The newest runs first."""
        return tuple(map(rows.run, self._database.named("runs", {"limit": limit})))

    def run(self, run: int) -> Run | None:
        """One run."""
        found = self._database.one("run_get", {"id": run})
        return rows.run(found) if found else None

    def changes(self, *, run: int | None = None, record: int | None = None) -> Sequence[Change]:
        """The journal."""
        chosen = {name: number for name, number in (("run", run), ("resource", record)) if number is not None}
        name = "changes_of_" + "_and_".join(chosen) if chosen else "changes"
        return tuple(map(rows.change, self._database.named(name, chosen)))

    def noted(self, note: str) -> Sequence[Change]:
        """The lines of the journal with a note."""
        return tuple(map(rows.change, self._database.named("changes_noted", {"note": rows.clean(note)})))

    def synced_changes(self, since: datetime) -> Sequence[Change]:
        """What syncs changed since then."""
        return self._synced("changes_of_syncs", since)

    def settled_conflicts(self, since: datetime) -> Sequence[Change]:
        """The conflicts that syncs settled since then."""
        return self._synced("changes_of_conflicts", since)

    @contextmanager
    def reindex(self, fingerprint: str) -> Iterator[SqliteReindex | None]:
        """Rederive what depends on zone data, clients and hours."""
        if self._derived_with(fingerprint):
            yield None
            return
        with self._database.transaction():
            if self._derived_with(fingerprint):  # another process was quicker
                yield None
                return
            before = self._database.one("fingerprint")
            yield SqliteReindex(self._database, before[0] if before else "")
            self._database.named("fingerprint_put", {"fingerprint": rows.clean(fingerprint)})

    @property
    def feeds(self) -> SqliteFeeds:
        """What feeds remember."""
        from deadlines.store.sqlite_feeds import SqliteFeeds  # noqa: PLC0415 # whoever writes no feed is spared it

        return SqliteFeeds(self._database)

    def backup(self, target: Path) -> None:
        """A consistent copy in a new file."""
        try:
            write_copy(self._database.connection, target)
        except FileExistsError as error:
            raise Refused(f"{target} exists already") from error
        except OSError as error:
            raise Refused(f"{target} cannot be made: {(error.strerror or str(error)).lower()}") from error
        except sqlite3.Error as error:
            raise translate(target, error) from error

    def rehearsal(self) -> SqliteStore:
        """A copy in memory."""
        rehearsed = object.__new__(SqliteStore)
        rehearsed.path = self.path
        rehearsed._database = self._database.rehearsal()
        rehearsed._undoes = {}
        return rehearsed

    def check(self) -> Sequence[str]:
        """What is wrong with the file."""
        problems = [text for (text,) in self._database.all("PRAGMA integrity_check") if text != "ok"]
        torn = self._database.all("PRAGMA foreign_key_check")
        return (*problems, *(f"row {row[1]} of table {row[0]} refers to a missing row of {row[2]}" for row in torn))

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _composed(self, parts: Sequence[str], parameters: Mapping[str, Value]) -> list[Any]:
        return self._database.all(" ".join(STATEMENTS[part] for part in parts), parameters)

    def _synced(self, name: str, since: datetime) -> Sequence[Change]:
        return tuple(map(rows.change, self._database.named(name, {"kind": RunKind.SYNC.value, "since": rows.to_iso(since)})))

    def _derived_with(self, fingerprint: str) -> bool:
        return self._database.named("fingerprint") == [(rows.clean(fingerprint),)]


class SqliteReindex:
    """A pass over every record, in pages, so that replacing does not disturb the reading."""

    def __init__(self, database: Database, before: str) -> None:
        self._database = database
        self.before = before

    def stale(self) -> Iterator[Row]:
        """Every row."""
        above = 0
        while page := self._database.named("listing_page", {"above": above, "limit": _PAGE}):
            yield from map(rows.row, page)
            above = page[-1][0]

    def replace(self, record: int, index: Index) -> None:
        """Save new index columns."""
        self._database.named("listing_replace", {"id": record, **rows.index_columns(index)})
        if index.event is not None:
            self._database.named("event_put", rows.event_columns(record, index.event))


def _conditions(query: Query) -> tuple[list[str], list[str], dict[str, Value]]:
    """The parts of `statements.sql` that a query asks for, its limit apart, and their parameters."""
    parts: list[str] = []
    parameters: dict[str, Value] = {}
    for name in ("component", "client", "calendar"):
        if text := getattr(query, name):
            parts.append(f"where_{name}")
            parameters[name] = rows.clean(text)
    if frozenset(query.statuses) == frozenset(OPEN):
        parts.append("where_open")
    elif query.statuses:
        parts.append("where_statuses")
        parameters |= {"separator": _SEPARATOR, "statuses": _SEPARATOR + "".join(s + _SEPARATOR for s in query.statuses)}
    parts += [f"where_{name}" for name in ("repeating", "doubtful", "waiting") if getattr(query, name)]
    if query.due_before is not None:
        parts.append("where_due_before")
        parameters["due_before"] = query.due_before
    if query.limit is None:
        return parts, [], parameters
    return parts, ["limit"], {**parameters, "limit": query.limit}


def _successor(prefix: bytes) -> bytes:
    """The least key above every UID that begins with `prefix`; UIDs are nearly UTF-8, so none begins with bytes FF alone."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes((kept[-1] + 1,)) if kept else b""
