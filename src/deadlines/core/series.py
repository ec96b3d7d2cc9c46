"""The instances of an event that take place in a span (RFC 5545 §3.8.4.4, §3.8.5).

A series is its master, the rule and the dates that repeat it, and overrides: components that carry the RECURRENCE-ID of the
instance they stand for. What takes place is

    the instances of rule and dates, less EXDATE      each as long as the master: DTEND gives one exact length for all,
                                                      DURATION a nominal one (days are days on the clock)
    an instance that an override names                as the override says, wherever it was moved to
    from an override with RANGE=THISANDFUTURE on      as that override says, and as much earlier or later as it moved its own
    an override that names no instance                as it stands: invitations to one instance of a series look so

and is not cancelled. Wall times become instants last; a time on nobody's clock and a date are read on the clock that is given.
An event that ends when it starts is busy at no time; it is placed as one second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from deadlines.core.recurrence import Named, expand
from deadlines.core.regular import Diary
from deadlines.core.rrule import Freq, parse
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, When, Zoned, plus, start_of_day, to_local, to_utc
from deadlines.errors import InputError

MOST = 10_000
"""So many instances of one series are looked at in one query."""
_MOMENT = timedelta(seconds=1)
_DAY = timedelta(days=1)
_WEEKS = timedelta(weeks=8)
_MARGIN = timedelta(days=2)  # no clock is farther than this from UTC, with a day to spare
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime(9998, 12, 1, tzinfo=UTC)  # no rule is followed into the last year of the calendar
_COUNTED = 1_000
"""A rule with at most so many instances is followed to its end when the event is saved, so that later queries pass it over."""


class Part(NamedTuple):
    """One VEVENT: the master, or an override. `nominal` is DURATION where that and not DTEND says when it ends.

    `declined` are those of the attendees who will not come (PARTSTAT=DECLINED); addresses are in lower case, without `mailto:`.
    """

    start: When
    end: When
    nominal: timedelta | None = None
    summary: str = ""
    status: str = ""
    transparent: bool = False
    location: str = ""
    categories: tuple[str, ...] = ()
    organizer: str = ""
    attendees: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    recurrence_id: When | None = None
    and_future: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.status == "cancelled"


class Extra(NamedTuple):
    """One RDATE; of a PERIOD also its end."""

    start: When
    end: When | None = None


class Series(NamedTuple):
    """An event whole. Without a master there are overrides alone."""

    master: Part | None
    rrule: str = ""
    extras: tuple[Extra, ...] = ()
    exdates: tuple[When, ...] = ()
    overrides: tuple[Part, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether it may have more instances than one."""
        return bool(self.rrule or self.extras)


class Instance(NamedTuple):
    """One time that it takes place. `recurrence_id` is the time by which it is known in its series, None for a single event."""

    part: Part
    start: When
    end: When
    span: Span
    recurrence_id: When | None


class Found(NamedTuple):
    """The instances in a span, in order of their start. `problem` says what was wrong or left out."""

    instances: Sequence[Instance]
    problem: str = ""


def instances(series: Series, span: Span, zone: tzinfo, *, limit: int = MOST, diary: Diary | None = None) -> Found:
    """What takes place in `span`; dates and floating times are read on the clock of `zone`. Never raises.

    Who asks for many series gives the `diary` of the span, for them to share.
    """
    master = series.master
    if master is not None and not (series.overrides or series.extras or master.is_cancelled or master.nominal is not None):
        occasions = (diary or Diary(span)).occasions(master.start, master.end, series.rrule, series.exdates, most=limit)
        if occasions is not None:
            return Found([Instance(master, one.start, one.end, one.span, one.start) for one in occasions])
    found, problem = list[Instance](), ""
    gone = Named(series.exdates)
    if series.master is not None and not series.repeats:
        found += [] if gone.has(series.master.start) else _placed(series.master, series.master.start, None, zone)
    elif series.master is not None:
        regular, problem = _regular(series, series.master, span, zone, limit)
        found += regular
    for part in series.overrides:
        if part.recurrence_id is not None and not gone.has(part.recurrence_id) and not (part.and_future and series.master):
            found += _placed(part, part.start, part.recurrence_id, zone)
    start, end = span.start, span.end
    kept = [one for one in found if one.span.start < end and one.span.end > start and not one.part.is_cancelled]
    kept.sort(key=lambda one: one.span.start)
    return Found(kept, problem)


