"""Whether a digest is due: once per day on the reader's own clock, however often and however late somebody asks.

Cron asks every few minutes, may be late, may ask twice at once, and sleeps when the computer does. So the answer depends on
nothing but the clock, and on which days have been dealt with (the ledger, `store.digests`):

    day D on the reader's clock     |------------ at ----------------------| midnight
    its digest is due                             [at ........................ ]        until the day is over,
                                                              [at ........ | ... + 6 h]  or six hours, whichever is later

The time at which nobody asked is lost, the day is not: the digest of a day comes late on that day. Where `at` is so late that a
nap of the computer could skip the rest of the day, it may come up to six hours after `at`, still as that day's. These
stretches never overlap, so at one instant at most one day's digest is due. A day of which nothing came is told by the next.

`at` is wall time: on a day that skips it, it means the moment of the jump; on one that repeats it, the first pass. A day that
a zone skips whole (Apia, 30 December 2011) has no digest. Days are remembered one by one rather than as "the last one", so
that a clock that was wrong by a year for a moment does not silence the digest for a year.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, is_working_day
from deadlines.core.when import after_gap, end_of_day, start_of_day

GRACE = timedelta(hours=6)
"""How long after `at` a digest may come although its day is over."""
LATE = timedelta(hours=1)
"""How long after `at` a digest says that it is late."""
LOOK_BACK = 366
"""So many days before, a digest looks for days of which none came."""
_DAY = timedelta(days=1)


class Schedule(NamedTuple):
    """When a digest is wanted: `at` on the clock of `zone`, on every day or on the working days of `working`."""

    zone: ZoneInfo
    at: time
    working: Availability | None = None


class Due(NamedTuple):
    """The digest of `day` is due since `since` (UTC). `late`: by more than an hour. `missed`: days before of which none came.

    The first digest of all is never late, and misses nothing.
    """

    day: date
    since: datetime
    late: bool
    missed: tuple[date, ...]


def due(schedule: Schedule, done: Container[date], *, now: datetime) -> Due | None:
    """What is due at `now`, if anything. `done` are the days dealt with, also those on which there was nothing to say."""
    today = now.astimezone(schedule.zone).date()
    if today in done:
        return None
    for day in (today, _before(today, schedule.zone)):
        since, until = _stretch(day, schedule.zone, schedule.at)
        if since <= now < until:
            if day in done or not _is_wanted(day, schedule):
                return None
            last = _last(day, done)
            if last is None:
                return Due(day, since, late=False, missed=())
            return Due(day, since, now - since > LATE, tuple(_between(last, day, schedule)))
    return None


def _last(day: date, done: Container[date]) -> date | None:
    """The day before that was dealt with last; None where there is none in reach, for then this is the first digest."""
    earlier = (day - number * _DAY for number in range(1, LOOK_BACK + 1))
    return next((one for one in earlier if one in done), None)


def _between(last: date, day: date, schedule: Schedule) -> Iterator[date]:
    """The days between two of which one was wanted."""
    for number in range(1, (day - last).days):
        between = last + number * _DAY
        if _exists(between, schedule.zone) and _is_wanted(between, schedule):
            yield between


def _is_wanted(day: date, schedule: Schedule) -> bool:
    return schedule.working is None or is_working_day(schedule.working, day)


def _before(day: date, zone: ZoneInfo) -> date:
    """The day before on that clock."""
    return next(earlier for earlier in _back(day) if _exists(earlier, zone))


def _back(day: date) -> Iterator[date]:
    while True:
        day -= _DAY
        yield day


@lru_cache(maxsize=1024)
def _exists(day: date, zone: ZoneInfo) -> bool:
    return start_of_day(day, zone) < end_of_day(day, zone)


@lru_cache(maxsize=1024)
def _stretch(day: date, zone: ZoneInfo, at: time) -> tuple[datetime, datetime]:
    """From when until when the digest of a day is due."""
    since = after_gap(datetime.combine(day, at), zone)
    return since, max(end_of_day(day, zone), since + GRACE)
