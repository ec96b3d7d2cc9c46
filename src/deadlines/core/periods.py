"""The wall times of a recurrence rule, period by period (RFC 5545 §3.3.10).

A rule is read by its periods (years, months, weeks, days, or the hours of a day). One period gives the *set* of its wall times:
each BYxxx part widens or narrows it as the table of §3.3.10 says, what no part says comes from the start, BYSETPOS picks from the
set. A week belongs to the year that holds most of it (BYWEEKNO, with WKST), also where INTERVAL skips years.
"""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deadlines.core.rrule import Freq, Rule

_LAST_YEAR = 9998  # year 9999 cannot be put on every clock
END = datetime(_LAST_YEAR, 12, 31)  # noqa: DTZ001 - a wall time
"""No rule is followed beyond it."""
_STEPS = 100_000
_REACH = timedelta(days=8)  # the week that holds a day begins and ends within it
_Window = tuple[date, date]


@dataclass(slots=True)
class Work:
    """How many candidate times may still be looked at; below nothing when a query was ended by that."""

    left: int = _STEPS

    def spend(self, steps: int) -> bool:
        """Take so many; whether there were enough."""
        self.left -= steps
        return self.left >= 0


def walls(
    rule: Rule, first: datetime, *, since: datetime | None = None, last: datetime | None = None, work: Work | None = None
) -> Iterator[datetime]:
    """The wall times of `rule` from `first` to about `last`, in order, without regard to COUNT and UNTIL.

    With `since`, those of the periods long before it are left out.
    """
    low = first.date() if since is None else since.date()
    high = min((last or END).date(), END.date() - _REACH) + _REACH
    read = _within_days if rule.freq >= Freq.HOURLY else _by_days
    for chosen in read(rule, first, (low, high), work or Work()):
        yield from (wall for wall in _at_positions(rule, chosen) if wall >= first)


def _at_positions(rule: Rule, chosen: Sequence[datetime]) -> Iterable[datetime]:
    if not rule.by_set_pos:
        return chosen
    size = len(chosen)
    places = {place - 1 if place > 0 else size + place for place in rule.by_set_pos}
    return [chosen[place] for place in sorted(places) if 0 <= place < size]


def _by_days(rule: Rule, first: datetime, window: _Window, work: Work) -> Iterator[list[datetime]]:
    """The set of each period of a day or longer."""
    times, origin = _times(rule, first), first.date()
    begins = [datetime.combine(origin, at) for at in times]
    for dates in _PERIODS[rule.freq](rule, first.date(), window):
        if not work.spend(1 + len(dates) * len(times)):
            return
        yield [begin + (day - origin) for day in dates for begin in begins]  # combining takes four times as long


def _times(rule: Rule, first: datetime) -> list[time]:
    if not (rule.by_hour or rule.by_minute or rule.by_second):
        return [time(first.hour, first.minute, first.second)]
    hours, minutes, seconds = rule.by_hour or {first.hour}, rule.by_minute or {first.minute}, rule.by_second or {first.second}
    return [time(*at) for at in itertools.product(sorted(hours), sorted(minutes), sorted(seconds))]


def _within_days(rule: Rule, first: datetime, window: _Window, work: Work) -> Iterator[list[datetime]]:
    """The set of each hour, minute or second that a rule shorter than a day visits."""
    per_day = _PER_DAY[rule.freq]
    begin = (first.toordinal() * 86_400 + first.hour * 3_600 + first.minute * 60 + first.second) * per_day // 86_400
    ordinal, last = max(first.toordinal(), window[0].toordinal()), window[1].toordinal()
    while ordinal <= last and work.spend(1):
        idle = (begin - ordinal * per_day) % rule.interval // per_day
        day = date.fromordinal(min(ordinal + idle, last))
        ordinal += idle + 1
        if ordinal > last + 1 or not _admits(rule, day):
            continue
        for chosen in _of_day(rule, first, day.toordinal()):
            if not work.spend(1 + len(chosen)):
                return
            yield [datetime.combine(day, at) for at in chosen]


