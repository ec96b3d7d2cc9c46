"""The instances of a recurrence rule (RFC 5545 §3.3.10, §3.8.5), computed in wall time and then put on the clock.

A rule is read period by period (years, months, weeks, days, or the hours of a day). One period gives the *set* of its wall
times: each BYxxx part widens or narrows it as the table of §3.3.10 says, what no part says comes from the start, BYSETPOS picks
from the set. Wall times before the start are dropped; the start itself is always the first instance and counts in COUNT.

- Wall times become instants last, so that a weekly 09:00 stays 09:00. A skipped wall time takes the offset before the gap
  (§3.3.5); two wall times that are one instant (hourly across a gap) are one instance.
- A week belongs to the year that holds most of it (BYWEEKNO, with WKST), also where INTERVAL skips years.
- A rule without COUNT is entered in the period before the window, however long ago it began.
- Work is bounded: at most `limit` instances and `_STEPS` candidate times are looked at. Where that ends a query early, it says so
  (`cut`); nothing here loops for long on 30 February, on every second, or on a billion instances.
"""

from __future__ import annotations

import itertools
import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from deadlines.core import rrule as rules
from deadlines.core.rrule import Freq, Rule, parse, validate
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import InputError

__all__ = ["Expansion", "Named", "Step", "doubt", "expand", "following", "validate", "walls"]

_STEPS = 100_000
_NONE = timedelta()
_DAYS = 4_000_000  # more than there are
_MARGIN = timedelta(days=2)  # no clock is farther than this from UTC, with a day to spare
_REACH = timedelta(days=8)  # the week that holds a day begins and ends within it
_LAST_YEAR = 9998  # year 9999 cannot be put on every clock
_END = datetime(_LAST_YEAR, 12, 31)  # noqa: DTZ001 - a key
_Window = tuple[date, date]


class Expansion(NamedTuple):
    """The instances in a window, in order. `cut`: there may be more in it than these.

    `keys` are what they are ordered by: naive instants in UTC, or the wall times of what has no clock.
    """

    instances: tuple[When, ...]
    cut: bool
    keys: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next instance, and the rule to write when the series starts there."""

    when: When
    rrule: str


@dataclass(slots=True)
class _Work:
    left: int = _STEPS

    def spend(self, steps: int) -> bool:
        self.left -= steps
        return self.left >= 0


def expand(
    rrule: str,
    start: When,
    *,
    exdates: Collection[When] = (),
    rdates: Collection[When] = (),
    after: When | datetime | None = None,
    before: datetime,
    limit: int = 10_000,
) -> Expansion:
    """The instances from `after` (inclusive) to `before` (exclusive).

    Bounds are instants; against a floating or all-day start they are compared with its wall time as if that were in UTC, so
    ask for a day more on each side and place the instances afterwards. An empty `rrule` is a series of `start` and `rdates`.
    InputError: no valid rule, or a start at the end of time.
    """
    excluded = Named(exdates)
    work = _Work()
    try:
        low = datetime.min if after is None else _key(after)  # noqa: DTZ901 - keys are naive
        high = _bound(before)
        found = {key: when for when in rdates if low <= (key := _key(when)) < high and not excluded.has(when)}
        for key, when in _instances(rrule, start, low, high, work):
            if not low <= key < high or (exdates and excluded.has(when)):
                continue
            if len(found) >= limit and key not in found:
                work.left = -1
                break
            found[key] = when
    except OverflowError as error:
        raise InputError(f"recurrence from {start}: out of the range of dates") from error
    keys = tuple(sorted(found)[:limit])
    return Expansion(tuple(map(found.__getitem__, keys)), work.left < 0 or len(found) > limit, keys)


def following(rrule: str, start: When, *, exdates: Collection[When] = (), rdates: Collection[When] = ()) -> Step | None:
    """The first instance after `start`, and the rule from there on (COUNT less what has passed); None at the end.

    InputError as for `expand`.
    """
    excluded = Named(exdates)
    try:
        origin = _key(start)
        stream = enumerate(_instances(rrule, start, origin, _END, _Work()))
        passed, regular = next(((n, when) for n, (key, when) in stream if key > origin and not excluded.has(when)), (0, None))
        extra = min((when for when in rdates if _key(when) > origin and not excluded.has(when)), key=_key, default=None)
    except OverflowError as error:
        raise InputError(f"recurrence from {start}: out of the range of dates") from error
    if extra is not None and (regular is None or _key(extra) < _key(regular)):
        # The start is used up, and the extra date takes its place in COUNT.
        return Step(when=extra, rrule=rrule if regular else "")
    return None if regular is None else Step(when=regular, rrule=_less(rrule, passed))


def doubt(rrule: str, start: When | None = None) -> str | None:
    """What other programs may read differently in a valid rule, or in its meeting with `start`; for a finding.

    InputError: no valid rule.
    """
    found = rules.doubt(rrule)
    if found or start is None:
        return found
    first = _first_wall(start)
    regular = next(walls(parse(rrule), first), None)
    if regular is None:
        return "yields no instance but its start"
    return None if regular == first else "does not fall on its start, which some programs leave out"


def _less(rrule: str, passed: int) -> str:
    return re.sub(r"(?i)(\bCOUNT=)(\d+)", lambda match: f"{match[1]}{int(match[2]) - passed}", rrule)


class Named:
    """Instances named by their times (EXDATE, RECURRENCE-ID), also in another form than the start's: as date or wall time."""

    def __init__(self, exdates: Collection[When]) -> None:
        self._dates = {when.date for when in exdates if isinstance(when, AllDay)}
        self._instants = {when.instant for when in exdates if isinstance(when, Zoned)}
        self._walls = {when.local for when in exdates if not isinstance(when, AllDay)}
        self._floating = {when.local for when in exdates if isinstance(when, Floating)}

    def has(self, when: When) -> bool:
        """Whether one of the times names the instance at `when`."""
        if self._dates and _day(when) in self._dates:
            return True
        if isinstance(when, Zoned):
            return when.local in self._floating or (bool(self._instants) and when.instant in self._instants)
        return _first_wall(when) in self._walls


