"""Free slots for a meeting: when everybody works and nobody is busy, and where that never is, when it hurts least.

*Inside* slots start at full quarters of an hour and lie within everybody's hours; of these, those are better that keep clear
of the first and last half hour of anybody's day. At most two on one day are offered before other days have had their turn.

Where there is none inside, or where it is asked for, slots are *stretched* beyond somebody's hours. What one costs a party is
the square of the hours it lies beyond theirs (`core.overlap`), so that it is better if two give an hour each than if one gives
two; between 22:00 and 07:00 it is eight hours at least, and no more than twelve hours are counted. The slots of a list are on
different days, as the meetings of a series are, and take turns: what somebody has paid in those chosen before makes their hours
dearer, up to as many times as there are parties.

Why there is no slot inside is told by what would give one: each `Relaxation` has been tried.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import NamedTuple

from deadlines.core.availability import Availability, windows
from deadlines.core.overlap import HALF_HOUR, Fit, Timetable, overlap, trimmed
from deadlines.core.span import Span, intersect, subtract
from deadlines.core.when import to_local

STEP = timedelta(minutes=15)
HORIZON = timedelta(weeks=12)
"""So far behind the span that was asked for, the first slot is looked for that there is."""
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_APART = timedelta(hours=3)
_A_DAY = 2
_NIGHT_FROM, _NIGHT_UNTIL = time(22), time(7)
_NIGHT, _MOST = 8.0, 12.0
_EDGE = 0.1
"""An hour at the edge of somebody's day costs a tenth of one beyond it."""

Parties = Mapping[str, Availability]
"""Everybody's hours by key; "me" is the owner's."""


class Slot(NamedTuple):
    """A time for the meeting, how it fits each party, and what it costs them."""

    span: Span
    fits: Mapping[str, Fit]
    prices: Mapping[str, float]

    @property
    def cost(self) -> float:
        """What it costs all of them together."""
        return sum(self.prices.values())

    @property
    def outside(self) -> tuple[str, ...]:
        """Whose hours it is not within."""
        return tuple(key for key, fit in self.fits.items() if not fit.verdict.fits)

    @property
    def score(self) -> int:
        """100 for what is within everybody's hours and clear of their edges; the more it costs, the less."""
        return round(100 / (1 + self.cost / 4))


class Relax(enum.Enum):
    """What to give up so that there is a slot inside everybody's hours."""

    WITHIN = "within"
    DURATION = "duration"
    WITHOUT = "without"


class Cause(enum.Enum):
    """Why there is no slot inside everybody's hours: the first of these that is true."""

    BUSY = "busy"
    """There would be one if nothing else were planned."""
    DAYS_OFF = "days off"
    """There would be one if nobody had a day off."""
    SHORT = "short"
    """Their hours overlap, but not for so long."""
    APART = "apart"
    """Their hours do not overlap."""


class Relaxation(NamedTuple):
    """What to give up, and the slot that there is then: the first later one, a shorter one, one without that party."""

    relax: Relax
    span: Span
    without: str = ""


class Request(NamedTuple):
    """What is looked for: a meeting of `duration` within `span` for all parties, clear of `busy`, which is sorted by start.

    `busy` should reach `HORIZON` further than `span`, for `relaxations`.
    """

    parties: Parties
    busy: Sequence[Span]
    span: Span
    duration: timedelta
    limit: int = 5


def inside(request: Request) -> list[Slot]:
    """The best slots within everybody's hours, the best first."""
    tables = _tables(request)
    clear = _common((trimmed(table.windows) for table in tables.values()), request)
    chosen = _spread(_starts(clear, request.duration), request)
    if len(chosen) < request.limit:
        near = _common((table.windows for table in tables.values()), request)
        by_cost = sorted((_slot(span, tables) for span in _starts(near, request.duration)), key=_rank)
        chosen = _spread((slot.span for slot in by_cost), request)
    return sorted((_slot(span, tables) for span in chosen), key=_rank)  # what was passed over first may be better


def stretched(request: Request) -> list[Slot]:
    """The slots that cost least, one a day, taking turns in who pays; the cheapest first."""
    tables = _tables(request)
    days: dict[date, list[Slot]] = {}
    for span in _starts(subtract([request.span], request.busy), request.duration, HALF_HOUR):
        days.setdefault(_day(span, request), []).append(_slot(span, tables))
    paid = dict.fromkeys(tables, 0.0)
    chosen: list[Slot] = []
    while days and len(chosen) < request.limit:
        dearer = _turns(paid)
        best = min(
            (min(offers, key=lambda slot: (_weighed(slot, dearer), slot.span.start)) for offers in days.values()),
            key=lambda slot: (_weighed(slot, dearer), slot.span.start),
        )
        chosen.append(best)
        paid = {key: before + best.prices[key] for key, before in paid.items()}
        del days[_day(best.span, request)]
    return sorted(chosen, key=_rank)


def cause(request: Request) -> Cause:
    """Why `inside` finds nothing."""
    if _first(request._replace(busy=())):
        return Cause.BUSY
    usual = {key: replace(one, closed=frozenset(), time_off=()) for key, one in request.parties.items()}
    if _first(request._replace(busy=(), parties=usual)):
        return Cause.DAYS_OFF
    return Cause.SHORT if any(overlap(usual.values(), request.span)) else Cause.APART


