"""The instances of a repeating task that come after the one to do now: those that `done` will move on to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from deadlines.core.later_dues import Repeated, later_dues
from deadlines.core.settings import Settings
from deadlines.errors import CodecError
from deadlines.ical.recurring import dates
from deadlines.store.feeds import FeedRow
from deadlines.usecases.spelling import spelt, when_of


def later(row: FeedRow, settings: Settings, after: datetime, end: datetime) -> Iterator[FeedRow]:
    """The task as it will be at each of them that falls due after `after` and before `end`."""
    due = when_of(row.due_kind, row.due_value, row.due_tzid)
    if due is None:
        return
    start = when_of(row.start_kind, row.start_value, row.start_tzid)
    try:
        exdates, rdates, over = dates(row.text or "")
    except CodecError:
        return
    repeated = Repeated(row.repeat, start, due, (*exdates, *over), rdates)
    client = settings.clients.get(row.client)
    for one in later_dues(repeated, client=client, owner=settings.me, after=after, until=end):
        if one.at < end:
            kind, value, tzid = spelt(one.due)
            yield row._replace(due_kind=kind, due_value=value, due_tzid=tzid, due_at=int(one.at.timestamp()))