_PER_DAY = {Freq.HOURLY: 24, Freq.MINUTELY: 1_440, Freq.SECONDLY: 86_400}


def _of_day(rule: Rule, first: datetime, ordinal: int) -> Iterator[list[time]]:
    """The times of each visited period of a day; periods without one are left out but for the price of a visit."""
    hours = sorted(rule.by_hour) or range(24)
    minutes = sorted(rule.by_minute) or range(60)
    seconds = sorted(rule.by_second) or [first.second]
    hour_of_first = first.toordinal() * 24 + first.hour
    if rule.freq is Freq.HOURLY:
        at = sorted(rule.by_minute) or [first.minute]
        for hour in hours:
            visited = (ordinal * 24 + hour - hour_of_first) % rule.interval == 0
            yield [time(hour, minute, second) for minute in at for second in seconds] if visited else []
        return
    minute_of_first = hour_of_first * 60 + first.minute
    for hour, minute in itertools.product(hours, minutes):
        passed = (ordinal * 24 + hour) * 60 + minute - minute_of_first
        if rule.freq is Freq.MINUTELY:
            yield [time(hour, minute, second) for second in seconds] if passed % rule.interval == 0 else []
            continue
        reached = range((first.second - passed * 60) % rule.interval, 60, rule.interval)
        yield from ([time(hour, minute, second)] for second in reached if not rule.by_second or second in rule.by_second)
        yield []  # a minute has its price, visited or not


