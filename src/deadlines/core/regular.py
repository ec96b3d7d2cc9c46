"""Series whose instances are all like the first: found by arithmetic, and made once for all who meet at that time.

A series is *regular* where it has a plain rule (`rule_days`), perhaps days taken out (EXDATE), and a clock that skips no day. Its
instances are days, and what else there is to say of them follows from the clock, the time of day and the length: an `Occasion`.
Meetings begin at few times of day, so many series share their occasions, and a `Diary` keeps them while one span is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.meeting import spelt_id
from deadlines.core.offsets import has_every_day, steady_offset
from deadlines.core.rrule import parse
from deadlines.core.rule_days import days
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, When, Zoned, aware, to_local
from deadlines.errors import InputError

_NOTHING = timedelta()
_MOMENT = timedelta(seconds=1)
_STEADY = timedelta(days=2)
"""So long after midnight `steady_offset` holds."""
_APART = 2
"""So many days the dates of one instant are apart at most, from clock to clock."""


class Occasion(NamedTuple):
    """When an instance of a regular series takes place. `recurrence_id` is its start as RECURRENCE-ID has it."""

    span: Span
    start: Zoned
    end: Zoned
    recurrence_id: str


class Diary:
    """The occasions in a span."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._hours: dict[tuple[object, ...], _Hour] = {}
        self._clocks: dict[tzinfo, _Clock] = {}

    def occasions(
        self, start: When, end: When, rrule: str, exdates: Sequence[When] = (), *, most: int = 10_000
    ) -> list[Occasion] | None:
        """What of a series takes place in the span, in order; None where it is not regular, or has more than `most` instances."""
        if not (isinstance(start, Zoned) and isinstance(end, Zoned)):
            return None
        try:
            rule, hour = parse(rrule), self._hour(start, end)
            last = hour.last if rule.until is None else min(hour.last, hour.until(rule.until))
            found = days(rule, start.local.date(), hour.first, last)
            if found is None or len(found) > most or not hour.has_every_day(rule.count and start.local.year):
                return None
            if exdates:
                gone = set(hour.named(exdates))
                found = [day for day in found if day not in gone]
            return [hour[day] for day in found]
        except (InputError, OverflowError, ValueError):  # no rule, or out of the calendar
            return None

    def _hour(self, start: Zoned, end: Zoned) -> _Hour:
        local, zone = start.local, start.zone
        length = end.instant - start.instant
        key = (start.tzid, zone, local.hour, local.minute, local.second, length, end.tzid, end.zone)
        found = self._hours.get(key)
        if found is None:
            clock = self._clocks.get(zone)
            if clock is None:
                clock = self._clocks[zone] = _Clock(zone)
            found = self._hours[key] = _Hour(start, end, self._span, clock)
        return found


class _Midnight(NamedTuple):
    """The midnight that begins a day, its date as iCalendar writes it, and its instant where the clock holds for two days."""

    wall: datetime
    text: str
    instant: datetime | None


class _Clock(dict[int, _Midnight]):
    """The midnights of a clock, by their day."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone

    def __missing__(self, day: int) -> _Midnight:
        wall = datetime.fromordinal(day)
        if isinstance(self.zone, ZoneInfo):
            offset = steady_offset(self.zone, wall.date())
        else:
            offset = _NOTHING if self.zone is UTC else None
        instant = None if offset is None else aware(wall - offset)
        found = self[day] = _Midnight(wall, wall.date().isoformat().replace("-", ""), instant)
        return found

    def instant(self, wall: datetime) -> datetime:
        """The instant of any wall time."""
        return aware(wall - (self.zone.utcoffset(wall) or _NOTHING))


class _Hour(dict[int, Occasion]):
    """The occasions at one time of day, on one clock and of one length, by their day; those not asked for yet are made then.

    `first` and `last` are the days of those that overlap the span.
    """

    def __init__(self, start: Zoned, end: Zoned, span: Span, clock: _Clock) -> None:
        super().__init__()
        self._start, self._end, self._clock = start, end, clock
        self._after_midnight = start.local - datetime.combine(start.local, time.min)
        self._length = end.instant - start.instant
        self._least = max(self._length, _MOMENT)
        self._is_simple = end.tzid == start.tzid and _NOTHING <= self._after_midnight + self._length < _STEADY
        self._time = spelt_id(start)[8:]
        after, before = span.start - self._least, span.end
        self.first = after.toordinal() - 1
        while self._begin(self.first) <= after:
            self.first += 1
        self.last = before.toordinal() + 1
        while self._begin(self.last) >= before:
            self.last -= 1
        self._last_year = date.fromordinal(self.last).year
        self._is_steady = has_every_day(start.zone, date.fromordinal(self.first).year, self._last_year)

    def has_every_day(self, since: int | None) -> bool:
        """Whether the clock skips no day around the span, nor from the year `since` to it."""
        return self._is_steady and (since is None or has_every_day(self._start.zone, since, self._last_year))

    def until(self, until: When) -> int:
        """The last day on which an instance is not past UNTIL. Writers mix the forms: the coarser of the two is compared."""
        match until:
            case AllDay(on):
                return on.toordinal()
            case Floating(local):
                day = local.toordinal()
                return day if self._wall(day) <= local else day - 1
            case Zoned(local):
                day = local.toordinal() + _APART
                if day - _APART - _APART > self.last:
                    return self.last
                while self._begin(day) > until.instant:
                    day -= 1
                return day

    def named(self, times: Iterable[When]) -> Iterable[int]:
        """The days whose instances are meant by times of any form, as `recurrence.Named` has it."""
        for when in times:
            if isinstance(when, AllDay):
                yield when.date.toordinal()
                continue
            day = when.local.toordinal()
            if self._wall(day) == when.local and (isinstance(when, Floating) or when.zone is self._start.zone):
                yield day
            elif isinstance(when, Zoned):
                yield from (near for near in range(day - _APART, day + _APART + 1) if self._begin(near) == when.instant)

    def _wall(self, day: int) -> datetime:
        return self._clock[day].wall + self._after_midnight

    def _begin(self, day: int) -> datetime:
        """The instant at which the occasion of a day begins."""
        wall, _, instant = self._clock[day]
        if instant is not None:
            return instant + self._after_midnight
        return self._clock.instant(wall + self._after_midnight)

    def __missing__(self, day: int) -> Occasion:
        midnight, text, instant = self._clock[day]
        wall, start, end = midnight + self._after_midnight, self._start, self._end
        if instant is not None and self._is_simple:
            begin, until = instant + self._after_midnight, wall + self._length
        else:
            begin = self._clock.instant(wall)
            until = to_local(begin + self._length, end.zone)
        found = self[day] = Occasion(
            Span(begin, begin + self._least),
            Zoned(wall, start.tzid, start.zone),
            Zoned(until, end.tzid, end.zone),
            text + self._time,
        )
        return found