def strangers(parties: Parties, span: Span) -> list[tuple[str, str]]:
    """The pairs of parties that have no hours in common within `span`."""
    keys = list(parties)
    pairs = [(one, other) for number, one in enumerate(keys) for other in keys[number + 1 :]]
    return [pair for pair in pairs if not any(overlap([parties[key] for key in pair], span))]


def relaxations(request: Request) -> Iterator[Relaxation]:
    """What would give a slot where `inside` finds none, each with that slot; a shorter one as long as there is."""
    later = Span(request.span.start, request.span.end + HORIZON)
    if first := _first(request._replace(span=later)):
        yield Relaxation(Relax.WITHIN, first)
    quarters = (_quarters(span) for span in free(request._replace(duration=STEP)))
    if longest := max((span for span in quarters if span), key=lambda span: span.length, default=None):
        yield Relaxation(Relax.DURATION, longest)
    for key in list(request.parties)[1:] if len(request.parties) > len(("me", "client")) else ():
        others = {name: one for name, one in request.parties.items() if name != key}
        if first := _first(request._replace(parties=others)):
            yield Relaxation(Relax.WITHOUT, first, key)


def free(request: Request) -> Iterator[Span]:
    """When everybody works and nobody is busy, for the duration at least: sorted, disjoint, in UTC."""
    common = _common((windows(one, request.span) for one in request.parties.values()), request)
    return (span for span in common if span.length >= request.duration)


def _tables(request: Request) -> dict[str, Timetable]:
    return {key: Timetable(one, request.span) for key, one in request.parties.items()}


def _common(hours: Iterable[Iterable[Span]], request: Request) -> Iterator[Span]:
    everybody: Iterable[Span] = (request.span,)
    return subtract(reduce(intersect, hours, everybody), request.busy)


def _first(request: Request) -> Span | None:
    return next(_starts(free(request), request.duration), None)


def _starts(spans: Iterable[Span], duration: timedelta, step: timedelta = STEP) -> Iterator[Span]:
    """Every slot in the spans that starts at a full step."""
    for span in spans:
        start = _rounded_up(span.start, step)
        while start + duration <= span.end:
            yield Span(start, start + duration)
            start += step


def _rounded_up(instant: datetime, step: timedelta) -> datetime:
    """The first full step of the hour from `instant` on. Every zone of today differs from UTC by full quarters."""
    past = timedelta(minutes=instant.minute, seconds=instant.second, microseconds=instant.microsecond) % step
    return instant + (step - past) if past else instant


def _quarters(span: Span) -> Span | None:
    """What a span has between one full quarter of an hour and another."""
    start = _rounded_up(span.start, STEP)
    length = (span.end - start) // STEP * STEP
    return Span(start, start + length) if length > timedelta() else None


def _spread(slots: Iterable[Span], request: Request) -> list[Span]:
    """The first of the slots that do not overlap: few on one day and apart, as long as there are others."""
    chosen: list[Span] = []
    rest: list[Span] = []
    a_day: dict[date, list[Span]] = {}
    for slot in slots:
        if len(chosen) == request.limit:
            return chosen
        todays = a_day.setdefault(_day(slot, request), [])
        if len(todays) < _A_DAY and all(slot.start >= one.end + _APART or slot.end <= one.start - _APART for one in todays):
            todays.append(slot)
            chosen.append(slot)
        elif not rest or slot.start >= rest[-1].end or slot.end <= rest[-1].start:
            rest.append(slot)
    for slot in rest:
        if len(chosen) == request.limit:
            break
        if all(slot.start >= one.end or slot.end <= one.start for one in chosen):
            chosen.append(slot)
    return chosen


def _day(slot: Span, request: Request) -> date:
    """The date on which it starts on the clock of the first party."""
    return to_local(slot.start, next(iter(request.parties.values())).zone).date()


def _slot(span: Span, tables: Mapping[str, Timetable]) -> Slot:
    fits = {key: table.fit(span) for key, table in tables.items()}
    return Slot(span, fits, {key: _price(fit, span, tables[key]) for key, fit in fits.items()})


def _price(fit: Fit, span: Span, table: Timetable) -> float:
    """What a slot costs a party."""
    if fit.verdict.fits:
        return fit.edge / _HOUR * _EDGE
    start, end = (table.local(instant).time() for instant in (span.start, span.end - _SECOND))
    night = any(clock >= _NIGHT_FROM or clock < _NIGHT_UNTIL for clock in (start, end))
    hours = max(fit.beyond / _HOUR, _NIGHT if night else 0.0)
    return float(min(hours, _MOST) ** 2)


def _turns(paid: Mapping[str, float]) -> Mapping[str, float]:
    """How much dearer the hours of each party have become by what it paid."""
    total = sum(paid.values())
    return {key: 1 + len(paid) * amount / total if total else 1.0 for key, amount in paid.items()}


def _weighed(slot: Slot, dearer: Mapping[str, float]) -> float:
    return sum(price * dearer[key] for key, price in slot.prices.items())


def _rank(slot: Slot) -> tuple[float, datetime]:
    return slot.cost, slot.span.start