def flood(rrule: str, start: When) -> str:
    """What to say of a rule that repeats so often that not all of it is looked at; empty for any that somebody could live by."""
    try:
        if parse(rrule).freq < Freq.HOURLY:
            return ""
        found = expand(rrule, start, before=_moved(instant_of(start, UTC), _WEEKS), limit=MOST)
    except InputError:
        return ""
    return f"repeats more than {MOST} times in {_WEEKS.days // 7} weeks, of which no more are looked at" if found.cut else ""


def bounds(series: Series, zone: tzinfo) -> tuple[datetime, datetime | None]:
    """Between which instants, in UTC, everything it has takes place; None where it has no end. Wider rather than too narrow."""
    parts = [*([series.master] if series.master else []), *series.overrides]
    spans = [_span(part.start, part.end, part.nominal, zone) for part in parts]
    spans += [_span(extra.start, extra.end or extra.start, None, zone) for extra in series.extras]
    if not spans:
        return _FIRST, None
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    if not series.repeats and not series.overrides:
        return first, last
    reach = _reach(series, zone)
    end = _end_of_rule(series.rrule, series.master.start) if series.rrule and series.master is not None else last
    end = None if end is None else max(last, end)
    return _moved(first, -reach), None if end is None or end > _moved(_LAST, -reach) else end + reach


def _regular(series: Series, master: Part, span: Span, zone: tzinfo, limit: int) -> tuple[Sequence[Instance], str]:
    """The instances of rule and dates but for those that an override stands for, and what was wrong."""
    is_alike = not (series.overrides or series.extras) and master.nominal is None and isinstance(master.start, Zoned)
    reach = max(_exact(master, zone), _MOMENT) if is_alike else _reach(series, zone)
    low, high = _moved(span.start, -reach), _moved(span.end, reach)
    try:
        expansion = expand(
            series.rrule,
            master.start,
            exdates=series.exdates,
            rdates=[extra.start for extra in series.extras],
            after=low,
            before=high,
            limit=limit,
        )
    except InputError as error:
        return list(_placed(master, master.start, master.start, zone)), f"{error}; only its start is shown"
    problem = f"more than {limit} instances, or too much work to find them; the rest is left out" if expansion.cut else ""
    return list(_as_they_are(series, master, expansion.instances, zone)), problem


def _as_they_are(series: Series, master: Part, starts: Sequence[When], zone: tzinfo) -> Iterator[Instance]:
    """The instances as master and overrides say they are."""
    ends = {extra.start: extra.end for extra in series.extras if extra.end is not None}
    alone = Named([part.recurrence_id for part in series.overrides if part.recurrence_id is not None and not part.and_future])
    ranges = sorted(
        ((part.recurrence_id, part) for part in series.overrides if part.recurrence_id is not None and part.and_future),
        key=lambda pair: instant_of(pair[0], zone),
    )
    for start in starts:
        if alone.has(start):
            continue
        ruling = [pair for pair in ranges if instant_of(pair[0], zone) <= instant_of(start, zone)]
        if ruling:
            since, part = ruling[-1]
            with suppress(OverflowError):  # it was moved out of the calendar
                yield from _placed(part, _shifted(start, since, part.start, zone), start, zone)
        elif (end := ends.get(start)) is not None:
            yield from _placed(master._replace(start=start, end=end, nominal=None), start, start, zone)
        else:
            yield from _placed(master, start, start, zone)


