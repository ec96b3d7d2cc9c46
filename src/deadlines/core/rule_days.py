"""The days of a plain rule, by arithmetic on their numbers (`date.toordinal`): most rules that people have are plain.

A rule is *plain* where it says nothing of the time of day and picks nothing from a set: days, days of a week, days of a month by
number or by weekday. All its instances are at the time of day of the start, so days are all there is to say of them, and a series
that began long ago is entered where it is looked at, even with COUNT in a rule of days or weeks. For the others, and for what
RFC 5545 §3.3.10 says of the parts, see `periods`, which finds the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date
from functools import lru_cache

from deadlines.core.rrule import Freq, Rule

_WEEK = 7
_YEAR = 12
_FAR = 40_000
"""So many days are listed at most; who wants more should not wait for the last of them."""


def days(rule: Rule, first: date, low: int, high: int) -> list[int] | None:
    """The days from `low` to `high` on which a series from `first` on takes place, in order; None where the rule is not plain.

    The first day is one of them and counts in COUNT, whatever the rule says of it. UNTIL is not looked at.
    """
    if not _is_plain(rule) or min(high - max(low, first.toordinal()), rule.count or high) > _FAR:
        return None
    low, high = max(low, 1), min(high, date.max.toordinal())
    return (_in_months if rule.freq <= Freq.MONTHLY else _in_steps)(rule, first, low, high)


def _is_plain(rule: Rule) -> bool:
    if rule.by_hour or rule.by_minute or rule.by_second or rule.by_set_pos:
        return False
    if rule.by_month or rule.by_week_no or rule.by_year_day:
        return False
    if rule.freq is Freq.MONTHLY:
        return not (rule.by_day and rule.by_month_day)
    if rule.freq is Freq.DAILY and rule.by_day and rule.interval > 1:
        return False
    return not rule.by_month_day and (rule.freq in {Freq.WEEKLY, Freq.DAILY} or (rule.freq is Freq.YEARLY and not rule.by_day))


def _in_steps(rule: Rule, first: date, low: int, high: int) -> list[int]:
    """Those of a rule of days or weeks: from the start on, each step has the same days."""
    start, ahead, step = first.toordinal(), *_steps(rule.freq, rule.interval, rule.by_day, rule.week_start, first.weekday())
    if rule.count is not None:
        # The start counts, also where the rule leaves it out.
        rounds, rest = divmod(rule.count - 1 - (ahead[0] != 0), len(ahead))
        high = min(high, start + rounds * step + ahead[rest] if rounds >= 0 else start)
    begin = start + max((low - start) // step, 0) * step
    if len(ahead) == 1:
        found = list(range(begin + ahead[0], high + 1, step))
        if found and found[0] < low:
            del found[0]
    else:
        found = [base + day for base in range(begin, high + 1, step) for day in ahead]
        found = found[bisect_left(found, low) : bisect_right(found, high)]
    return [start, *found] if ahead[0] and low <= start <= high else found


@lru_cache(maxsize=1024)
def _steps(freq: Freq, interval: int, by_day: frozenset[tuple[int, int]], week_start: int, weekday: int) -> tuple[list[int], int]:
    """How far the days of one step are after its first, which is as far after the start as steps are long; and how long."""
    if freq is Freq.DAILY and not by_day:
        return [0], interval
    step = _WEEK * interval
    place = (weekday - week_start) % _WEEK
    ahead = ((other - week_start) % _WEEK - place for other in {day for _, day in by_day} or {weekday})
    # A day of the week that lies before the first one comes in the next week that is visited.
    return sorted(one if one >= 0 else one + step for one in ahead), step


def _in_months(rule: Rule, first: date, low: int, high: int) -> list[int]:
    """Those of a rule of months or years; with COUNT every month from the start on is looked at."""
    start, origin = first.toordinal(), first.year * _YEAR + first.month - 1
    step = rule.interval * _YEAR if rule.freq is Freq.YEARLY else rule.interval
    begin, last = origin, _month_at(high)
    if rule.count is None and low > start:
        begin += max(_month_at(low) - origin, 0) // step * step
    found = [start]
    for number in range(begin, last + 1, step):
        before, weekday, length = _month(number)
        if rule.by_month_day:
            picked = _numbered(rule.by_month_day, length)
        elif rule.by_day:
            picked = _weekdays(rule.by_day, weekday, length)
        else:
            picked = (first.day,) if first.day <= length else ()
        found += [before + day for day in picked if before + day > start]
        if rule.count is not None and len(found) >= rule.count:
            del found[rule.count :]
            break
    return found[bisect_left(found, low) : bisect_right(found, high)]


def _month_at(ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    return day.year * _YEAR + day.month - 1


@lru_cache(maxsize=4096)
def _month(number: int) -> tuple[int, int, int]:
    """The day before a month, the weekday on which it begins, and how many days it has."""
    year, month = number // _YEAR, number % _YEAR + 1
    return date(year, month, 1).toordinal() - 1, *monthrange(year, month)


@lru_cache(maxsize=1024)
def _numbered(by_month_day: frozenset[int], length: int) -> tuple[int, ...]:
    """The days of a month that BYMONTHDAY names."""
    named = {day if day > 0 else length + 1 + day for day in by_month_day}
    return tuple(sorted(day for day in named if 1 <= day <= length))


@lru_cache(maxsize=4096)
def _weekdays(by_day: frozenset[tuple[int, int]], begins: int, length: int) -> tuple[int, ...]:
    """The days that BYDAY names of a month that begins on a weekday."""

    def is_named(day: int) -> bool:
        weekday = (begins + day - 1) % _WEEK
        return any((nth, weekday) in by_day for nth in (0, (day - 1) // _WEEK + 1, -((length - day) // _WEEK + 1)))

    return tuple(filter(is_named, range(1, length + 1)))
