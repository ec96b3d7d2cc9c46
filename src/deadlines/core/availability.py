"""Working hours: weekly windows on a clock, and the days on which they do not hold.

They are written as days, then the times on those days: `Mon-Fri 09:00-17:00`, `Mon,Wed 9-12:30 13-17, Sat 10-14`. Commas and
spaces both separate; a range of days may run over the end of the week (`Sun-Thu`), a time that ends before it starts runs
over midnight and belongs to the day on which it starts. `24:00` ends a day.

Windows are wall time: each end is converted by itself, so that 09:00-17:00 is eight hours on every day but those on which the
clock changes in between. A wall time that a zone skips means the moment of the jump; one that it repeats, the first pass.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deadlines.core.clock_time import DAY, format_time, parse_time
from deadlines.core.span import Span, union
from deadlines.core.weekdays import WEEK, day_number, day_range, short_name
from deadlines.core.when import after_gap, to_local
from deadlines.errors import AmbiguousInput, InputError

_EXAMPLE = 'for example "Mon-Fri 09:00-17:00" or "Mon,Wed 9-12:30 13-17, Sat 10-14"'
_ONE_DAY = timedelta(days=1)
_NOON = timedelta(hours=12)


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


def parse_hours(text: str) -> tuple[Window, ...]:
    """The weekly windows that `text` describes, sorted, those of one day disjoint. Raises `InputError` naming the part."""
    days: list[int] = []
    times: list[tuple[timedelta, timedelta]] = []
    found: list[Window] = []
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").split():
        if part[0].isdigit():
            if not days:
                raise _wrong(part, "no day stands before it")
            times.append(_time_range(part))
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


def format_hours(windows: Sequence[Window]) -> str:
    """The text that `parse_hours` reads as these windows."""
    days_by_times: dict[str, list[int]] = {}
    for day in range(WEEK):
        times = " ".join(f"{format_time(w.start)}-{_format_end(w.end)}" for w in windows if w.weekday == day)
        if times:
            days_by_times.setdefault(times, []).append(day)
    return ", ".join(f"{','.join(_runs(days))} {times}" for times, days in days_by_times.items())


def is_working_day(availability: Availability, day: date) -> bool:
    """Whether a window starts on that date."""
    return day not in availability.closed and any(window.weekday == day.weekday() for window in availability.weekly)


def windows(availability: Availability, span: Span) -> Iterator[Span]:
    """When they work within `span`: sorted, disjoint, in UTC."""
    for found in union(_dated(availability, span)):
        start, end = max(found.start, span.start), min(found.end, span.end)
        if start < end:
            yield Span(start, end)


def close_of_business(availability: Availability, day: date) -> datetime | None:
    """The end, in UTC, of the last window that starts on that date in the zone; None where they do not work on it."""
    return max((span.end for span in _spans_on(availability, day)), default=None)


def next_working_day(availability: Availability, day: date) -> date | None:
    """The first working day after `day`; None where there is none within a year."""
    try:
        later = (day + timedelta(days=ahead) for ahead in range(1, 367))
        return next((candidate for candidate in later if close_of_business(availability, candidate)), None)
    except OverflowError:
        return None


def _dated(availability: Availability, span: Span) -> Iterator[Span]:
    day = to_local(span.start, availability.zone).date()
    if day > date.min:
        day -= _ONE_DAY  # its night shift
    last = to_local(span.end, availability.zone).date()
    while day < last:
        yield from _spans_on(availability, day)
        day += _ONE_DAY
    yield from _spans_on(availability, last)


def _spans_on(availability: Availability, day: date) -> Iterator[Span]:
    weekday = day.weekday()
    todays = [window for window in availability.weekly if window.weekday == weekday]
    if not todays or day == date.max or day in availability.closed:
        return  # nothing can end after the last day of the calendar
    midnight, zone = datetime.combine(day, time.min), availability.zone
    for window in todays:
        start, end = after_gap(midnight + window.start, zone), after_gap(midnight + window.end, zone)
        if start < end:
            yield Span(start, end)


def _wrong(part: str, why: str) -> InputError:
    return InputError(f"working hours {part.strip()!r}: {why}", hint=_EXAMPLE)


def _days(part: str) -> list[int]:
    first, dash, last = part.partition("-")
    start, end = day_number(first), day_number(last if dash else first)
    if start is None or end is None:
        raise _wrong(part, f"{first if start is None else last!r} is no day of the week")
    return day_range(start, end)


def _time_range(part: str) -> tuple[timedelta, timedelta]:
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
