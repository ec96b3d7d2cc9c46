"""Listing tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from deadlines.errors import InputError
from deadlines.store.base import OPEN, Query, Row, Sort, Unreadable
from deadlines.usecases.desk import Desk

COUNTED = 10_000
"""Counting beyond that would make the twenty next of 100,000 tasks wait for a number that nobody needs to know exactly."""


class Wanted(NamedTuple):
    """Which tasks to list, as it was typed."""

    client: str = ""
    calendar: str = ""
    status: str = ""
    everything: bool = False
    overdue: bool = False
    due_before: str = ""
    sort: Sort = Sort.DUE
    limit: int | None = None


class Listed(NamedTuple):
    """The rows asked for, lazily; how many there would be without a limit; what is missing.

    Counted is up to one more than `COUNTED` or the limit, whichever is higher; `total` is -1 where no limit was asked for.
    `unreadable` is on the server but in no list.
    """

    rows: Iterator[Row]
    total: int
    unreadable: Sequence[Unreadable]


def listing(desk: Desk, wanted: Wanted) -> Listed:
    """The tasks that are wanted; those that are open where nothing else was said."""
    query = Query(
        client="" if desk.client(wanted.client) is None else wanted.client,
        calendar=desk.calendar(wanted.calendar) if wanted.calendar else "",
        statuses=_statuses(wanted),
        due_before=_due_before(desk, wanted),
        sort=wanted.sort,
        limit=wanted.limit,
    )
    total = -1 if wanted.limit is None else desk.store.count(query._replace(limit=max(COUNTED, wanted.limit) + 1))
    return Listed(rows=desk.store.rows(query), total=total, unreadable=desk.store.unreadable())


def _statuses(wanted: Wanted) -> tuple[str, ...]:
    if wanted.overdue and wanted.status and wanted.status not in OPEN:
        raise InputError(f"what is {wanted.status} is not overdue", hint="leave out --overdue or --status")
    if wanted.status:
        return (wanted.status,)
    return () if wanted.everything and not wanted.overdue else OPEN


def _due_before(desk: Desk, wanted: Wanted) -> int | None:
    limits = [ceil(desk.now.timestamp())] if wanted.overdue else []
    if wanted.due_before:
        from deadlines.core.due import start_instant  # noqa: PLC0415 # a list without a date is spared the reading of dates
        from deadlines.core.phrase import parse_when  # noqa: PLC0415 # likewise
        from deadlines.core.zone_names import find_zone  # noqa: PLC0415 # likewise

        client, owner = desk.client(wanted.client), desk.settings.me
        when = parse_when(wanted.due_before, now=desk.now, client=client, owner=owner, find_zone=find_zone)
        # A date alone is its beginning: what is due on it is not due before it.
        limits.append(int(start_instant(when, client=client, owner=owner).timestamp()))
    return min(limits, default=None)
