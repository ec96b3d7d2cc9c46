"""What can be written within one transaction: records, what sync knows, and the journal of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from deadlines.errors import Refused
from deadlines.store import rows
from deadlines.store.base import CollectionState, Record, RunKind, Unreadable
from deadlines.store.database import Database


class Header(NamedTuple):
    """What the journal says of a run."""

    kind: RunKind
    command: str
    at: datetime
    undoes: int | None = None


class SqliteWriter:
    """The `Writer` of an open transaction."""

    def __init__(self, database: Database, header: Header, run: int) -> None:
        self._database = database
        self._header = header
        self._at = rows.to_iso(header.at)
        self._recorded = False
        self.run = run

    def put(self, record: Record, *, note: str = "", other: str | None = None) -> Record:
        """Insert or replace a record."""
        before = self._here(record.id)
        saved = self._save(record)
        self._journal(saved, before=before, after=rows.to_blob(record.ical), note=note, other=other)
        return saved

    def add(self, records: Sequence[Record]) -> bool:
        """Insert new records all at once."""
        before = self._recorded, self.run
        try:
            with self._database.savepoint():
                self._record_run()
                self._insert(records)
        except (Refused, UnicodeEncodeError, OverflowError):
            self._recorded, self.run = before
            return False
        return True

    def _insert(self, records: Sequence[Record]) -> None:
        database = self._database
        last: int = database.one("resource_last")[0]
        database.insert("resource_add", list(map(rows.new_resource, records)))
        numbered = [
            (number, record) for (number,), record in zip(database.named("resource_above", {"last": last}), records, strict=True)
        ]
        database.insert("listing_add", list(starmap(rows.new_listing, numbered)))
        database.many(
            "event_put", [rows.event_columns(number, record.index.event) for number, record in numbered if record.index.event]
        )
        database.named("change_add", {"run": self.run, "at": self._at, "last": last})

    def settle(self, record: Record, *, expected: str | None, note: str = "", other: str | None = None) -> bool:
        """Save what sync agreed on unless somebody edited meanwhile."""
        if self._moved(record):
            return False
        here = self._here(record.id)
        if here == rows.to_blob(expected):
            after = rows.to_blob(record.ical)
            saved = self._save_texts(record) if here == after and here is not None else self._save(record)
            self._journal(saved, before=here, after=after, note=note, other=other)
            return True
        if record.ical == expected:
            self._save_agreement(record, here)
        return False

    def forget(self, record: Record, *, note: str = "") -> None:
        """Delete a record."""
        before = self._here(record.id)
        self._database.named("resource_delete", {"id": record.id})
        self._journal(record, before=before, after=None, note=note, other=None)

    def detach(self, calendar: str) -> None:
        """Forget what was agreed on with the server."""
        for name in ("resource_drop_removed", "resource_detach", "unreadable_drop", "collection_delete"):
            self._database.named(name, {"calendar": rows.clean(calendar)})

    def quarantine(self, item: Unreadable) -> None:
        """Remember an unreadable resource."""
        self._database.named(
            "unreadable_put",
            {
                "calendar": rows.clean(item.calendar),
                "href": rows.to_bytes(item.href),
                "etag": rows.clean(item.etag),
                "text": rows.to_bytes(item.text),
                "reason": rows.clean(item.reason),
            },
        )

    def release(self, calendar: str, hrefs: Iterable[str]) -> None:
        """Forget unreadable resources."""
        for href in hrefs:
            self._database.named("unreadable_delete", {"calendar": rows.clean(calendar), "href": rows.to_bytes(href)})

    def save_state(self, state: CollectionState) -> None:
        """Remember where sync stands."""
        self._database.named(
            "collection_put",
            {
                "calendar": rows.clean(state.calendar),
                "url": rows.clean(state.url),
                "sync_token": rows.clean(state.sync_token),
                "ctag": rows.clean(state.ctag),
                "listed_at": rows.to_iso(state.listed_at),
                "synced_at": rows.to_iso(state.synced_at),
                "problem": rows.clean(state.problem),
                "display_name": rows.clean(state.display_name),
                "run": state.run,
            },
        )

    def _moved(self, record: Record) -> bool:
        found = self._database.one("resource_calendar", {"id": record.id}) if record.id else None
        return found is not None and found[0] != rows.clean(record.calendar)

    def _here(self, number: int) -> bytes | None:
        found = self._database.one("resource_ical", {"id": number}) if number else None
        text: bytes | None = found[0] if found else None
        return text

    def _save(self, record: Record) -> Record:
        if record.ical is None and record.base is None and record.sent is None:
            self._database.named("resource_delete", {"id": record.id})
            return record
        record = self._save_texts(record)
        self._database.named(
            "listing_put",
            {
                "id": record.id,
                "calendar": rows.clean(record.calendar),
                "uid": rows.to_bytes(record.uid),
                "is_here": int(record.ical is not None),
                **rows.index_columns(record.index),
            },
        )
        if record.index.event is not None:
            self._database.named("event_put", rows.event_columns(record.id, record.index.event))
        return record

    def _save_texts(self, record: Record) -> Record:
        """Save all but what is derived from the text that is here."""
        number: int = self._database.one("resource_put", rows.resource_columns(record))[0]
        return record if number == record.id else replace(record, id=number)

    def _save_agreement(self, record: Record, here: bytes | None) -> None:
        """Save all but the text and what is derived from it."""
        present = self._database.one("resource_get", {"id": record.id}) if record.id else None
        index = rows.record(present).index if present else record.index
        self._save(replace(record, ical=rows.to_text(here), index=index))

    def _journal(self, record: Record, *, before: bytes | None, after: bytes | None, note: str, other: str | None) -> None:
        if before == after and other is None:
            return
        self._record_run()
        self._database.named(
            "change_put",
            {
                "run": self.run,
                "at": self._at,
                "resource": record.id,
                "uid": rows.to_bytes(record.uid),
                "calendar": rows.clean(record.calendar),
                "summary": rows.clean(record.index.summary),
                "before": before,
                "after": None if after is None else rows.ELSEWHERE,
                "other": rows.to_blob(other),
                "note": rows.clean(note),
            },
        )

    def _record_run(self) -> None:
        if self._recorded:
            return
        header = self._header
        recorded = self._database.one(
            "run_put",
            {
                "id": self.run or None,
                "kind": header.kind.value,
                "command": rows.clean(header.command),
                "at": self._at,
                "undoes": header.undoes,
            },
        )
        self.run = recorded[0] if recorded else self.run
        self._recorded = True
