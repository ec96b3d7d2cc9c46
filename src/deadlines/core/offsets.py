"""Offsets from UTC by the day: nearly every day has one, and who knows it converts wall times by a subtraction.

Asking a zone for the offset of every window of ten people's year takes longer than all the rest of finding a slot. So a zone is
asked for four days at a time, at the midnight before them and at the one that ends the day after them: where both have the same
offset and neither is skipped or repeated, no clock changes in between, for no zone ever goes away from an offset and back to it
within five days (a test looks whether that is so; Gaza will within seven, in 2040). Near a change every midnight is asked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_CENTURY = 100
_DAY = timedelta(days=1)
_BLOCK = 4
_BEHIND = 2
"""A window that starts on a day may end just before the second midnight after it."""


def steady_offset(zone: ZoneInfo, day: date) -> timedelta | None:
    """What a clock in `zone` is ahead of UTC from the midnight that begins `day` for 48 hours; None where that changes."""
    block, place = divmod(day.toordinal(), _BLOCK)
    return _block(zone, block)[place]


def has_every_day(zone: tzinfo, first: int, last: int) -> bool:
    """Whether a clock in `zone` skips no whole day in the years from `first` to `last`, as Apia did in 2011.

    Then two wall times a day apart are never one instant. False also where that is not easily said.
    """
    if zone is UTC:
        return True
    if not isinstance(zone, ZoneInfo) or last - first >= _CENTURY:
        return False
    return all(_has_every_day(zone, year) for year in range(first, last + 1))


def forget() -> None:
    """Forget what zones have told, as a process that has just started knows nothing."""
    _block.cache_clear()
    _has_every_day.cache_clear()


@lru_cache(maxsize=8192)
def _block(zone: ZoneInfo, block: int) -> tuple[timedelta | None, ...]:
    first = block * _BLOCK
    if first < date.min.toordinal() or first + _BLOCK + _BEHIND > date.max.toordinal():
        return (None,) * _BLOCK
    before = _at_midnight(zone, first)
    if before is not None and before == _at_midnight(zone, first + _BLOCK + _BEHIND - 1):
        return (before,) * _BLOCK
    at = [_at_midnight(zone, first + number) for number in range(_BLOCK + _BEHIND)]
    return tuple(now if now == at[day + 1] == at[day + 2] else None for day, now in enumerate(at[:_BLOCK]))


def _at_midnight(zone: ZoneInfo, day: int) -> timedelta | None:
    """The offset at a midnight; None where it is skipped or repeated."""
    midnight = datetime.combine(date.fromordinal(day), time.min, zone)
    offset = midnight.utcoffset()
    return offset if offset == midnight.replace(fold=1).utcoffset() else None


@lru_cache(maxsize=8192)
def _has_every_day(zone: ZoneInfo, year: int) -> bool:
    """Every offset of the year is looked at, for none holds for less than a day."""
    first, last = date(year, 1, 1).toordinal() - 2, date(year, 12, 31).toordinal() + 2
    midnights = map(datetime.fromordinal, range(max(first, 1), min(last, date.max.toordinal()) + 1))
    offsets = {zone.utcoffset(midnight) or timedelta() for midnight in midnights}
    return max(offsets) - min(offsets) < _DAY
