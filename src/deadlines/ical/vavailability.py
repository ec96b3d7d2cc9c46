"""Working hours as a VAVAILABILITY (RFC 7953), for others to read.

What is written says when somebody is *available*: within its bounds, everything else is busy. Each stretch of dates with one zone
and one week (at home, on a journey) is written with an AVAILABLE for every time of day, repeated weekly; a whole day off and a
public holiday are EXDATEs of those that would start on them, and a part of a day off is a VAVAILABILITY of its own without any
AVAILABLE, which goes before the others by its PRIORITY. Why somebody is away is nobody's business: notes are not written.

DTEND gives every instance of an AVAILABLE the same exact length (RFC 5545 §3.8.5.3), while hours are times on a clock: a night in
which the clock changes is an hour longer or shorter than the others. Such a date is an EXDATE, too, and has an AVAILABLE of its
own; no series begins on one.

The bounds are whole months, so that the text of a feed stays the same for a month. A night that began before them is written too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, TimeOff, Window, is_day_off, placed, regimes, shifted, travel_zone_on
from deadlines.core.clock_time import DAY
from deadlines.core.offsets import steady_offset
from deadlines.core.span import Span
from deadlines.core.weekdays import ICAL_DAYS
from deadlines.core.when import Zoned, end_of_day, start_of_day, to_local, to_utc
from deadlines.ical.text import content_line, escape, format_instant, format_wall_time, format_when

_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_FIRST_PRIORITY = "1"


class Written(NamedTuple):
    """Content lines, each ended by CRLF, to be put into a VCALENDAR with a VTIMEZONE for each of the zones."""

    text: str
    zones: tuple[ZoneInfo, ...]


class _Stretch(NamedTuple):
    """Dates with one zone and one week."""

    first: date
    last: date
    zone: ZoneInfo
    weekly: tuple[Window, ...]


def write(availability: Availability, *, uid: str, name: str, now: datetime, span: Span) -> Written:
    """The hours within the months that `span` touches, called `name`; `uid` is made longer for the parts, `now` is DTSTAMP."""
    first = to_local(span.start, availability.zone).date().replace(day=1)
    last = shifted((to_local(span.end, availability.zone).date().replace(day=1) + timedelta(days=31)).replace(day=1), -1)
    bounds = start_of_day(first, availability.zone), end_of_day(last, availability.zone)
    stretches = [_Stretch(*one) for one in regimes(availability, shifted(first, -1), last)]
    lines = [
        *_head("VAVAILABILITY", uid, now, name),
        _line("DTSTART", format_instant(bounds[0])),
        _line("DTEND", format_instant(bounds[1])),
        _line("BUSYTYPE", "BUSY-UNAVAILABLE"),
    ]
    zones: dict[ZoneInfo, None] = {}
    for stretch in stretches:
        for number, (times, days) in enumerate(_by_time(stretch.weekly).items(), 1):
            nights = stretch if times[1] > DAY else stretch._replace(first=max(first, stretch.first))
            for part, found in _available(availability, nights, last, times, days):
                zones[stretch.zone] = None
                lines += _head("AVAILABLE", f"{uid}-{stretch.first:%Y%m%d}-{number}{part}", now, name)
                lines += [*found, _line("END", "AVAILABLE")]
    lines.append(_line("END", "VAVAILABILITY"))
    for off in availability.time_off:
        if not off.whole:
            zones |= dict.fromkeys(travel_zone_on(availability, day) or availability.zone for day in _days(off, first, last))
            lines += _absent(availability, off, first, last, uid=uid, now=now)
    return Written("".join(lines), tuple(zone for zone in zones if zone.key != "UTC"))


def _available(
    availability: Availability, stretch: _Stretch, end: date, times: tuple[timedelta, timedelta], days: list[int]
) -> Iterator[tuple[str, list[str]]]:
    """The lines of each AVAILABLE on those days of the week, and what its UID ends in: the series, then what is not like it."""
    zone = stretch.zone
    dates = [day for day in _dates(stretch.first, stretch.last) if day.weekday() in days]
    odd = {day: spans for day in dates if (spans := _odd(day, times, zone)) is not None}
    off = [day for day in dates if is_day_off(availability, day)]
    model = next((day for day in dates if day not in odd), None)
    if model is not None:
        until = ""
        if stretch.last < end:
            until = f";UNTIL={format_instant(end_of_day(stretch.last, zone) - _SECOND)}"
        by_day = ",".join(ICAL_DAYS[day] for day in days)
        yield (
            "",
            [
                _time("DTSTART", model, times[0], zone),
                _time("DTEND", model, times[1], zone),
                _line("RRULE", f"FREQ=WEEKLY;BYDAY={by_day}{until}"),
                *(_time("EXDATE", day, times[0], zone) for day in dates if day > model and (day in off or day in odd)),
            ],
        )
    for day, spans in odd.items():
        for opens, closes in () if day in off else spans:
            yield f"-{day:%Y%m%d}", [_clock("DTSTART", opens, zone), _clock("DTEND", closes, zone)]


def _odd(day: date, times: tuple[timedelta, timedelta], zone: ZoneInfo) -> list[tuple[datetime, datetime]] | None:
    """The hours of a date on which the clock changes, where they are not as long as ever; None where they are."""
    if steady_offset(zone, day) is not None:
        return None
    found = list(placed(day, [times], zone))
    start = to_utc(_wall(day, times[0]), zone)
    return None if found == [(start, start + times[1] - times[0])] else found


def _absent(availability: Availability, off: TimeOff, first: date, last: date, *, uid: str, now: datetime) -> Iterator[str]:
    """A VAVAILABILITY that nobody is available in, for each day of which a part is taken off."""
    for day in _days(off, first, last):
        zone = travel_zone_on(availability, day) or availability.zone
        opens, closes = next(placed(day, [(off.start, off.end)], zone), (None, None))
        if opens is None or closes is None:
            continue
        yield from _head("VAVAILABILITY", f"{uid}-off-{day:%Y%m%d}-{format_wall_time(_wall(day, off.start))[9:]}", now, "")
        yield _clock("DTSTART", opens, zone)
        yield _clock("DTEND", closes, zone)
        yield _line("PRIORITY", _FIRST_PRIORITY)
        yield _line("BUSYTYPE", "BUSY-UNAVAILABLE")
        yield _line("END", "VAVAILABILITY")


def _by_time(weekly: Iterable[Window]) -> dict[tuple[timedelta, timedelta], list[int]]:
    """The days of the week by the times on them."""
    found: dict[tuple[timedelta, timedelta], list[int]] = {}
    for window in weekly:
        found.setdefault((window.start, window.end), []).append(window.weekday)
    return found


def _days(off: TimeOff, first: date, last: date) -> Iterator[date]:
    return _dates(max(off.first, first), min(off.last, last))


def _dates(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _head(kind: str, uid: str, now: datetime, name: str) -> list[str]:
    lines = [_line("BEGIN", kind), _line("UID", escape(uid)), _line("DTSTAMP", format_instant(now))]
    return [*lines, _line("SUMMARY", escape(name))] if name else lines


def _time(name: str, day: date, after_midnight: timedelta, zone: ZoneInfo) -> str:
    params, value = format_when(Zoned(_wall(day, after_midnight), zone.key, zone))
    return _line(name, value, params)


def _clock(name: str, instant: datetime, zone: ZoneInfo) -> str:
    """An instant on a clock of `zone`, which shows it first of all (`placed` gives no others)."""
    params, value = format_when(Zoned(to_local(instant, zone), zone.key, zone))
    return _line(name, value, params)


def _wall(day: date, after_midnight: timedelta) -> datetime:
    return datetime.combine(day, time()) + after_midnight


def _line(name: str, value: str, params: dict[str, tuple[str, ...]] | None = None) -> str:
    return content_line(name, value, params)
