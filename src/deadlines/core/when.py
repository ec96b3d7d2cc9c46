"""The three kinds of time that iCalendar knows, and the only place where wall time becomes an instant.

`AllDay` is a date (RFC 5545 §3.3.4), `Floating` a wall time in nobody's zone (§3.3.5 form 1), `Zoned` a wall time on a
named clock (forms 2 and 3; UTC is `Zoned` on the clock "UTC"). The wall time and the TZID are the truth and are kept as
they were written; instants are derived.

A wall time that a zone skips or repeats is read as RFC 5545 §3.3.5 says: the repeated hour means its first occurrence, the
skipped one takes the offset before the gap. That is what `fold=0` means to Python (PEP 495), so `to_utc` is one line; `Kink`
tells those who must refuse such input instead.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo


class Kink(enum.Enum):
    """What is odd about a wall time in a zone."""

    NONE = "none"
    SKIPPED = "skipped"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class AllDay:
    """A date, on whichever clock the reader of it decides."""

    date: date


@dataclass(frozen=True, slots=True)
class Floating:
    """A naive wall time."""

    local: datetime


@dataclass(frozen=True, slots=True)
class Zoned:
    """A naive wall time on the clock `tzid`, which is kept as it was written; `zone` is what we understood by it."""

    local: datetime
    tzid: str
    zone: tzinfo

    @property
    def instant(self) -> datetime:
        """The instant, aware in UTC."""
        return to_utc(self.local, self.zone)


When = AllDay | Floating | Zoned


def to_utc(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive wall time, skipped and repeated hours as in RFC 5545 §3.3.5."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def to_local(instant: datetime, zone: tzinfo) -> datetime:
    """The naive wall time that a clock in `zone` shows at `instant`."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def kink(local: datetime, zone: tzinfo) -> Kink:
    """Whether `zone` skips or repeats the naive wall time `local`."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return Kink.NONE
    survives = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == local
    return Kink.REPEATED if survives else Kink.SKIPPED


def utc(instant: datetime) -> Zoned:
    """An aware instant in form 2 of RFC 5545 §3.3.5."""
    return Zoned(instant.astimezone(UTC).replace(tzinfo=None), "UTC", UTC)
