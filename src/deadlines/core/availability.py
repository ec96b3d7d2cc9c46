"""Working hours: weekly windows on a clock, and the days on which they do not hold.

They are written as days, then the times on those days: `Mon-Fri 09:00-17:00`, `Mon,Wed 9-12:30 13-17, Sat 10-14`. Commas and
spaces both separate; a range of days may run over the end of the week (`Sun-Thu`), a time that ends before it starts runs
over midnight and belongs to the day on which it starts. `24:00` ends a day.

Windows are wall time: each end is converted by itself, so that 09:00-17:00 is eight hours on every day but those on which the
clock changes in between. A wall time that a zone skips means the moment of the jump; one that it repeats, the first pass.

Dated exceptions go before the week: on a day off nothing holds that starts on it, part of a day off is cut out, and on a journey
other hours or another zone hold. A date is a date on the clock of the place where they are on it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from deadlines.core.clock_time import DAY, format_time, parse_time
from deadlines.core.offsets import steady_offset
from deadlines.core.span import Span, subtract
from deadlines.core.weekdays import WEEK, day_number, day_range, short_name
from deadlines.core.when import after_gap, to_local
from deadlines.errors import AmbiguousInput, InputError

_EXAMPLE = 'for example "Mon-Fri 09:00-17:00" or "Mon,Wed 9-12:30 13-17, Sat 10-14"'
_ONE_DAY = timedelta(days=1)
_NOON = timedelta(hours=12)
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()

_Pair = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end` after midnight of `weekday` (0 is Monday); `end` beyond 24 h runs into the next day."""

    weekday: int
    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOff:
    """Not at work from `start` to `end`, after midnight as those of a `Window`, on each date from `first` to `last`.

    As it stands, the whole day: no window that starts on such a date holds, its night shift included.
    """

    first: date
    last: date
    start: timedelta = timedelta()
    end: timedelta = DAY
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether it takes the whole day, as a public holiday does."""
        return not self.start and self.end == DAY

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """On the dates from `first` to `last`, on the clock of that place, another `zone` or other `weekly` hours hold, or both."""

    first: date
    last: date
    zone: ZoneInfo | None = None
    weekly: tuple[Window, ...] | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """When somebody works. `weekly` is sorted, as `parse_hours` has it; no two of the journeys in `travel` share a date.

    `closed` holds their public holidays, which are those of `region` (ISO 3166), where that is known.
    """

    zone: ZoneInfo
    weekly: tuple[Window, ...]
    closed: Container[date] = frozenset()
    time_off: tuple[TimeOff, ...] = ()
    travel: tuple[Travel, ...] = ()
    region: str = ""


def parse_hours(text: str) -> tuple[Window, ...]:
    """The weekly windows that `text` describes, sorted, those of one day disjoint. Raises `InputError` naming the part."""
    days: list[int] = []
    times: list[tuple[timedelta, timedelta]] = []
    found: list[Window] = []
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").split():
        if part[0].isdigit():
            if not days:
                raise _wrong(part, "no day stands before it")
            times.append(parse_times(part))
        else:
            if times:
                found += _windows_of(days, times)
                days, times = [], []
            days += _days(part)
    if not days:
        raise _wrong(text, "there is no day in it")
    if not times:
        raise _wrong(text, f"no time follows {short_name(days[-1])}")
    return _tidy(found + _windows_of(days, times))


def parse_times(part: str) -> tuple[timedelta, timedelta]:
    """The two times of `9-17` or `22:00-06:00`, after midnight, the second one the later. Raises `InputError`."""
    first, dash, last = part.partition("-")
    if not dash:
        raise _wrong(part, "a time needs its end, as in 9-17")
    start, end = parse_time(first), parse_time(last)
    if start is None or end is None:
        raise _wrong(part, f"{first if start is None else last!r} is no time of day")
    if start == DAY:
        raise _wrong(part, "24:00 can only end a day; say 00:00")
    if start == end:
        raise _wrong(part, "it ends when it starts; all day is 00:00-24:00")
    if end > start:
        return start, end
    if first.isdigit() and last.isdigit() and start <= _NOON:  # 9-5 is a saying
        readings = (f"{format_time(start)}-{format_time(close)}" for close in (end + _NOON, end))
        raise AmbiguousInput("working hours", part, readings)
    return start, end + DAY


def format_hours(windows: Sequence[Window]) -> str:
    """The text that `parse_hours` reads as these windows."""
    days_by_times: dict[str, list[int]] = {}
    for day in range(WEEK):
        times = " ".join(f"{format_time(w.start)}-{_format_end(w.end)}" for w in windows if w.weekday == day)
        if times:
            days_by_times.setdefault(times, []).append(day)
    return ", ".join(f"{','.join(_runs(days))} {times}" for times, days in days_by_times.items())


def travel_zone_on(availability: Availability, day: date) -> ZoneInfo | None:
    """The zone of the journey that they are on at that date; None where they are at home, or stay in its zone."""
    return next((journey.zone for journey in availability.travel if day in journey), None)


def travel_zone_at(availability: Availability, instant: datetime) -> ZoneInfo | None:
    """The same at an instant: they are away as long as the date there is one of the journey's."""
    for journey in availability.travel:
        if journey.zone is not None and to_local(instant, journey.zone).date() in journey:
            return journey.zone
    return None


