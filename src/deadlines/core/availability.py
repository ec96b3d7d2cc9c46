"""Working hours: weekly windows on a clock, and the days on which they do not hold."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end` after midnight of `weekday` (0 is Monday); `end` beyond 24 h runs into the next day."""

    weekday: int
    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """When somebody works. `closed` holds the dates on which they do not: public holidays and days off."""

    zone: ZoneInfo
    weekly: tuple[Window, ...]
    closed: Container[date] = frozenset()
