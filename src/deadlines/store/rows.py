"""Values to columns and back.

What must come back exactly as it was (texts, UIDs, hrefs) is kept as bytes, written and read with surrogateescape. The other text
columns are for people and for comparing: what stands for no character is replaced in them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from deadlines.errors import Refused
from deadlines.store.base import CollectionState, Index, Known, Record, Row, RunKind, Unreadable
from deadlines.store.database import Value
from deadlines.store.events import EventIndex, EventRow
from deadlines.store.journal import Change, Run

_END = "\x1f"
"""Ends each word of a tuple in a column; iCalendar text cannot hold it (RFC 5545 §3.1)."""

ELSEWHERE = ""
"""Instead of bytes that are kept elsewhere: of a base that is what is here, and of what a change led to."""
_MOST = 2**63 - 1
_NO_WORDS = ((), (), None)
_WORDS = -len(_NO_WORDS)
"""Where the fields of an index begin that are not a column each."""
_make_index: Callable[[tuple[Any, ...]], Index] = Index._make
_make_row: Callable[[tuple[Any, ...]], Row] = Row._make
_make_event: Callable[[tuple[Any, ...]], EventIndex] = EventIndex._make
_make_event_row: Callable[[tuple[Any, ...]], EventRow] = EventRow._make


def to_bytes(text: str) -> bytes:
    """The bytes that a text stands for."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise Refused(f"the text holds U+{ord(text[error.start]):04X}, which stands for no character") from error


def to_blob(text: str | None) -> bytes | None:
    """The bytes of a text that may not be there."""
    return None if text is None else to_bytes(text)


def to_text(blob: bytes | None) -> str | None:
    """A text that may not be there."""
    return None if blob is None else str(blob, "utf-8", "surrogateescape")