def _bound(at: datetime) -> datetime:
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def _key(when: When | datetime) -> datetime:
    """What instances are ordered and compared by: the naive UTC instant, or the wall time of what has no clock."""
    if isinstance(when, datetime):
        return _bound(when)
    return when.instant.replace(tzinfo=None) if isinstance(when, Zoned) else _first_wall(when)


def _instances(rrule: str, start: When, low: datetime, high: datetime, work: _Work) -> Iterator[tuple[datetime, When]]:
    """The instances up to `high`, from the start on or, without COUNT, from a little before `low`."""
    if not rrule:
        yield _key(start), start
        return
    rule = parse(rrule)
    first = _first_wall(start)
    since = low - _MARGIN if rule.count is None and low > first + _MARGIN else None
    place, last, until, count = _placing(start), high + _MARGIN, rule.until, rule.count
    found = _from_start(rule, first, (since, min(high, _END - _MARGIN) + _MARGIN), work)
    if count is None and _is_once_a_day(rule):
        for wall in found:
            key, when = place(wall)
            if wall > last or (until is not None and _is_past(until, when)):
                return
            yield key, when
        return
    seen: set[datetime] = set()
    for wall in found:
        key, when = place(wall)
        if wall > last or (until is not None and _is_past(until, when)) or len(seen) == count:
            return
        if key not in seen:
            seen.add(key)
            yield key, when


def _is_once_a_day(rule: Rule) -> bool:
    """Whether its wall times are a day apart. Two of them are one instant only where a zone skips a day; keys tell that, too."""
    return rule.freq < Freq.HOURLY and not (rule.by_hour or rule.by_minute or rule.by_second)


def _first_wall(start: When) -> datetime:
    return datetime.combine(start.date, time()) if isinstance(start, AllDay) else start.local


