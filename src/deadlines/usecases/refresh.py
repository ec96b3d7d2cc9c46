"""Deriving the due instants anew where the time zone database or the configuration changed, and telling which of them moved.

Wall times and TZIDs are the truth and stay; instants are a derived index (DESIGN §4). What they were derived with is kept beside
them as a fingerprint, its first line the version of the zone data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from deadlines.core.settings import Settings
from deadlines.store.base import OPEN, Index, Row, Store
from deadlines.usecases.index import EVENTS, Indexer

_NAMED = 5
_LAYOUT = 3
"""Counted up when columns come to be derived that older databases lack."""


class Refreshed(NamedTuple):
    """Zone data before, empty for the first time, and now; each row whose due instant moved, as it was, with its new index."""

    before: str
    after: str
    moved: Sequence[tuple[Row, Index]]


def fingerprint(settings: Settings, zone_data: str) -> str:
    """What the derived columns depend on: when it changes, they are stale."""
    parties = [
        (client.key, client.name, client.calendar, client.zone.key, client.availability, client.all_day_due, client.emails)
        for client in settings.clients.values()
    ]
    me = settings.me
    return f"{zone_data}\n{(_LAYOUT, me.zone.key, me.availability, me.all_day_due, me.default_calendar, me.email, parties)!r}"


def refresh(store: Store, index: Indexer, zone_data: str) -> Refreshed:
    """Derive anew what is stale: nothing, nearly always."""
    moved = []
    with store.reindex(fingerprint(index.settings, zone_data)) as stale:
        if stale is None:
            return Refreshed(before=zone_data, after=zone_data, moved=())
        for row in stale.stale():
            again = _event_again(store, index, row) or index.again(row.index, row.calendar)
            if again != row.index:
                stale.replace(row.id, again)
            if again.due_at != row.index.due_at:
                moved.append((row, again))
        return Refreshed(before=stale.before.partition("\n")[0], after=zone_data, moved=moved)


def _event_again(store: Store, index: Indexer, row: Row) -> Index | None:
    """The index of an event derived from its text, which alone has all that its columns are made of; None for anything else."""
    if row.index.component not in EVENTS:
        return None
    record = store.get(row.id)
    if record is None or record.ical is None:
        return None
    return index(record.ical, row.calendar)[1]


def news(refreshed: Refreshed, settings: Settings, *, now: datetime) -> str:
    """One line for people about the open tasks whose due instant moved, on the owner's clock; empty where none did."""
    moved = [(row, again) for row, again in refreshed.moved if again.status in OPEN]
    if not moved or not refreshed.before:
        return ""
    changed = refreshed.before != refreshed.after
    why = f"time zone data {refreshed.before} -> {refreshed.after}" if changed else "zones or working hours changed"
    named = ", ".join(
        f"{row.index.summary} ({_said(row.index, settings, now)} -> {_said(again, settings, now)})"
        for row, again in moved[:_NAMED]
    )
    more = f" and {len(moved) - _NAMED} more" if len(moved) > _NAMED else ""
    return f"{why}: {len(moved)} due instant{'s' if len(moved) > 1 else ''} moved: {named}{more}"


def _said(index: Index, settings: Settings, now: datetime) -> str:
    from deadlines.core.clocks import own_clock  # noqa: PLC0415 # only what moved pays for it

    assert index.due_at is not None
    return own_clock(datetime.fromtimestamp(index.due_at, UTC), settings.me, now=now)
