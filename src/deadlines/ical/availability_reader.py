"""Working hours out of VAVAILABILITYs (RFC 7953): what somebody else publishes, as weekly hours with dated exceptions.

The standard can say anything: rules of every kind, and layers of which the one with the better PRIORITY goes before the others.
So it is asked what holds on each date of the next two years, and that is said as we say hours:

    the zone in which they are most of the time, and of each day of the week the hours that it has most often
    time off      whole dates without hours, and parts of dates that are missing
    travel        dates with another zone, or with other hours

An AVAILABLE is as long each time as its DTEND or DURATION says (RFC 5545 §3.8.5.3), so a series that takes no heed of it ends an
hour off in the nights in which the clock changes; that is what it says, and an exception. `ical/vavailability.py` takes heed.

A date that no VAVAILABILITY speaks of is not known and therefore no exception. What is left out is a line in `problems`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, TimeOff, Travel, Window
from deadlines.core.clock_time import DAY
from deadlines.core.series import instances
from deadlines.core.span import Span, intersect, subtract
from deadlines.core.when import Zoned, to_local
from deadlines.errors import CodecError
from deadlines.ical.read import Properties
from deadlines.ical.scan import Component, scan
from deadlines.ical.series import read_series
from deadlines.ical.zones import Zones

AHEAD = 2 * 365
"""So many days are looked at."""
_ONE_DAY = timedelta(days=1)
_MOST = 60
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_LEAST_PRIORITY = 10

_Times = tuple[tuple[timedelta, timedelta], ...]


class Hours(NamedTuple):
    """What was read, and what was left out or doubtful."""

    availability: Availability
    problems: tuple[str, ...]


class _Plan(NamedTuple):
    """A date: where they are, and when they are available, after midnight."""

    zone: ZoneInfo
    times: _Times


@dataclass
class _Layer:
    """A VAVAILABILITY."""

    priority: int
    start: datetime
    end: datetime
    available: list[tuple[date, ZoneInfo, timedelta, timedelta]] = field(default_factory=list)


def read_availability(text: str, *, today: date) -> Hours:
    """The hours from `today` on that an iCalendar text says. `CodecError` where it says none."""
    root = scan(text)
    components = [child for child in root.children if child.name == "VAVAILABILITY"]
    if not components:
        raise CodecError("there is no VAVAILABILITY in it, so it tells no working hours")
    problems: list[str] = []
    window = Span(*(datetime.combine(today + timedelta(days=days), time(), UTC) for days in (-2, AHEAD + 2)))
    layers = [_layer(component, root, window, problems) for component in components]
    plans = _plans(layers, today)
    if not any(plan.times for plan in plans.values()):
        raise CodecError("nobody is available in it in the next two years")
    return Hours(_as_hours(plans, problems), tuple(dict.fromkeys(problems)))


def _layer(component: Component, root: Component, window: Span, problems: list[str]) -> _Layer:
    of = Properties(component)
    zones = Zones(root)
    start, end = of.when("DTSTART", zones), of.when("DTEND", zones)
    begins = start.instant if isinstance(start, Zoned) else _FIRST
    ends = end.instant if isinstance(end, Zoned) else _LAST
    length = of.length("DURATION")
    if end is None and length is not None and isinstance(start, Zoned):
        ends = begins + length
    layer = _Layer(of.number("PRIORITY") or _LEAST_PRIORITY, begins, ends)
    by_uid: dict[str, list[Component]] = {}
    for number, child in enumerate(child for child in component.children if child.name == "AVAILABLE"):
        by_uid.setdefault(Properties(child).text("UID") or str(number), []).append(child)
    for parts in by_uid.values():
        layer.available += _available(parts, root, window, problems)
    problems += of.problems
    return layer


def _available(
    parts: Iterable[Component], root: Component, window: Span, problems: list[str]
) -> Iterator[tuple[date, ZoneInfo, timedelta, timedelta]]:
    """Every time of the AVAILABLEs of one UID: they recur as events do, so they are read as such."""
    calendar = Component("VCALENDAR", 0)
    calendar.children = [child for child in root.children if child.name == "VTIMEZONE"]
    for part in parts:
        event = Component("VEVENT", part.index)
        event.props = part.props
        calendar.children.append(event)
    series, odd = read_series(calendar)
    if series.master is not None and not isinstance(series.master.start, Zoned):
        problems += odd or ["an AVAILABLE has no time on a clock (RFC 7953 §3.1)"]
        return
    found = instances(series, window, UTC)
    problems += [*odd, *filter(None, [found.problem])]
    for one in found.instances:
        if not (isinstance(one.start, Zoned) and isinstance(one.end, Zoned)):
            problems.append("an instance of an AVAILABLE has no time on a clock (RFC 7953 §3.1)")
            return
        zone = ZoneInfo("UTC") if one.start.zone is UTC else one.start.zone
        if not isinstance(zone, ZoneInfo):
            problems.append(f"the zone {one.start.tzid!r} has no IANA name; its hours are left out")
            return
        opens, closes = (to_local(instant, zone) for instant in (one.span.start, one.span.end))
        midnight = datetime.combine(opens.date(), time())
        yield from _by_date(opens.date(), zone, opens - midnight, closes - midnight)


def _by_date(
    day: date, zone: ZoneInfo, opens: timedelta, closes: timedelta
) -> Iterator[tuple[date, ZoneInfo, timedelta, timedelta]]:
    """A time as it is; what lasts a day or longer, date by date."""
    if closes - opens < DAY:
        yield day, zone, opens, closes
        return
    while closes > timedelta():
        yield day, zone, opens, min(closes, DAY)
        day, opens, closes = day + _ONE_DAY, timedelta(), closes - DAY


def _plans(layers: list[_Layer], today: date) -> Mapping[date, _Plan]:
    """What holds on each date that is known, the layers with the worst priority first."""
    home = Counter(zone for layer in layers for _, zone, _, _ in layer.available).most_common(1)
    if not home:
        return {}
    plans: dict[date, _Plan] = {}
    for layer in sorted(layers, key=lambda layer: -layer.priority):
        bounds = Span(layer.start, max(layer.end, layer.start + timedelta(microseconds=1)))
        for day, plan in plans.items():
            plans[day] = plan._replace(times=tuple(_cut(plan, day, partial(_without, bounds))))
        for day, zone, opens, closes in layer.available:
            added = _Plan(zone, ((opens, closes),))
            times = tuple(_cut(added, day, partial(_within, bounds)))
            before = plans[day].times if day in plans and plans[day].zone == zone else ()
            plans[day] = _Plan(zone, _tidy(before + times))
    result: dict[date, _Plan] = {}
    for number in range(AHEAD):
        day = today + _ONE_DAY * number
        plan = plans.get(day, _Plan(home[0][0], ()))
        noon = datetime.combine(day, time(12), plan.zone).astimezone(UTC)
        if any(layer.start <= noon < layer.end for layer in layers):
            result[day] = plan
    return result


def _cut(plan: _Plan, day: date, cut: Callable[[Span], Iterable[Span]]) -> Iterator[tuple[timedelta, timedelta]]:
    """What is left of the times of a date; those that are whole stay as they are said, whatever the clock does meanwhile."""
    midnight = datetime.combine(day, time())
    for opens, closes in plan.times:
        start, end = ((midnight + at).replace(tzinfo=plan.zone).astimezone(UTC) for at in (opens, closes))
        if start >= end:
            continue
        span = Span(start, end)
        for left in cut(span):
            if left == span:
                yield opens, closes
            else:
                yield to_local(left.start, plan.zone) - midnight, to_local(left.end, plan.zone) - midnight


def _without(bounds: Span, span: Span) -> Iterable[Span]:
    return subtract([span], [bounds])


def _within(bounds: Span, span: Span) -> Iterable[Span]:
    return intersect([span], [bounds])


def _tidy(times: _Times) -> _Times:
    """Sorted, those that meet as one."""
    tidy: list[tuple[timedelta, timedelta]] = []
    for start, end in sorted(times):
        if tidy and start <= tidy[-1][1]:
            tidy[-1] = (tidy[-1][0], max(end, tidy[-1][1]))
        else:
            tidy.append((start, end))
    return tuple(tidy)


def _as_hours(plans: Mapping[date, _Plan], problems: list[str]) -> Availability:
    zone = Counter(plan.zone for plan in plans.values() if plan.times).most_common(1)[0][0]
    usual: dict[int, _Times] = {}
    for weekday in range(7):
        counted = Counter(plan.times for day, plan in plans.items() if day.weekday() == weekday and plan.zone == zone)
        usual[weekday] = counted.most_common(1)[0][0] if counted else ()
    off: list[TimeOff] = []
    travel: list[_Journey] = []
    for day, plan in plans.items():
        expected = usual[day.weekday()]
        is_usual = plan.times == expected and (plan.zone == zone or not plan.times)
        if (travel and travel[-1].takes(day, plan, is_usual=is_usual)) or is_usual:
            continue
        if not plan.times:
            off.append(TimeOff(first=day, last=day))
        elif plan.zone == zone and (holes := _holes(expected, plan.times)) is not None:
            off += [_hole(day, start, end) for start, end in holes]
        else:
            travel.append(_Journey(day, plan))
    exceptions = len(off) + len(travel)
    merged = _merged(off, usual)
    journeys = [journey.travel(zone, usual) for journey in travel]
    if len(merged) + len(journeys) > _MOST:
        problems.append(
            f"the hours change too often to be said by the week: {exceptions} dates differ, only the first {_MOST} are kept"
        )
        merged, journeys = merged[:_MOST], journeys[: max(_MOST - len(merged), 0)]
    weekly = tuple(Window(day, start, end) for day, times in usual.items() for start, end in times)
    return Availability(zone=zone, weekly=weekly, time_off=tuple(merged), travel=tuple(journeys))


class _Journey:
    """Dates in a row with one zone and one week, the last of them one that is not as ever."""

    def __init__(self, day: date, plan: _Plan) -> None:
        self._first = self._last = self._odd = day
        self._zone = plan.zone
        self._week = {day.weekday(): plan.times}

    def takes(self, day: date, plan: _Plan, *, is_usual: bool) -> bool:
        """Go on for a date, if it may belong to it; what is as ever does if something else comes after it."""
        if day != self._last + _ONE_DAY or plan.zone != self._zone or not plan.times:
            return False
        if self._week.setdefault(day.weekday(), plan.times) != plan.times:
            return False
        self._last = day
        if not is_usual:
            self._odd = day
        return True

    def travel(self, home: ZoneInfo, usual: Mapping[int, _Times]) -> Travel:
        """As a value; what is as ever is left out."""
        dates = {(self._first + _ONE_DAY * number).weekday() for number in range((self._odd - self._first).days + 1)}
        week = {day: times for day, times in sorted(self._week.items()) if day in dates}
        same = all(usual[day] == times for day, times in week.items())
        weekly = tuple(Window(day, start, end) for day, times in week.items() for start, end in times)
        zone = None if self._zone == home else self._zone
        return Travel(first=self._first, last=self._odd, zone=zone, weekly=None if same and zone else weekly)


def _hole(day: date, start: timedelta, end: timedelta) -> TimeOff:
    """Time off on a date; after the midnight that ends it, on the next one."""
    if start >= DAY:
        day, start, end = day + _ONE_DAY, start - DAY, end - DAY
    return TimeOff(first=day, last=day, start=start, end=end)


def _holes(expected: _Times, times: _Times) -> _Times | None:
    """What is missing of the expected times; None where there is more than that."""
    zero = datetime(2000, 1, 1, tzinfo=UTC)

    def spans(pairs: _Times) -> list[Span]:
        return [Span(zero + start, zero + end) for start, end in pairs]

    if any(True for _ in subtract(spans(times), spans(expected))):
        return None
    return tuple((one.start - zero, one.end - zero) for one in subtract(spans(expected), spans(times)))


def _merged(off: list[TimeOff], usual: Mapping[int, _Times]) -> list[TimeOff]:
    """Days off in a row as one, over days without hours, too."""
    merged: list[TimeOff] = []
    for one in off:
        last = merged[-1] if merged else None
        if (
            last is not None
            and (last.start, last.end) == (one.start, one.end)
            and _follows(last.last, one.first, usual, whole=one.whole)
        ):
            merged[-1] = TimeOff(first=last.first, last=one.last, start=one.start, end=one.end)
        else:
            merged.append(one)
    return merged


def _follows(last: date, first: date, usual: Mapping[int, _Times], *, whole: bool) -> bool:
    between = [last + _ONE_DAY * number for number in range(1, (first - last).days)]
    return not between or (whole and not any(usual[day.weekday()] for day in between))
