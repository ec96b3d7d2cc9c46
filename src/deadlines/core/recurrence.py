"""The instances of a recurrence rule (RFC 5545 §3.3.10, §3.8.5), computed in wall time and then put on the clock.

The wall times of a rule are those of its `periods`, or of its `rule_days` where it is as plain as most are. Those before the
start are dropped; the start itself is always the first instance and counts in COUNT.

- Wall times become instants last, so that a weekly 09:00 stays 09:00. A skipped wall time takes the offset before the gap
  (§3.3.5); two wall times that are one instant (hourly across a gap) are one instance.
- A rule without COUNT is entered in the period before the window, however long ago it began.
- Work is bounded: at most `limit` instances and as many candidate times as `Work` allows are looked at. Where that ends a query
  early, it says so (`cut`); nothing here loops for long on 30 February, on every second, or on a billion instances.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from deadlines.core import rrule as rules
from deadlines.core.offsets import has_every_day
from deadlines.core.periods import END, Work, walls
from deadlines.core.rrule import Freq, Rule, parse, validate
from deadlines.core.rule_days import days
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import InputError

__all__ = ["Expansion", "Named", "Step", "doubt", "expand", "following", "validate"]

_NONE = timedelta()
_MARGIN = timedelta(days=2)  # no clock is farther than this from UTC, with a day to spare


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
    work = Work()
    try:
        low = datetime.min if after is None else _key(after)  # noqa: DTZ901 - keys are naive
        high = _bound(before)
        found = {key: when for when in rdates if low <= (key := _key(when)) < high and not excluded.has(when)}
        plain = _of_days(rrule, start, low, high)
        for key, when in _instances(rrule, start, low, high, work) if plain is None else plain:
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
        stream = enumerate(_instances(rrule, start, origin, END, Work()))
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


def _instances(rrule: str, start: When, low: datetime, high: datetime, work: Work) -> Iterator[tuple[datetime, When]]:
    """The instances up to `high`, from the start on or, without COUNT, from a little before `low`."""
    if not rrule:
        yield _key(start), start
        return
    rule = parse(rrule)
    first = _first_wall(start)
    since = low - _MARGIN if rule.count is None and low > first + _MARGIN else None
    place, last, until, count = _placing(start), high + _MARGIN, rule.until, rule.count
    found = _from_start(rule, first, (since, min(high, END - _MARGIN) + _MARGIN), work)
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


def _of_days(rrule: str, start: When, low: datetime, high: datetime) -> Iterator[tuple[datetime, When]] | None:
    """The same for a plain rule, from a little before `low` on; None where it is none, or two of its days may be one instant."""
    if not rrule:
        return None
    rule, first = parse(rrule), _first_wall(start)
    if first > END:
        return None
    low, high = max(low, first), min(high, END)
    found = days(rule, first.date(), low.toordinal() - _MARGIN.days, high.toordinal() + _MARGIN.days)
    if found is None:
        return None
    if rule.count is not None and isinstance(start, Zoned):
        last = date.fromordinal(found[-1]) if found else high
        if not has_every_day(start.zone, first.year, last.year):
            return None
    return _placed(found, start, first, rule.until)


def _placed(found: list[int], start: When, first: datetime, until: When | None) -> Iterator[tuple[datetime, When]]:
    place, origin = _placing(start), first.toordinal()
    for day in found:
        key, when = place(first + timedelta(days=day - origin))
        if until is not None and _is_past(until, when):
            return
        yield key, when


def _is_once_a_day(rule: Rule) -> bool:
    """Whether its wall times are a day apart. Two of them are one instant only where a zone skips a day; keys tell that, too."""
    return rule.freq < Freq.HOURLY and not (rule.by_hour or rule.by_minute or rule.by_second)


def _first_wall(start: When) -> datetime:
    return datetime.combine(start.date, time()) if isinstance(start, AllDay) else start.local


def _from_start(rule: Rule, first: datetime, window: tuple[datetime | None, datetime], work: Work) -> Iterator[datetime]:
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
