"""When a task that repeats falls due after the instance that is to be done now (RFC 5545 §3.8.5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Owner
from deadlines.core.due import due_instant, start_instant
from deadlines.core.recurrence import expand
from deadlines.core.when import AllDay, When, plus, utc
from deadlines.errors import InputError

_MOST_INSTANCES = 500
"""Of one task; whoever repeats something more often than hourly for three weeks plans by other means."""
_BEYOND = timedelta(days=2)


class Later(NamedTuple):
    """A due time, and the instant that it means."""

    due: When
    at: datetime


class Repeated(NamedTuple):
    """What repeats: the rule, with the dates that it passes over and those beside it. It repeats `start`, else `due`."""

    rrule: str
    start: When | None
    due: When
    exdates: tuple[When, ...] = ()
    rdates: tuple[When, ...] = ()


def later_dues(task: Repeated, *, client: Client | None, owner: Owner, after: datetime, until: datetime) -> Iterator[Later]:
    """The due times that come after the first one, later than `after` and not later than `until`, in order.

    Each instance is as long as the first one, on its clock where start and due are on one. At most 500 are given, and none where
    the rule cannot be read.
    """
    due = task.due
    begin = task.start or due
    first, last = start_instant(begin, client=client, owner=owner), due_instant(due, client=client, owner=owner)
    nominal = _wall(due) - _wall(begin) if _alike(begin, due) else None
    reach = last - first
    try:
        found = expand(
            task.rrule,
            begin,
            exdates=task.exdates,
            rdates=task.rdates,
            after=after - reach - _BEYOND,
            before=until - reach + _BEYOND,
            limit=_MOST_INSTANCES,
        )
    except (InputError, OverflowError):
        return  # the index says so already
    for instance in found.instances:
        if nominal is None:
            at = start_instant(instance, client=client, owner=owner) + reach
            later = Later(utc(at), at)
        else:
            falls = plus(instance, nominal)
            later = Later(falls, due_instant(falls, client=client, owner=owner))
        if instance != begin and max(after, last) < later.at <= until:
            yield later


def _alike(start: When, due: When) -> bool:
    """Whether both are on one clock, so that the time between them is that of the clock."""
    return type(start) is type(due) and getattr(start, "tzid", "") == getattr(due, "tzid", "")


def _wall(when: When) -> datetime:
    return datetime.combine(when.date, time()) if isinstance(when, AllDay) else when.local
