"""A clock from the VTIMEZONE that came with a calendar (RFC 5545 §3.6.5), for names that nobody else knows.

The definition comes from a stranger, so it is read within bounds: observances repeat yearly or on dates, and have at most
1,000 onsets together; anything else is refused. A rule without end is followed to 2100. TZUNTIL, TZID-ALIAS-OF and what
else stands there is passed over.

    onset           the UTC instant from which an observance holds: its wall time less TZOFFSETFROM
    before any      TZOFFSETFROM of the first onset
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import islice, pairwise, takewhile
from typing import Protocol, Self

from deadlines.core.periods import walls
from deadlines.core.rrule import Freq, Rule, parse
from deadlines.core.when import AllDay, Zoned
from deadlines.errors import CodecError, InputError

_MOST = 1_000
_LAST_YEAR = 2100
_FIRST_YEAR = 1970
_OFFSET = re.compile(r"([+-])([01]\d|2[0-3])([0-5]\d)([0-5]\d)?", re.ASCII)
_WALL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?(?:/.*)?", re.ASCII)
_ZERO = timedelta()


class Component(Protocol):
    """What is read of a component: `scan.Component` is one."""

    @property
    def name(self) -> str:
        """In upper case."""

    @property
    def props(self) -> Sequence[tuple[str, str, str]]:
        """Its content lines: name in upper case, parameters and value as written, unfolded."""

    @property
    def children(self) -> Sequence[Self]:
        """The components in it."""


@dataclass(frozen=True, slots=True)
class _Onset:
    at: datetime
    old: timedelta
    new: timedelta
    dst: timedelta
    name: str


class SentZone(tzinfo):
    """The clock of a VTIMEZONE: `fold` tells the two passes of a repeated hour apart (PEP 495)."""

    def __init__(self, tzid: str, onsets: Sequence[_Onset]) -> None:
        self.tzid = tzid
        self._onsets = onsets
        self._instants = [onset.at for onset in onsets]
        # A wall time is in an onset's reign from the later of the two clocks' readings, in its second pass from the earlier.
        self._walls = (
            [onset.at + max(onset.old, onset.new) for onset in onsets],
            [onset.at + min(onset.old, onset.new) for onset in onsets],
        )

    def __repr__(self) -> str:
        return f"SentZone({self.tzid!r})"

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """The offset of the wall time `moment` east of UTC."""
        onset = self._reigning(moment)
        return None if moment is None else onset.new if onset else self._onsets[0].old

    def dst(self, moment: datetime | None, /) -> timedelta | None:
        """The part of the offset that is daylight saving."""
        onset = self._reigning(moment)
        return None if moment is None else onset.dst if onset else _ZERO

    def tzname(self, moment: datetime | None, /) -> str | None:
        """TZNAME, or the offset where there is none."""
        onset = self._reigning(moment)
        return onset.name if onset else None if moment is None else self.tzid

    def fromutc(self, moment: datetime, /) -> datetime:
        """The wall time for `moment`, which is in UTC but carries this zone."""
        instant = moment.replace(tzinfo=None, fold=0)
        at = bisect_right(self._instants, instant)
        if not at:
            return moment + self._onsets[0].old
        onset = self._onsets[at - 1]
        repeated = instant < onset.at + (onset.old - onset.new)
        return (moment + onset.new).replace(fold=int(repeated))

    def _reigning(self, moment: datetime | None) -> _Onset | None:
        if moment is None:
            return None
        at = bisect_right(self._walls[moment.fold], moment.replace(tzinfo=None, fold=0))
        return self._onsets[at - 1] if at else None


def read(vtimezone: Component) -> SentZone:
    """The clock that a VTIMEZONE defines. CodecError: it defines none that we can follow, with the reason."""
    tzid = _value(vtimezone, "TZID")
    onsets: list[_Onset] = []
    for observance in vtimezone.children:
        if observance.name in {"STANDARD", "DAYLIGHT"}:
            onsets += _onsets(observance, tzid, _MOST - len(onsets))
    if not onsets:
        raise CodecError(f"VTIMEZONE {tzid}: no STANDARD or DAYLIGHT in it")
    onsets.sort(key=lambda onset: onset.at)
    chained = [onsets[0], *(replace(later, old=earlier.new) for earlier, later in pairwise(onsets))]
    return SentZone(tzid, chained)


def _value(component: Component, name: str) -> str:
    return next((value for prop, _, value in component.props if prop == name), "")


def _onsets(observance: Component, tzid: str, room: int) -> list[_Onset]:
    try:
        old, new = (_offset(_value(observance, name)) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        dst = max(new - old, _ZERO) if observance.name == "DAYLIGHT" else _ZERO
        name = _value(observance, "TZNAME") or tzid
        found = {_Onset(wall - old, old, new, dst, name) for wall in _walls(observance, old, room)}
    except (ValueError, OverflowError, InputError) as error:
        raise CodecError(f"VTIMEZONE {tzid}: {error}") from error
    return list(found)


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"offset {text!r}")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -size if match[1] == "-" else size


def _wall(text: str, old: timedelta) -> datetime:
    match = _WALL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"date {text!r}")
    wall = datetime.fromisoformat(f"{match[1]}T{match[2] or '000000'}")
    return wall + old if match[3] else wall


def _walls(observance: Component, old: timedelta, room: int) -> list[datetime]:
    first = _wall(_value(observance, "DTSTART"), old)
    dates = (text for name, _, value in observance.props if name == "RDATE" for text in value.split(","))
    found = [first]
    for wall in _bounded(dates, old, [value for name, _, value in observance.props if name == "RRULE"], first):
        found.append(wall)
        if len(found) > room:
            raise ValueError(f"more than {_MOST} onsets")
    return found


def _bounded(dates: Iterator[str], old: timedelta, rules: list[str], first: datetime) -> Iterator[datetime]:
    yield from (_wall(text, old) for text in dates)
    for text in rules:
        yield from _of_rule(_yearly(text), first, old)


def _yearly(text: str) -> Rule:
    rule = parse(text)
    if rule.freq is not Freq.YEARLY or rule.by_hour or rule.by_minute or rule.by_second:
        raise ValueError(f"rule {text[:80]!r} does not repeat yearly")
    return rule


def _of_rule(rule: Rule, first: datetime, old: timedelta) -> Iterator[datetime]:
    since = first if rule.count or first.year >= _FIRST_YEAR else datetime(_FIRST_YEAR, 1, 1)  # noqa: DTZ001 - wall time
    last = min(_until(rule, old), datetime(_LAST_YEAR, 12, 31))  # noqa: DTZ001 - wall time
    yield from islice(takewhile(lambda wall: wall <= last, walls(rule, first, since=since, last=last)), rule.count)


def _until(rule: Rule, old: timedelta) -> datetime:
    """UNTIL as wall time; RFC 5545 §3.3.10 wants UTC here, and programs write all three forms."""
    if rule.until is None:
        return datetime.max  # noqa: DTZ901 - wall time
    if isinstance(rule.until, AllDay):
        return datetime.combine(rule.until.date, time.max)
    return rule.until.local + old if isinstance(rule.until, Zoned) else rule.until.local