def _from_start(rule: Rule, first: datetime, window: tuple[datetime | None, datetime], work: _Work) -> Iterator[datetime]:
    since, last = window
    if since is None:
        yield first
    yield from (wall for wall in walls(rule, first, since=since, last=last, work=work) if wall > first)


def _placing(start: When) -> Callable[[datetime], tuple[datetime, When]]:
    """What makes of a wall time the instance then, with its key."""
    if isinstance(start, Zoned):
        tzid, zone = start.tzid, start.zone
        offset = zone.utcoffset
        return lambda wall: (wall - (offset(wall) or _NONE), Zoned(wall, tzid, zone))
    if isinstance(start, Floating):
        return lambda wall: (wall, Floating(wall))
    return lambda wall: (wall, AllDay(wall.date()))


def _is_past(until: When, when: When) -> bool:
    """Whether UNTIL ends the series before `when`. Writers mix the forms: the coarser of the two is compared."""
    if isinstance(until, AllDay) or isinstance(when, AllDay):
        return _day(when) > _day(until)
    if isinstance(until, Zoned) and isinstance(when, Zoned):
        return when.instant > until.instant
    return when.local > until.local


def _day(when: When) -> date:
    return when.date if isinstance(when, AllDay) else when.local.date()


def walls(
    rule: Rule, first: datetime, *, since: datetime | None = None, last: datetime | None = None, work: _Work | None = None
) -> Iterator[datetime]:
    """The wall times of `rule` from `first` to about `last`, in order, without regard to COUNT and UNTIL.

    With `since`, those of the periods long before it are left out.
    """
    if _steps_evenly(rule):
        yield from _in_steps(rule, first, (since or first, min(last or _END, _END)), work or _Work())
        return
    low = first.date() if since is None else since.date()
    high = min((last or _END).date(), _END.date() - _REACH) + _REACH
    read = _within_days if rule.freq >= Freq.HOURLY else _by_days
    for chosen in read(rule, first, (low, high), work or _Work()):
        yield from (wall for wall in _at_positions(rule, chosen) if wall >= first)


def _steps_evenly(rule: Rule) -> bool:
    """Whether it is days or days of a week at one time of day and nothing else: most rules that people have are."""
    by_time = rule.by_hour or rule.by_minute or rule.by_second
    if by_time or rule.by_set_pos or rule.by_week_no or _narrows(rule):
        return False
    return rule.freq is Freq.WEEKLY or (rule.freq is Freq.DAILY and not rule.by_day)


def _in_steps(rule: Rule, first: datetime, window: tuple[datetime, datetime], work: _Work) -> Iterator[datetime]:
    """The same as `_by_days` finds of such a rule, in a quarter of the time: the days of one step, again and again."""
    since, last = window
    days = 7 if rule.freq is Freq.WEEKLY else 1
    step = timedelta(days=min(days * rule.interval, _DAYS))
    weekdays = {weekday for _, weekday in rule.by_day} or {first.weekday()}
    place = (first.weekday() - rule.week_start) % 7
    # A day of the week that lies before the first one comes in the next week that is visited.
    ahead = [timedelta(days=(weekday - rule.week_start) % 7 - place) for weekday in weekdays]
    offsets = sorted(one if one >= _NONE else one + step for one in ahead) if days > 1 else [_NONE]
    begin = first + max((since - first) // step, 0) * step
    while (room := last - begin) >= _NONE and work.spend(1 + len(offsets)):
        for offset in offsets:
            if offset > room:
                return
            yield begin + offset
        if step > room:
            return
        begin += step


def _at_positions(rule: Rule, chosen: Sequence[datetime]) -> Iterable[datetime]:
    if not rule.by_set_pos:
        return chosen
    size = len(chosen)
    places = {place - 1 if place > 0 else size + place for place in rule.by_set_pos}
    return [chosen[place] for place in sorted(places) if 0 <= place < size]


def _by_days(rule: Rule, first: datetime, window: _Window, work: _Work) -> Iterator[list[datetime]]:
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


def _within_days(rule: Rule, first: datetime, window: _Window, work: _Work) -> Iterator[list[datetime]]:
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