def _ahead(index: int, target: int, interval: int) -> int:
    """The last visited index that is not beyond `target`, or the first."""
    return index + max(0, (target - index) // interval) * interval


def _years(rule: Rule, first: date, window: _Window) -> Iterator[Sequence[date]]:
    by_week = bool(rule.by_week_no)
    year = _week_year(first, rule.week_start) if by_week else first.year
    low = _ahead(year, (window[0] - _REACH).year if window[0] > first else year, rule.interval)
    days = _days_of_weeks if by_week else _days_of_year
    return (days(rule, first, year) for year in range(low, min(window[1].year + 1, _LAST_YEAR) + 1, rule.interval))


def _days_of_year(rule: Rule, first: date, year: int) -> Sequence[date]:
    if rule.by_year_day:
        length = date(year, 12, 31).timetuple().tm_yday
        numbers = {number if number > 0 else length + 1 + number for number in rule.by_year_day}
        base = [date(year, 1, 1) + timedelta(days=number - 1) for number in sorted(numbers) if 1 <= number <= length]
    elif rule.by_month or rule.by_month_day or rule.by_day:
        months = sorted(rule.by_month) or range(1, 13)
        base = [day for month in months for day in _days_of_month(rule, first, year, month)]
    else:
        base = _existing(year, first.month, [first.day])
    scope = _month if rule.by_month else _year
    return [day for day in base if _admits(rule, day) and _is_nth(rule, day, scope(day))]


def _days_of_weeks(rule: Rule, first: date, year: int) -> Sequence[date]:
    begin, after = _first_week(year, rule.week_start), _first_week(year + 1, rule.week_start)
    count = (after - begin) // 7
    numbers = {number if number > 0 else count + 1 + number for number in rule.by_week_no}
    weekdays = {weekday for _, weekday in rule.by_day}
    if not (weekdays or rule.by_month_day or rule.by_year_day):
        weekdays = {first.weekday()}
    ordinals = (begin + 7 * (number - 1) + day for number in sorted(numbers) if 1 <= number <= count for day in range(7))
    days = (date.fromordinal(ordinal) for ordinal in ordinals)
    return [day for day in days if (not weekdays or day.weekday() in weekdays) and _admits(rule, day)]


def _first_week(year: int, week_start: int) -> int:
    """The ordinal of the day on which week 1 begins: the first with at least four days in the year."""
    fourth = date(year, 1, 4)
    return fourth.toordinal() - (fourth.weekday() - week_start) % 7


def _week_year(day: date, week_start: int) -> int:
    years = (day.year + 1, day.year)
    return next((year for year in years if _first_week(year, week_start) <= day.toordinal()), day.year - 1)


def _months(rule: Rule, first: date, window: _Window) -> Iterator[Sequence[date]]:
    index = first.year * 12 + first.month - 1
    lowest, highest = (day.year * 12 + day.month - 1 for day in window)
    for number in range(_ahead(index, lowest, rule.interval), highest + 1, rule.interval):
        year, month = number // 12, number % 12 + 1
        if rule.by_month and month not in rule.by_month:
            yield ()
            continue
        days = _days_of_month(rule, first, year, month)
        yield [day for day in days if _admits(rule, day) and _is_nth(rule, day, _month(day))]


def _days_of_month(rule: Rule, first: date, year: int, month: int) -> list[date]:
    begins, length = monthrange(year, month)
    if rule.by_month_day:
        return _existing(year, month, sorted({day if day > 0 else length + 1 + day for day in rule.by_month_day}))
    if not rule.by_day:
        return _existing(year, month, [first.day])
    firsts = {(weekday - begins) % 7 + 1 for _, weekday in rule.by_day}
    return [date(year, month, day) for day in sorted(day for one in firsts for day in range(one, length + 1, 7))]


def _existing(year: int, month: int, days: Iterable[int]) -> list[date]:
    length = monthrange(year, month)[1]
    return [date(year, month, day) for day in days if 1 <= day <= length]


def _weeks(rule: Rule, first: date, window: _Window) -> Iterator[Sequence[date]]:
    begin = first.toordinal() - (first.weekday() - rule.week_start) % 7
    low = _ahead(begin, window[0].toordinal(), 7 * rule.interval)
    weekdays = {weekday for _, weekday in rule.by_day} or {first.weekday()}
    offsets = sorted((weekday - rule.week_start) % 7 for weekday in weekdays)
    narrows = _narrows(rule)
    for week in range(low, window[1].toordinal() + 1, 7 * rule.interval):
        days = [date.fromordinal(week + offset) for offset in offsets if week + offset >= 1]
        yield [day for day in days if _admits(rule, day)] if narrows else days


def _each_day(rule: Rule, first: date, window: _Window) -> Iterator[Sequence[date]]:
    low = _ahead(first.toordinal(), window[0].toordinal(), rule.interval)
    narrows = bool(rule.by_day) or _narrows(rule)
    for ordinal in range(low, window[1].toordinal() + 1, rule.interval):
        day = date.fromordinal(ordinal)
        yield [day] if not narrows or _admits(rule, day) else ()


_PERIODS = {Freq.YEARLY: _years, Freq.MONTHLY: _months, Freq.WEEKLY: _weeks, Freq.DAILY: _each_day}


def _narrows(rule: Rule) -> bool:
    """Whether a part other than BYDAY leaves days out."""
    return bool(rule.by_month or rule.by_month_day or rule.by_year_day)


def _admits(rule: Rule, day: date) -> bool:
    """Whether the parts that narrow let `day` through; numbers of weekdays are looked at by `_is_nth`."""
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_day and day.weekday() not in {weekday for _, weekday in rule.by_day}:
        return False
    if rule.by_month_day and not {day.day, day.day - monthrange(day.year, day.month)[1] - 1} & rule.by_month_day:
        return False
    if rule.by_year_day:
        number, length = _year(day)
        return bool({number, number - length - 1} & rule.by_year_day)
    return True


def _is_nth(rule: Rule, day: date, place: tuple[int, int]) -> bool:
    """Whether BYDAY takes the weekday at this place (number, length) of its month or year."""
    if not rule.by_day:
        return True
    number, length = place
    numbers = {0, (number - 1) // 7 + 1, -((length - number) // 7 + 1)}
    return any((nth, day.weekday()) in rule.by_day for nth in numbers)


def _month(day: date) -> tuple[int, int]:
    return day.day, monthrange(day.year, day.month)[1]


def _year(day: date) -> tuple[int, int]:
    return day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
