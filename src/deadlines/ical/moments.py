"""Properties that name a time: DATE and DATE-TIME with VALUE and TZID, and how two of them compare.

What a value looks like decides over what VALUE says it is, for servers store both in disagreement. Every doubt goes to
`problems` as a line for people; only a value that is no time at all is lost, and then the answer is None.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import lru_cache

from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError
from deadlines.ical import text
from deadlines.ical.scan import Prop, parameter, shown
from deadlines.ical.zones import Zones

_DATE_LENGTH = 8


def moment(prop: Prop, zones: Zones, problems: list[str]) -> When | None:
    """The time that a property names, or None where it names none."""
    name, params, value = prop
    try:
        return _moment(name, params, value.strip(), zones, problems)
    except CodecError as error:
        problems.append(f"{name}: {error.reason}")
        return None


def moments(props: list[Prop], zones: Zones, problems: list[str]) -> tuple[When, ...]:
    """Every time that list properties such as EXDATE name; of a PERIOD its start."""
    parts = [(name, params, part.partition("/")[0]) for name, params, value in props for part in value.split(",") if part]
    return tuple(found for part in parts if (found := moment(part, zones, problems)) is not None)


def instant(prop: Prop, problems: list[str]) -> datetime | None:
    """The instant of a property that must be in UTC, such as COMPLETED; a local time is read as UTC and reported."""
    name, _, value = prop
    value = value.strip()
    try:
        if value[-1:] in {"Z", "z"}:
            return text.instant(value)
        found = datetime.combine(text.day(value), time()) if len(value) == _DATE_LENGTH else text.wall_time(value)
    except CodecError as error:
        problems.append(f"{name}: {error.reason}")
        return None
    problems.append(f"{name}: {shown(value)} is not in UTC; read as if it were")
    return found.replace(tzinfo=UTC)


def same(one: When | None, other: When | None) -> bool:
    """Whether both are written alike; clocks read from two copies of a VTIMEZONE are no difference."""
    match one, other:
        case Zoned(local=local, tzid=tzid), Zoned(local=other_local, tzid=other_tzid):
            return local == other_local and tzid == other_tzid
    return one == other


def before(one: When, other: When) -> bool:
    """Whether `one` surely comes before `other`: by instant on two clocks, else by what their calendars show."""
    if isinstance(one, Zoned) and isinstance(other, Zoned):
        return one.local < other.local if one.tzid == other.tzid else one.instant < other.instant
    if isinstance(one, AllDay) or isinstance(other, AllDay):
        return wall(one).date() < wall(other).date()
    return wall(one) < wall(other)


def wall(when: When) -> datetime:
    """The naive wall time of `when`, midnight where it is a date."""
    return datetime.combine(when.date, time()) if isinstance(when, AllDay) else when.local


def alike(when: When, model: When) -> When:
    """`when` with the value type of `model`: RFC 5545 wants DTSTART and DUE both as DATE or both as DATE-TIME."""
    if isinstance(model, AllDay):
        return AllDay(wall(when).date())
    if not isinstance(when, AllDay):
        return when
    return Zoned(wall(when), model.tzid, model.zone) if isinstance(model, Zoned) else Floating(wall(when))


def _moment(name: str, params: str, value: str, zones: Zones, problems: list[str]) -> When:
    if len(value) == _DATE_LENGTH:
        on = text.day(value)
        if params.upper() != "VALUE=DATE" and parameter(params, "VALUE").upper() != "DATE":
            problems.append(f"{name}: {value} is a date without VALUE=DATE")
        return AllDay(on)
    if value[-1:] in {"Z", "z"}:
        local = text.wall_time(value[:-1])
        if params and (tzid := parameter(params, "TZID")):
            problems.append(f"{name}: TZID={shown(tzid)} with a time in UTC; read as UTC")
        return Zoned(local, "UTC", UTC)
    local = text.wall_time(value)
    tzid = tzid_of(params) if params else ""
    if not tzid:
        if parameter(params, "VALUE").upper() == "DATE":
            problems.append(f"{name}: VALUE=DATE with a time")
        return Floating(local)
    zone = zones.get(tzid)
    if zone is None:
        problems.append(f"{name}: unknown time zone {shown(tzid)}; read as floating")
        return Floating(local)
    return Zoned(local, tzid, zone)


@lru_cache(maxsize=1024)
def tzid_of(params: str) -> str:
    """The TZID among the parameters of a property, empty where there is none."""
    return parameter(params, "TZID")
