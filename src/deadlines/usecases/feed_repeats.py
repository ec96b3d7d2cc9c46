"""The instances of a repeating task that come after the one to do now, as a feed has them: those that `done` will move on to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from deadlines.core.settings import Settings
from deadlines.store.feeds import FeedRow
from deadlines.usecases.later import later as later_dues
from deadlines.usecases.spelling import spelt


def later(row: FeedRow, settings: Settings, after: datetime, end: datetime) -> Iterator[FeedRow]:
    """The task as it will be at each of them that falls due after `after` and before `end`."""
    for one in later_dues(row, row.text or "", settings, after=after, until=end):
        if one.at < end:
            kind, value, tzid = spelt(one.due)
            yield row._replace(due_kind=kind, due_value=value, due_tzid=tzid, due_at=int(one.at.timestamp()))
