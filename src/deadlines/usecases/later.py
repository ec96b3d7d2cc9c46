"""The instances of a repeating task that come after the one to do now, from what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from deadlines.core.later_dues import Later, Repeated, later_dues
from deadlines.core.settings import Settings
from deadlines.errors import CodecError
from deadlines.ical.recurring import dates
from deadlines.store.base import Index
from deadlines.store.feeds import FeedRow
from deadlines.usecases.spelling import when_of


def later(task: Index | FeedRow, text: str, settings: Settings, *, after: datetime, until: datetime) -> Iterator[Later]:
    """Those that fall due after `after` and not after `until`, in order; none where its text cannot be read."""
    due = when_of(task.due_kind, task.due_value, task.due_tzid)
    if due is None:
        return
    start = when_of(task.start_kind, task.start_value, task.start_tzid)
    try:
        exdates, rdates, over = dates(text)
    except CodecError:
        return
    repeated = Repeated(task.repeat, start, due, (*exdates, *over), rdates)
    client = settings.clients.get(task.client)
    yield from later_dues(repeated, client=client, owner=settings.me, after=after, until=until)
