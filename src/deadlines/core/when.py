"""The three kinds of time that iCalendar knows, and the only place where wall time becomes an instant.

`AllDay` is a date (RFC 5545 §3.3.4), `Floating` a wall time in nobody's zone (§3.3.5 form 1), `Zoned` a wall time on a
named clock (forms 2 and 3; UTC is `Zoned` on the clock "UTC"). The wall time and the TZID are the truth and are kept as
they were written; instants are derived.

A wall time that a zone skips or repeats is read as RFC 5545 §3.3.5 says: the repeated hour means its first occurrence, the
skipped one takes the offset before the gap. That is what `fold=0` means to Python (PEP 495), so `to_utc` is one line; `Kink`
tells those who must refuse such input instead. So the second pass of a repeated hour has no wall time here: `on_clock` writes
it in UTC. Instants beyond the years 1 to 9999 are cut to the first or last one there is.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - both are only added to and subtracted from
_AWARE_EPOCH = _EPOCH.replace(tzinfo=UTC)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_MIDDLE = 5000
_UTC_KEYS = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


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


def aware(naive: datetime) -> datetime:
    """A naive instant in UTC as an aware one; it takes a quarter of the time that `datetime.replace` does."""
    return _AWARE_EPOCH + (naive - _EPOCH)


def to_utc(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive wall time, skipped and repeated hours as in RFC 5545 §3.3.5."""
    first = local.replace(fold=0) if local.fold else local
    offset = zone.utcoffset(first)
    assert offset is not None  # no clock of ours is without one
    try:
        return aware(first - offset)
    except OverflowError:
        return _FIRST if local.year < _MIDDLE else _LAST


def to_local(instant: datetime, zone: tzinfo) -> datetime:
    """The naive wall time that a clock in `zone` shows at `instant`."""
    try:
        offset = instant.astimezone(zone).utcoffset()
        assert offset is not None  # no clock of ours is without one
        return _EPOCH + (instant - _AWARE_EPOCH + offset)
    except OverflowError:
        return (_FIRST if instant.year < _MIDDLE else _LAST).replace(tzinfo=None)


def kink(local: datetime, zone: tzinfo) -> Kink:
    """Whether `zone` skips or repeats the naive wall time `local`."""
    first = local.replace(tzinfo=zone, fold=0).utcoffset()
    second = local.replace(tzinfo=zone, fold=1).utcoffset()
    if first is None or second is None or first == second:
        return Kink.NONE
    return Kink.REPEATED if second < first else Kink.SKIPPED


def after_gap(local: datetime, zone: tzinfo) -> datetime:
    """Like `to_utc`, but a skipped wall time means the instant at which the clock jumps over it.

    It keeps wall times in order, which the rule for data does not: there 02:45 in a gap comes after 03:15 behind it.
    """
    if kink(local, zone) is not Kink.SKIPPED:
        return to_utc(local, zone)
    before, jump = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while jump - before > _SECOND:
        middle = before + (jump - before) // _SECOND // 2 * _SECOND
        if to_local(middle, zone) < local:
            before = middle
        else:
            jump = middle
    return jump


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which `day` begins on a clock in `zone`, also where midnight or the whole day is skipped there."""
    return after_gap(datetime.combine(day, time.min), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant of the midnight that ends `day`; for a day that the zone skips, the instant at which it was skipped."""
    return _LAST if day == date.max else start_of_day(day + timedelta(days=1), zone)


def utc(instant: datetime) -> Zoned:
    """An aware instant in form 2 of RFC 5545 §3.3.5."""
    return Zoned(instant.astimezone(UTC).replace(tzinfo=None), "UTC", UTC)


def on_clock(instant: datetime, zone: ZoneInfo) -> Zoned:
    """An aware instant as wall time in `zone`; in UTC where that is the zone, or where no wall time can say it."""
    local = to_local(instant, zone)
    if zone.key in _UTC_KEYS or to_utc(local, zone) != instant:
        return utc(instant)
    return Zoned(local, zone.key, zone)


def plus(when: When, length: timedelta) -> When:
    """`when` and a DURATION later: days on the calendar, the rest in exact time (RFC 5545 §3.3.6). OverflowError past 9999."""
    match when:
        case AllDay(date=on):
            return AllDay(on + timedelta(days=length.days))
        case Floating(local=local):
            return Floating(local + length)
        case _:
            sign = -1 if length < timedelta() else 1
            days, rest = divmod(abs(length), _DAY)
            local = when.local + sign * timedelta(days=days)
            return replace(when, local=to_local(to_utc(local, when.zone) + sign * rest, when.zone) if rest else local)
