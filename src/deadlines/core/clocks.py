"""Instants as text for people: the wall clocks of both sides, and the time that is left.

The names of days and months are English whatever the locale, and what is printed here can be typed back as a `--due` phrase.
Lists call this for every line, so it formats by hand and asks a zone no more than once for an instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from deadlines.core.client import Client, Owner
from deadlines.core.weekdays import SHORT_DAYS, SHORT_MONTHS
from deadlines.core.when import AllDay, When, Zoned

_MINUTE = timedelta(minutes=1)
_NAMES = {"Etc/GMT+12": "AoE", "Etc/UTC": "UTC"}


@lru_cache(maxsize=256)
def city(key: str) -> str:
    """How a clock is called: the last part of its zone's name, `New York` for `America/New_York`."""
    return _NAMES.get(key) or key.rstrip("/").rpartition("/")[2].replace("_", " ")


def both_clocks(instant: datetime, *, client: Client | None, owner: Owner, when: When | None = None, now: datetime) -> str:
    """`Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo`, the year where it is not this one on that clock.

    The clock that `when` is written in comes first where it is a third one (UTC is nobody's clock). A clock that shows the
    same as one before it is left out. A day that ends with `when` ends at 24:00.
    """
    shown: dict[datetime, str] = {}
    for zone, name in _clocks(client, owner, when):
        there = instant.astimezone(zone)
        wall = there.replace(tzinfo=None)
        if wall not in shown:
            closes = when.date if isinstance(when, AllDay) else None
            shown[wall] = f"{_wall(wall, closes, _local_year(now, zone))} {name}"
    return " = ".join(shown.values())


def one_clock(instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """`Fri 27 Nov 17:00`, the year where it is not this one on that clock."""
    return _wall(instant.astimezone(zone).replace(tzinfo=None), None, _local_year(now, zone))


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
    days, hours = divmod(minutes // 60, 24)
    amounts = ((days, "d"), (hours, "h")) if days else ((hours, "h"), (minutes % 60, "min"))
    text = " ".join(f"{amount} {unit}" for amount, unit in amounts if amount)
    return f"in {text}" if left > timedelta() else f"{text} overdue"


def _clocks(client: Client | None, owner: Owner, when: When | None) -> list[tuple[tzinfo, str]]:
    clocks: list[tuple[tzinfo, str]] = [(party.zone, city(party.zone.key)) for party in (client, owner) if party is not None]
    if isinstance(when, Zoned) and when.zone is not UTC and all(when.zone is not zone for zone, _ in clocks):
        key = when.zone.key if isinstance(when.zone, ZoneInfo) else when.tzid
        clocks.insert(0, (when.zone, city(key)))
    return clocks


@lru_cache(maxsize=256)
def _local_year(now: datetime, zone: tzinfo) -> int:
    return now.astimezone(zone).year


def _wall(wall: datetime, closes: date | None, year: int) -> str:
    day = wall.date()
    if closes is not None and closes < day and not wall.hour and not wall.minute:
        return f"{format_date(closes, year=year)} 24:00"
    return f"{format_date(day, year=year)} {wall.hour:02}:{wall.minute:02}"