def _shifted(start: When, since: When, to: When, zone: tzinfo) -> When:
    """`start` as much later as `to` is than `since`: on the wall where that is one clock, else in exact time."""
    match start, since, to:
        case AllDay(), AllDay(), AllDay():
            return AllDay(start.date + (to.date - since.date))
        case Floating(), Floating(), Floating():
            return Floating(start.local + (to.local - since.local))
        case Zoned(), Zoned(), Zoned() if start.tzid == since.tzid == to.tzid:
            return Zoned(start.local + (to.local - since.local), to.tzid, to.zone)
    later = instant_of(start, zone) + (instant_of(to, zone) - instant_of(since, zone))
    return _on_clock_of(to, later, zone)


def _placed(part: Part, start: When, recurrence_id: When | None, zone: tzinfo) -> Iterator[Instance]:
    """The instance of `part` at `start`; nothing where that leads out of the calendar."""
    try:
        end = part.end if start is part.start else _end(part, start, zone)
        yield Instance(part, start, end, _span_of(part, start, end, zone), recurrence_id)
    except OverflowError:
        return


def _end(part: Part, start: When, zone: tzinfo) -> When:
    if part.nominal is not None:
        return plus(start, part.nominal)
    if isinstance(start, AllDay):
        length = part.end.date - part.start.date if isinstance(part.end, AllDay) and isinstance(part.start, AllDay) else _DAY
        return AllDay(start.date + length)
    return _on_clock_of(part.end, instant_of(start, zone) + _exact(part, zone), zone)


def _span_of(part: Part, start: When, end: When, zone: tzinfo) -> Span:
    """An exact length counts from the start, since no wall time says the second pass of a repeated hour."""
    begin = instant_of(start, zone)
    if isinstance(start, AllDay) or part.nominal is not None or start is part.start:
        until = instant_of(end, zone)
    else:
        until = begin + _exact(part, zone)
    return Span(begin, max(until, begin + _MOMENT))


def _span(start: When, end: When, nominal: timedelta | None, zone: tzinfo) -> Span:
    return _span_of(Part(start=start, end=end, nominal=nominal), start, end, zone)


def _exact(part: Part, zone: tzinfo) -> timedelta:
    match part.start, part.end:
        case Floating(local), Floating(until):
            return until - local
        case _:
            return instant_of(part.end, zone) - instant_of(part.start, zone)


def _on_clock_of(model: When, instant: datetime, zone: tzinfo) -> When:
    match model:
        case Zoned():
            return Zoned(to_local(instant, model.zone), model.tzid, model.zone)
        case Floating():
            return Floating(to_local(instant, zone))
        case AllDay():
            return AllDay(to_local(instant, zone).date())


def instant_of(when: When, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which `when` begins; dates and floating times on the clock of `zone`."""
    match when:
        case Zoned():
            return when.instant
        case Floating(local):
            return to_utc(local, zone)
        case AllDay(date):
            return start_of_day(date, zone)


def _reach(series: Series, zone: tzinfo) -> timedelta:
    """How far from its own time in the series an instance can begin or end, at most."""
    parts = [*([series.master] if series.master else []), *(part for part in series.overrides if part.and_future)]
    lengths = [_span(part.start, part.end, part.nominal, zone).length for part in parts]
    lengths += [_span(extra.start, extra.end, None, zone).length for extra in series.extras if extra.end is not None]
    moves = [
        abs(instant_of(part.start, zone) - instant_of(part.recurrence_id, zone))
        for part in series.overrides
        if part.and_future and part.recurrence_id is not None
    ]
    return max(lengths, default=_MOMENT) + max(moves, default=timedelta()) + _MARGIN


def _moved(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return _FIRST if by < timedelta() else _LAST


def _end_of_rule(rrule: str, start: When) -> datetime | None:
    """After which instant the rule has no instance; None where it has no end, or none that is soon found."""
    try:
        rule = parse(rrule)
        if rule.until is not None:
            until = instant_of(rule.until, UTC)
            return max(until, instant_of(start, UTC)) + _DAY
        if rule.count is None or rule.count > _COUNTED:
            return None
        found = expand(rrule, start, before=_LAST, limit=rule.count)
    except (InputError, OverflowError):
        return None
    return None if found.cut or not found.instances else instant_of(found.instances[-1], UTC)