def clean(text: str) -> str:
    """A text that can be stored as characters."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def to_iso(instant: datetime | None) -> str | None:
    """An aware instant as ISO 8601 in UTC."""
    return None if instant is None else instant.astimezone(UTC).isoformat()


def _from_iso(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def index_columns(index: Index) -> dict[str, Value]:
    """The columns of `listing` that the text determines."""
    columns: dict[str, Value] = index._asdict()
    columns["categories"] = _joined(index.categories)
    columns["after"] = _joined(index.after)
    del columns["event"]
    for name, value in columns.items():
        if isinstance(value, str):
            if not value.isascii():
                columns[name] = clean(value)
        elif isinstance(value, int) and not -_MOST <= value <= _MOST:
            columns[name] = max(-_MOST, min(value, _MOST))
    return columns


def new_listing(number: int, record: Record) -> tuple[Value, ...]:
    """The values of `listing_add`, as they are: one that cannot be stored makes the statement fail."""
    index = record.index
    categories = _joined(index.categories) if index.categories else ""
    after = _joined(index.after) if index.after else ""
    plain = cast("tuple[Value, ...]", index[:_WORDS])
    return (number, record.calendar, to_bytes(record.uid), 1, *plain, categories, after)


def event_columns(record: int, event: EventIndex) -> dict[str, Value]:
    """The columns of `event`."""
    return {
        "id": record,
        "clients": _joined(event.clients),
        "attendees": _joined(event.attendees),
        "organizer": clean(event.organizer),
        "location": clean(event.location),
        "end_kind": event.end_kind,
        "end_value": event.end_value,
        "end_tzid": clean(event.end_tzid),
        "first_at": event.first_at,
        "last_at": event.last_at,
        "busy": int(event.busy),
        "needs_text": int(event.needs_text),
        "exdates": _joined(event.exdates),
    }


def resource_columns(record: Record) -> dict[str, Value]:
    """The columns of `resource`."""
    return {
        "id": record.id or None,
        "calendar": clean(record.calendar),
        "uid": to_bytes(record.uid),
        "href": to_bytes(record.href) or None,
        "etag": clean(record.etag),
        "schedule_tag": clean(record.schedule_tag),
        "ical": to_blob(record.ical),
        "base": _base(record),
        "sent": to_blob(record.sent),
    }


def new_resource(record: Record) -> tuple[Value, ...]:
    """The values of `resource_add`."""
    return (
        clean(record.calendar), to_bytes(record.uid), to_bytes(record.href) or None, clean(record.etag),
        clean(record.schedule_tag), to_blob(record.ical), _base(record), to_blob(record.sent),
    )  # fmt: skip


def _base(record: Record) -> bytes | str | None:
    return ELSEWHERE if record.base is not None and record.base == record.ical else to_blob(record.base)


def row(columns: tuple[Any, ...]) -> Row:
    """A line of a list from `resource, uid, calendar` and the index columns."""
    return _make_row((columns[0], str(columns[1], "utf-8", "surrogateescape"), columns[2], _index(columns[3:])))


def event_row(columns: tuple[Any, ...]) -> EventRow:
    """An event from the columns of `events`."""
    uid, clients, attendees = columns[1], columns[13], columns[14]
    busy, needs_text, exdates, text = columns[22:]
    event = _make_event((split(clients), split(attendees), *columns[15:22], bool(busy), bool(needs_text), split(exdates)))
    return _make_event_row((columns[0], str(uid, "utf-8", "surrogateescape"), *columns[2:13], event, to_text(text)))


def record(columns: tuple[Any, ...]) -> Record:
    """A record from the columns of `resource_get`."""
    number, uid, calendar, ical, href, etag, schedule_tag, base, sent = columns[:9]
    return Record(
        id=number,
        uid=to_text(uid) or "",
        calendar=calendar,
        ical=to_text(ical),
        href=to_text(href) or "",
        etag=etag,
        schedule_tag=schedule_tag,
        base=to_text(ical if base == ELSEWHERE else base),
        sent=to_text(sent),
        index=_index(columns[9:]),
    )


def known(columns: tuple[Any, ...]) -> Known:
    """What sync compares a listing with."""
    number, uid, href, etag, unsettled = columns
    return Known(number, str(uid, "utf-8", "surrogateescape"), str(href, "utf-8", "surrogateescape"), etag, bool(unsettled))


def run(columns: tuple[Any, ...]) -> Run:
    """A run."""
    number, kind, command, at, undoes, undone_by, changes = columns
    return Run(
        id=number,
        kind=RunKind(kind),
        command=command,
        at=datetime.fromisoformat(at),
        undoes=undoes,
        undone_by=undone_by,
        changes=changes,
    )


def change(columns: tuple[Any, ...]) -> Change:
    """A line of the journal."""
    number, at, resource, uid, calendar, summary, before, after, other, note = columns
    return Change(
        run=number,
        at=datetime.fromisoformat(at),
        record=resource,
        uid=to_text(uid) or "",
        calendar=calendar,
        summary=summary,
        before=to_text(before),
        after=to_text(after),
        other=to_text(other),
        note=note,
    )


def unreadable(columns: tuple[Any, ...]) -> Unreadable:
    """A quarantined resource."""
    calendar, href, etag, text, reason = columns
    return Unreadable(calendar=calendar, href=to_text(href) or "", etag=etag, text=to_text(text) or "", reason=reason)


def state(columns: tuple[Any, ...]) -> CollectionState:
    """Where sync stands."""
    calendar, url, sync_token, ctag, listed_at, synced_at, problem, display_name, run = columns
    return CollectionState(
        calendar=calendar,
        url=url,
        sync_token=sync_token,
        ctag=ctag,
        listed_at=_from_iso(listed_at),
        synced_at=_from_iso(synced_at),
        problem=problem,
        display_name=display_name,
        run=run,
    )


def _index(columns: tuple[Any, ...]) -> Index:
    categories, after = columns[-2:]
    if not categories and not after:
        return _make_index(columns[:-2] + _NO_WORDS)
    return _make_index((*columns[:-2], split(categories), split(after), None))


def _joined(words: tuple[str, ...]) -> str:
    return "".join(clean(word).replace(_END, "\ufffd") + _END for word in words)


def split(column: str) -> tuple[str, ...]:
    """The words of a tuple in a column."""
    return tuple(column[:-1].split(_END)) if column else ()
