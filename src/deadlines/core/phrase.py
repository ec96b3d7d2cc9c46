"""What people type for a time: `fri 17:00`, `tomorrow cob`, `in 3 days`, `2026-12-01T17:00Z`, `fri aoe`, `27 nov 9am Tokyo`.

    phrase   = "now" | instant [zone] | moment
    instant  = "in 4 hours" | "+90m" | ISO 8601 date and time with an offset
    moment   = [day] [time] [zone]               day and time in either order; at least one of them, or "aoe"
    day      = see core/phrase_days.py
    time     = 17:00 | 5pm | noon | 24:00 | cob (close of business) | eod (23:59)
    zone     = "me" | "aoe" (UTC-12, at 23:59 where no time is given) | whatever `find_zone` knows

The clock is the client's, else the owner's, unless a zone is named: "today" and weekdays are counted on it. A day alone is a
date (`AllDay`), everything else a wall time on a named clock (`Zoned`). A time alone is its next occurrence, `cob` and `eod`
alone are today's. `cob` follows the working hours of whoever's clock it is. Who is on a journey now has the clock of that place.

Nothing is guessed. What can mean two things raises `AmbiguousInput` with readings that this parser takes: two dates for
`03/04`, IANA names for IST, and for a wall time that the zone skips or repeats both instants with their offsets. A time with an
offset is a wall time on the clock where that shows the same offset (but for the second pass of a repeated hour, which no
wall time can say), else in UTC.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

from deadlines.core.availability import close_of_business, next_working_day
from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.clock_time import parse_time
from deadlines.core.duration import parse_lead
from deadlines.core.phrase_days import DayPhrase, Present, match_day
from deadlines.core.weekdays import DAYS, SHORT_DAYS
from deadlines.core.when import AllDay, Kink, When, Zoned, end_of_day, kink, on_clock, to_local, to_utc, utc
from deadlines.errors import AmbiguousInput, InputError, Refused, UnknownName

EXAMPLES = "for example: fri 17:00 | tomorrow cob | in 3 days | 2026-12-01 | 27 nov 9am Tokyo | fri 17:00 me"

_LONGEST = 100
_FLAGS = re.ASCII | re.IGNORECASE
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]\d\d(?::?\d\d){0,2})(?!\S)", _FLAGS)
_ISO_LOCAL = re.compile(r"(?<=\d{4}-\d\d-\d\d)T(?=\d)", _FLAGS)
_AHEAD = re.compile(
    r"(?:in |\+ ?)(\d{1,4}(?:[.,]5)? ?h(?:ours?|rs?)?(?: ?\d{1,3} ?m(?:in(?:ute)?s?)?|\d\d)?|\d{1,5} ?m(?:in(?:ute)?s?)?)(?!\S)",
    _FLAGS,
)
_TIME = re.compile(
    r"(?:(?P<cob>cob|close of business)|(?P<eod>eod|end of day)|(?P<midnight>midnight|12(?::00)? ?am)|(?P<noon>noon)"
    r"|(?P<clock>\d\d?:\d\d(?::\d\d)?(?: ?[ap]m)?|\d\d? ?[ap]m))(?![^\s,])",
    _FLAGS,
)
_FILLER = re.compile(r"[ ,]*(?:(?:at|on|by) )?", _FLAGS)
_NOON = timedelta(hours=12)
_MINUTE = timedelta(minutes=1)
_AOE = "Etc/GMT+12"
_DAY_WORDS = ("today", "tomorrow", "yesterday", *map(str.lower, (*DAYS, *SHORT_DAYS)))
_TIME_WORDS = ("cob", "eod", "noon", "midnight", "aoe")
_LIKENESS = 0.65
"""So that two letters of three are enough, and Toyko is not today."""


class _Word(enum.Enum):
    COB = "cob"
    EOD = "eod"
    MIDNIGHT = "midnight"


_Time = timedelta | _Word | None
_FindZone = Callable[[str], ZoneInfo]


class _Clock(NamedTuple):
    """The clock a phrase is read on. `party` is whose working hours count on it, `said` how the phrase named it."""

    zone: ZoneInfo
    party: Client | Owner | None
    said: str = ""

    @property
    def name(self) -> str:
        return _name(self.party) if self.party else self.zone.key

    @property
    def suffix(self) -> str:
        return f" {self.said}" if self.said else ""


class _Moment(NamedTuple):
    """A phrase taken apart."""

    text: str
    day_at: int = 0
    day: DayPhrase | None = None
    time: _Time = None
    rest: str = ""


def parse_when(text: str, *, now: datetime, client: Client | None, owner: Owner, find_zone: _FindZone) -> When:
    """The time meant by `text`. Raises `InputError`, or of its kind `AmbiguousInput`, `UnknownName` and `Refused`."""
    phrase = _ISO_LOCAL.sub(" ", " ".join(text.split())) if len(text) <= _LONGEST else ""
    if not phrase:
        raise _not_understood(text)

    def clock(named: str) -> _Clock:
        return _clock(named, client=client, owner=owner, now=now, find_zone=find_zone)

    try:
        if phrase.lower() == "now":
            return on_clock(now.replace(second=0, microsecond=0), clock("").zone)
        if found := _ISO.match(phrase):
            return _with_offset(found, clock(phrase[found.end() :]))
        if found := _AHEAD.match(phrase):
            instant = (now + parse_lead(found[1])).replace(second=0, microsecond=0)
            return on_clock(instant, clock(phrase[found.end() :]).zone)
        moment = _take_apart(phrase)
        return _resolve(moment, _named(moment, clock), now)
    except OverflowError as error:
        raise InputError(f"time {text!r}: outside the years 1 to 9999", hint=EXAMPLES) from error


def _not_understood(text: str, part: str = "") -> InputError:
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    where = f": {part!r} is no day, time or zone" if part and part != text else ": not understood" if text.strip() else ": empty"
    word = (part or text).partition(" ")[0]
    near = _nearest(word, [long for long in (*_DAY_WORDS, *_TIME_WORDS) if len(long) > len("noon")])
    return InputError(f"time {shown!r}{where}", hint=f"did you mean {text.replace(word, near[0], 1)}?" if near else EXAMPLES)


def _named(moment: _Moment, clock: Callable[[str], _Clock]) -> _Clock:
    """The clock that a phrase names; what looks like a zone, but is none, may be a mistyped day or time of day."""
    try:
        return clock(moment.rest)
    except UnknownName as error:
        near = _nearest(moment.rest, (*(_DAY_WORDS if moment.day is None else ()), *(_TIME_WORDS if moment.time is None else ())))
        if not near:
            raise
        what = "day" if near[0] in _DAY_WORDS else "time"
        raise UnknownName(f"{what} or zone", error.name, (*near, *error.nearest)) from error


def _nearest(typed: str, words: Sequence[str]) -> Sequence[str]:
    from difflib import get_close_matches  # noqa: PLC0415 # only mistakes pay for it

    return get_close_matches(typed.lower(), words, n=2, cutoff=_LIKENESS)


def _name(party: Client | Owner) -> str:
    return party.name or (party.key if isinstance(party, Client) else "me")


def _clock(named: str, *, client: Client | None, owner: Owner, now: datetime, find_zone: _FindZone) -> _Clock:
    name = named.strip(" ,()")
    parties: list[Client | Owner] = [party for party in (client, owner) if party is not None]
    if not name:
        return _Clock(zone=zone_at(parties[0], now), party=parties[0])
    if name.lower() == "me":
        return _Clock(zone=zone_at(owner, now), party=owner, said="me" if client else "")
    zone = find_zone(_AOE if name.lower() == "aoe" else name)
    party = next((party for party in parties if zone_at(party, now).key == zone.key), None)
    return _Clock(zone=zone, party=party, said="" if party is parties[0] else zone.key)


def _with_offset(found: re.Match[str], clock: _Clock) -> Zoned:
    try:
        aware = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3].upper()}")
    except ValueError as error:
        raise InputError(f"time {found[0]!r}: {error}", hint="for example 2026-12-01T17:00:00+01:00") from error
    instant = aware.astimezone(UTC)
    same = found[3] not in "Zz" and instant.astimezone(clock.zone).utcoffset() == aware.utcoffset()
    return on_clock(instant, clock.zone) if clock.said or same else utc(instant)


def _take_apart(phrase: str) -> _Moment:
    day: DayPhrase | None = None
    time: _Time = None
    day_at = position = 0
    while True:
        position = _skip(phrase, position)
        if day is None and (found := match_day(phrase, position)):
            day, day_at, position = found, position, found.end
        elif time is None and (word := _TIME.match(phrase, position)):
            time, position = _time(word), word.end()
        else:
            break
    rest = phrase[position:]
    if rest.lower() == "aoe" and time is None:
        time = _Word.EOD
    if (day is None and time is None) or not (rest[:1].isalpha() or rest[:1] in {"", "("}):
        raise _not_understood(phrase, rest)
    return _Moment(text=phrase, day_at=day_at, day=day, time=time, rest=rest)


def _skip(phrase: str, position: int) -> int:
    filler = _FILLER.match(phrase, position)
    return filler.end() if filler else position


def _time(word: re.Match[str]) -> _Time:
    match word.lastgroup:
        case "clock":
            time = parse_time(word[0])
            if time is None:
                raise InputError(f"time of day {word[0]!r}: not on the clock", hint="for example 17:00 or 5pm")
            return time
        case "noon":
            return _NOON
        case group:
            return _Word(group)


def _resolve(moment: _Moment, clock: _Clock, now: datetime) -> When:
    today = to_local(now, clock.zone).date()

    def is_ahead(day: date) -> bool:
        instant = _instant(day, moment.time, clock)
        return instant is None or instant > now

    if moment.day is None:
        passed = not is_ahead(today)
        if passed and moment.time is _Word.COB:
            raise _closed(today, clock, f"it was over at {clock.name}'s on {today}")
        day = today + timedelta(days=1) if passed and isinstance(moment.time, timedelta) else today
    else:
        before, after = moment.text[: moment.day_at], moment.text[moment.day.end :]
        present = Present(
            today=today,
            timed=moment.time is not None,
            is_ahead=is_ahead,
            instead=lambda reading: f"{before}{reading}{after}",
        )
        day = moment.day.resolve(present)
    return _on(day, moment.time, clock, moment.text)


def _instant(day: date, time: _Time, clock: _Clock) -> datetime | None:
    """When that is; None where there is no telling (a day without closing time, a midnight that could be either)."""
    match time:
        case timedelta():
            return to_utc(datetime.combine(day, datetime.min.time()) + time, clock.zone)
        case _Word.COB:
            return close_of_business(clock.party.availability, day) if clock.party else None
        case _Word.EOD:
            return end_of_day(day, clock.zone) - _MINUTE
        case _:
            return None


def _on(day: date, time: _Time, clock: _Clock, text: str) -> When:
    match time:
        case timedelta():
            return _wall(datetime.combine(day, datetime.min.time()) + time, clock)
        case None:
            if clock.said:  # a date alone is nobody's but the reader's
                raise AmbiguousInput("date", text, (f"{day}", f"{day} eod{clock.suffix}"))
            return AllDay(day)
        case _Word.MIDNIGHT:
            readings = (f"{midnight} 00:00{clock.suffix}" for midnight in (day, day + timedelta(days=1)))
            raise AmbiguousInput("time", text, readings)
        case _Word.EOD:
            return on_clock(end_of_day(day, clock.zone) - _MINUTE, clock.zone)
        case _Word.COB:
            if clock.party is None:
                raise InputError(
                    f"close of business: nobody's working hours are known in {clock.zone.key}",
                    hint="use cob with the client's clock, cob me, or a time such as 17:00",
                )
            close = close_of_business(clock.party.availability, day)
            if close is None:
                raise _closed(day, clock, f"{day} is not a working day of {clock.name}")
            return on_clock(close, clock.zone)
        case _:
            assert_never(time)


def _closed(day: date, clock: _Clock, why: str) -> Refused:
    open_day = next_working_day(clock.party.availability, day) if clock.party else None
    following = f"type {open_day} cob{clock.suffix} for their next working day, or " if open_day else ""
    return Refused(f"close of business: {why}", hint=f"{following}give a time such as 17:00")


def _wall(local: datetime, clock: _Clock) -> Zoned:
    odd = kink(local, clock.zone)
    if odd is not Kink.NONE:
        instants = sorted(local.replace(tzinfo=clock.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        readings = (instant.astimezone(clock.zone).isoformat(timespec="minutes") + clock.suffix for instant in instants)
        raise AmbiguousInput(f"{odd.value} hour", f"{local.isoformat(' ', 'minutes')} {clock.zone.key}", readings)
    instant = to_utc(local, clock.zone)
    if to_local(instant, clock.zone) != local:
        raise OverflowError
    return on_clock(instant, clock.zone)