def is_day_off(availability: Availability, day: date) -> bool:
    """Whether that date is a public holiday of theirs, or the whole of it is time off."""
    return day in availability.closed or any(off.whole and day in off for off in availability.time_off)


def is_working_day(availability: Availability, day: date) -> bool:
    """Whether they work in a window that starts on that date."""
    return any(_on(availability, day))


def windows(availability: Availability, span: Span) -> Iterator[Span]:
    """When they work within `span`: sorted, disjoint, in UTC."""
    first, last = _dates(availability, span)
    found: Iterable[Span] = _joined(_opening(availability, first, last))
    if parts := [off for off in availability.time_off if not off.whole and off.first <= last and off.last >= first]:
        found = subtract(found, _absent(availability, parts, first, last))
    for one in found:
        if one.start >= span.start and one.end <= span.end:
            yield one
        elif one.start < span.end and span.start < one.end:
            yield Span(max(one.start, span.start), min(one.end, span.end))


def close_of_business(availability: Availability, day: date) -> datetime | None:
    """When, in UTC, the last window that starts on that date on their clock is over; None where they do not work on it."""
    return max((span.end for span in _on(availability, day)), default=None)


def next_working_day(availability: Availability, day: date) -> date | None:
    """The first working day after `day`; None where there is none within a year."""
    try:
        later = (day + timedelta(days=ahead) for ahead in range(1, 367))
        return next((candidate for candidate in later if is_working_day(availability, candidate)), None)
    except OverflowError:
        return None


def _on(availability: Availability, day: date) -> Iterable[Span]:
    found = _joined(_opening(availability, day, day))
    parts = [off for off in availability.time_off if not off.whole]
    if not parts:
        return found
    around = (shifted(day, days) for days in (-1, 1))
    return subtract(found, _absent(availability, parts, *around))


def _dates(availability: Availability, span: Span) -> tuple[date, date]:
    """The dates whose windows may reach into `span`: a night began the day before, a journey may lead over the date line."""
    margin = 2 if availability.travel else 1
    first = to_local(span.start, availability.zone).date()
    last = to_local(span.end, availability.zone).date()
    return shifted(first, -margin), shifted(last, margin - 1)


def shifted(day: date, days: int) -> date:
    """`day` and so many days later; the first or last date there is where the calendar ends."""
    return date.fromordinal(min(max(day.toordinal() + days, _FIRST), _LAST))


def _opening(availability: Availability, first: date, last: date) -> Iterator[_Pair]:
    """Start and end of each window that starts on one of the dates, sorted by start."""
    if not availability.travel:
        yield from _opening_at(availability, availability.zone, availability.weekly, first, last)
        return
    pairs: list[_Pair] = []
    for start, end, zone, weekly in regimes(availability, first, last):
        pairs += _opening_at(availability, zone, weekly, start, end)
    yield from sorted(pairs)


