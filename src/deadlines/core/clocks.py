"""Instants as text for people: the wall clocks of both sides, and the time that is left.

The names of days and months are English whatever the locale, and what is printed here can be typed back as a `--due` phrase.
Lists call this for every line, so days and times of day are formatted once and kept.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.client import Client, Owner, Party, zone_at
from deadlines.core.weekdays import SHORT_DAYS, SHORT_MONTHS
from deadlines.core.when import AllDay, When, Zoned

_MINUTE = timedelta(minutes=1)
_HOUR, _DAY = 60, 24 * 60
_NAMES = {"Etc/GMT+12": "AoE", "Etc/UTC": "UTC"}


@lru_cache(maxsize=256)
def city(key: str) -> str:
    """How a clock is called: the last part of its zone's name, `New York` for `America/New_York`."""
    return _NAMES.get(key) or key.rstrip("/").rpartition("/")[2].replace("_", " ")


def both_clocks(instant: datetime, *, client: Client | None, owner: Owner, when: When | None = None, now: datetime) -> str:
    """`Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo`, the year where it is not this one on that clock.

    The clock that `when` is written in comes first where it is a third one (UTC is nobody's clock). A clock that shows the
    same as one before it is left out; who travels has the clock of where they then are. A day that ends with `when` ends at
    24:00.
    """
    zone = when.zone if isinstance(when, Zoned) else None
    tzid = when.tzid if isinstance(when, Zoned) else ""
    faces: list[str] = []
    shown: list[str] = []
    for there, name, year in _clocks(zone, tzid, zone_at(client, instant) if client else None, zone_at(owner, instant), now):
        face = _face(instant.astimezone(there), year, when)
        if face not in faces:
            faces.append(face)
            shown.append(f"{face} {name}")
    return " = ".join(shown)


class Face(NamedTuple):
    """What one clock shows: the date, `17:00` or `24:00`, the year it is there now, and how the clock is called."""

    date: date
    time: str
    year: int
    city: str


def faces(instant: datetime, *, client: Client | None, owner: Owner, when: When | None = None, now: datetime) -> tuple[Face, ...]:
    """The clocks that `both_clocks` tells, in its order, for who tells them in another language."""
    zone = when.zone if isinstance(when, Zoned) else None
    tzid = when.tzid if isinstance(when, Zoned) else ""
    shown: dict[tuple[date, str], Face] = {}
    for there, name, year in _clocks(zone, tzid, zone_at(client, instant) if client else None, zone_at(owner, instant), now):
        day, time = _day_and_time(instant.astimezone(there), when)
        shown.setdefault((day, time), Face(day, time, year, name))
    return tuple(shown.values())


def one_clock(instant: datetime, zone: ZoneInfo, *, now: datetime, when: When | None = None) -> str:
    """`Fri 27 Nov 17:00`, the year where it is not this one on that clock; 24:00 ends the date `when`, as in `both_clocks`."""
    return _face(instant.astimezone(zone), _year(now, zone), when)


def own_clock(instant: datetime, party: Party, *, now: datetime) -> str:
    """The same on the clock that somebody looks at then: at home, or where they have travelled to."""
    return one_clock(instant, zone_at(party, instant), now=now)


def format_date(day: date, *, year: int) -> str:
    """`Fri 27 Nov`, with the year where it is not `year`."""
    text = f"{SHORT_DAYS[day.weekday()]} {day.day} {SHORT_MONTHS[day.month - 1]}"
    return text if day.year == year else f"{text} {day.year:04}"


def time_left(instant: datetime, now: datetime) -> str:
    """`in 4 d 6 h`, `in 35 min`, `now`, `3 h overdue`: the two largest units, cut off."""
    left = instant - now
    minutes = abs(left) // _MINUTE
    if not minutes:
        return "now"
    text = amount(minutes)
    return f"in {text}" if left > timedelta() else f"{text} overdue"


def amount(minutes: int) -> str:
    """`4 d 6 h`, `35 min`: the two largest units of a positive number of minutes, cut off."""
    if minutes < _HOUR:
        return f"{minutes} min"
    if minutes < _DAY:
        hours, minutes = divmod(minutes, _HOUR)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, minutes = divmod(minutes, _DAY)
    return f"{days} d {minutes // _HOUR} h" if minutes >= _HOUR else f"{days} d"


def hours(length: timedelta) -> str:
    """`14 h`, `30 h 15 min`, `45 min`: work, which is counted in hours and not in days; what is less than a minute is one."""
    whole, minutes = divmod(-(-length // _MINUTE), _HOUR)
    return f"{whole} h {minutes} min" if whole and minutes else f"{whole} h" if whole else f"{minutes} min"


@lru_cache(maxsize=256)
def _clocks(
    own: tzinfo | None, tzid: str, clients: ZoneInfo | None, owners: ZoneInfo, now: datetime
) -> tuple[tuple[tzinfo, str, int], ...]:
    """The clocks to show, each with its name and the year it is there."""
    clocks: dict[tzinfo, str] = {}
    if own is not None and own is not UTC and own is not owners:
        clocks[own] = city(own.key if isinstance(own, ZoneInfo) else tzid)
    if clients is not None:
        clocks.setdefault(clients, city(clients.key))
    clocks.setdefault(owners, city(owners.key))
    return tuple((zone, name, now.astimezone(zone).year) for zone, name in clocks.items())


def _day_and_time(there: datetime, when: When | None) -> tuple[date, str]:
    minutes = there.hour * 60 + there.minute
    if not minutes and isinstance(when, AllDay) and when.date < there.date():
        return when.date, "24:00"
    return there.date(), _time(minutes)


def _face(there: datetime, year: int, when: When | None = None) -> str:
    day, time = _day_and_time(there, when)
    return f"{_day(day.toordinal(), year)} {time}"


@lru_cache(maxsize=256)
def _year(now: datetime, zone: ZoneInfo) -> int:
    return now.astimezone(zone).year


@lru_cache(maxsize=_DAY)
def _time(minutes: int) -> str:
    hour, minute = divmod(minutes, _HOUR)
    return f"{hour:02}:{minute:02}"


@lru_cache(maxsize=4096)
def _day(ordinal: int, year: int) -> str:
    return format_date(date.fromordinal(ordinal), year=year)
