"""The VTIMEZONE that we send along (RFC 5545 §3.6.5), in the form that Outlook reads: yearly RRULEs where the zone has a rule.

It is right for every date from 2020 on. The rule that holds today gives two observances with an RRULE that starts when the rule
came into force (or in 1970). What the zone did between 2020 and that day, and what follows no rule at all (Casablanca's
Ramadan), is written out onset by onset, up to 2037.

A rule may count from a weekday into the next or previous day ("24 h after the last Thursday of October"): RRULE then names
the weekday and the days of the month it can fall on, in two observances where those lie in two months.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.weekdays import ICAL_DAYS
from deadlines.errors import CodecError
from deadlines.ical import tzif
from deadlines.ical.tzif import History, Onset, Yearly

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - onsets are naive, in UTC
_FROM = datetime(2020, 1, 1)  # noqa: DTZ001 - likewise
_TO = datetime(2038, 1, 1)  # noqa: DTZ001 - likewise
_NEVER = datetime.max  # noqa: DTZ901 - likewise
_CYCLE = 40  # years in which every weekday has met every date, the turn of a century included
_DAY = timedelta(days=1)
_NAME = re.compile(r"[A-Za-z0-9_+./-]{1,64}")
_DATES_A_LINE = 4
_LAST = 5
_FEBRUARY = 2


class _Observance(NamedTuple):
    onset: Onset
    more: tuple[datetime, ...] = ()
    rrule: str = ""


@lru_cache(maxsize=256)
def vtimezone_text(tzid: str, zone: ZoneInfo) -> str:
    """The content lines of a VTIMEZONE called `tzid` for `zone`, each ended by CRLF.

    CodecError: `tzid` is no name for a zone, or `zone` has no name by which its data could be found.
    """
    if not _NAME.fullmatch(tzid):
        raise CodecError(f"{tzid!r} cannot name a time zone")
    try:
        history = tzif.history(zone.key or "")
    except (OSError, ValueError) as error:
        raise CodecError(f"no time zone data for {zone.key!r}") from error
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
    begin = _begin(history)
    for observance in (*_written_out(history, begin), *_by_rule(history, begin)):
        lines += _lines(observance)
    return "\r\n".join([*lines, "END:VTIMEZONE", ""])


def _lines(observance: _Observance) -> Iterator[str]:
    onset = observance.onset
    kind = "DAYLIGHT" if onset.old.is_dst != onset.new.is_dst and onset.new.offset > onset.old.offset else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{_local(onset.wall)}"
    yield f"TZOFFSETFROM:{_offset(onset.old.offset)}"
    yield f"TZOFFSETTO:{_offset(onset.new.offset)}"
    yield f"TZNAME:{onset.new.name}"
    if observance.rrule:
        yield f"RRULE:{observance.rrule}"
    for at in range(0, len(observance.more), _DATES_A_LINE):
        yield "RDATE:" + ",".join(_local(wall) for wall in observance.more[at : at + _DATES_A_LINE])
    yield f"END:{kind}"


def _local(wall: datetime) -> str:
    return f"{wall:%Y%m%dT%H%M%S}"


def _offset(east: timedelta) -> str:
    minutes, seconds = divmod(abs(int(east.total_seconds())), 60)
    sign = "-" if east < timedelta() else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")


def _written_out(history: History, begin: datetime) -> Iterator[_Observance]:
    """What happens from 2020 until the rule holds, with the onset that 2020 begins under; equal ones in one observance."""
    if begin <= _FROM:
        return
    earlier = [onset for onset in history.onsets if onset.at < _FROM][-1:]
    later = [onset for onset in history.onsets if _FROM <= onset.at < min(begin, _TO)]
    if not earlier or not (later or begin < _NEVER):
        period = earlier[0].new if earlier else history.first
        earlier = [Onset(_EPOCH - period.offset, period, period)]
    alike: dict[object, list[Onset]] = {}
    for onset in (*earlier, *later):
        alike.setdefault((onset.old, onset.new), []).append(onset)
    for first, *others in alike.values():
        yield _Observance(first, tuple(onset.wall for onset in others))


def _by_rule(history: History, begin: datetime) -> Iterator[_Observance]:
    for rule in history.rules if begin < _NEVER else ():
        onsets = [onset for year in range(begin.year - 1, begin.year + _CYCLE) if (onset := rule.onset(year)).at >= begin]
        for month, rrule in _rrules(rule):
            first = next(onset for onset in onsets if onset.wall.month == month)
            yield _Observance(first, rrule=rrule)


def _usable(history: History) -> bool:
    """Whether RRULEs can say the rules: not where days are counted from the end of a February."""
    return bool(history.rules) and not any(
        rule.month == _FEBRUARY and rule.week == _LAST and rule.after // _DAY for rule in history.rules
    )


def _begin(history: History) -> datetime:
    """The first onset, in UTC, from which the zone does what its rules say and nothing else; `_NEVER` before 2038."""
    if not _usable(history):
        return _NEVER
    known = history.onsets
    by_rule = sorted(
        (rule.onset(year) for year in range(_EPOCH.year, _TO.year) for rule in history.rules), key=lambda one: one.at
    )
    past = [onset for onset in by_rule if known and onset.at <= known[-1].at]
    same = 0
    for ours, theirs in zip(reversed(known), reversed(past), strict=False):
        if (ours.at, ours.old.offset, ours.new.offset) != (theirs.at, theirs.old.offset, theirs.new.offset):
            break
        same += 1
    if same:
        return known[-same].at
    changed = known[-1].at if known else _EPOCH
    return next((onset.at for onset in by_rule if onset.at > changed), _NEVER)


def _rrules(rule: Yearly) -> Iterator[tuple[int, str]]:
    """The month and the RRULE of each observance that the rule needs."""
    days = rule.after // _DAY
    weekday = ICAL_DAYS[(rule.weekday + days) % 7]
    if not days:
        week = -1 if rule.week == _LAST else rule.week
        yield rule.month, f"FREQ=YEARLY;BYMONTH={rule.month};BYDAY={week}{weekday}"
        return
    length = monthrange(2001, rule.month)[1]
    low = days + (length - 6 if rule.week == _LAST else 7 * (rule.week - 1) + 1)
    months: dict[int, list[str]] = {}
    for day in range(low, low + 7):
        at = datetime(2001, rule.month, 1) + (day - 1) * _DAY  # noqa: DTZ001 - a day of any year
        months.setdefault(at.month, []).append(str(at.day))
    for month, numbers in months.items():
        yield month, f"FREQ=YEARLY;BYMONTH={month};BYDAY={weekday};BYMONTHDAY={','.join(numbers)}"