def regimes(availability: Availability, first: date, last: date) -> Iterator[tuple[date, date, ZoneInfo, tuple[Window, ...]]]:
    """The dates from `first` to `last` in stretches with one zone and one week: its first and last date, zone and hours."""
    home = availability.zone, availability.weekly
    for journey in sorted(availability.travel, key=attrgetter("first")):
        start, end = max(first, journey.first), min(last, journey.last)
        if start > end:
            continue
        if first < start:
            yield first, shifted(start, -1), *home
        yield start, end, journey.zone or home[0], home[1] if journey.weekly is None else journey.weekly
        if end == last:
            return
        first = shifted(end, 1)
    yield first, last, *home


def _opening_at(
    availability: Availability, zone: ZoneInfo, weekly: tuple[Window, ...], first: date, last: date
) -> Iterator[_Pair]:
    week = [[(window.start, window.end) for window in weekly if window.weekday == day] for day in range(WEEK)]
    for ordinal in range(first.toordinal(), min(last.toordinal(), _LAST - 1) + 1):  # nothing can end after the last date
        todays = week[(ordinal - 1) % WEEK]
        if not todays or is_day_off(availability, day := date.fromordinal(ordinal)):
            continue
        offset = steady_offset(zone, day)
        if offset is None:
            yield from placed(day, todays, zone)
            continue
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - offset
        for start, end in todays:
            yield midnight + start, midnight + end


def _absent(availability: Availability, parts: Iterable[TimeOff], first: date, last: date) -> Iterator[Span]:
    """The parts of days that are taken off on dates from `first` to `last`, or run into them."""
    pairs: list[_Pair] = []
    for off in parts:
        day, end = max(off.first, shifted(first, -1)), min(off.last, shifted(last, 1))
        while day <= end < date.max:
            zone = travel_zone_on(availability, day) or availability.zone
            pairs += placed(day, [(off.start, off.end)], zone)
            day += _ONE_DAY
    return _joined(sorted(pairs))


def placed(day: date, times: Iterable[tuple[timedelta, timedelta]], zone: ZoneInfo) -> Iterator[_Pair]:
    """Times after midnight of a date as instants; nothing of what the zone skips as a whole."""
    wall = datetime.combine(day, time.min)
    for start, end in times:
        opens, closes = after_gap(wall + start, zone), after_gap(wall + end, zone)
        if opens < closes:
            yield opens, closes


def _joined(pairs: Iterable[_Pair]) -> Iterator[Span]:
    """Spans of pairs that are sorted by start, those that touch as one."""
    found = iter(pairs)
    start, end = next(found, (None, None))
    if start is None or end is None:
        return
    for later, until in found:
        if later > end:
            yield Span(start, end)
            start, end = later, until
        elif until > end:
            end = until
    yield Span(start, end)


def _wrong(part: str, why: str) -> InputError:
    return InputError(f"working hours {part.strip()!r}: {why}", hint=_EXAMPLE)


def _days(part: str) -> list[int]:
    first, dash, last = part.partition("-")
    start, end = day_number(first), day_number(last if dash else first)
    if start is None or end is None:
        raise _wrong(part, f"{first if start is None else last!r} is no day of the week")
    return day_range(start, end)


def _windows_of(days: list[int], times: list[tuple[timedelta, timedelta]]) -> list[Window]:
    return [Window(day, start, end) for day in days for start, end in times]


def _tidy(found: list[Window]) -> tuple[Window, ...]:
    tidy: list[Window] = []
    for window in sorted(found, key=lambda w: (w.weekday, w.start, w.end)):
        if tidy and tidy[-1].weekday == window.weekday and window.start <= tidy[-1].end:
            tidy[-1] = Window(window.weekday, tidy[-1].start, max(tidy[-1].end, window.end))
        else:
            tidy.append(window)
    return tuple(tidy)


def _format_end(end: timedelta) -> str:
    return format_time(end - DAY if end > DAY else end)


def _runs(days: list[int]) -> list[str]:
    if len(days) == WEEK:
        return [f"{short_name(0)}-{short_name(WEEK - 1)}"]
    runs = []
    for first in days:
        if (first - 1) % WEEK in days:
            continue
        last = first
        while (last + 1) % WEEK in days:
            last += 1
        runs.append(short_name(first) if last == first else f"{short_name(first)}-{short_name(last % WEEK)}")
    return runs
