"""Time spent, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from deadlines.cli.table import Column, Screen, table
from deadlines.core.client import Owner
from deadlines.core.clocks import own_clock
from deadlines.core.display import clean
from deadlines.core.duration import format_work
from deadlines.usecases.timing import Entry


def stopped_text(entry: Entry, *, now: datetime) -> str:
    """What a timer counted."""
    return f"stopped: {clean(entry.summary)} after {format_work(entry.spent(now))}\n"


def dropped_text(entry: Entry) -> str:
    """What a timer did not count."""
    return f"stopped: {clean(entry.summary)} within a minute, which is not kept\n"


def total_text(summary: str, total: timedelta, estimate: timedelta | None) -> str:
    """What was spent in all, against what was estimated."""
    against = "" if estimate is None else f" of an estimated {format_work(estimate)}"
    return f"  spent {format_work(total)}{against} on {clean(summary)}\n"


def entries_text(entries: Sequence[Entry], me: Owner, screen: Screen, *, now: datetime) -> str:
    """One line a stretch of work."""
    columns = (Column("ID"), Column("FROM"), Column("UNTIL"), Column("SPENT", right=True))
    rows = [
        (
            str(one.id),
            own_clock(one.start, me, now=now),
            "running" if one.end is None else own_clock(one.end, me, now=now),
            format_work(one.spent(now)),
        )
        for one in entries
    ]
    return table(columns, rows, screen)
