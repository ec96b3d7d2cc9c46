"""Everything that says when an event takes place: its VEVENTs as a `Series`, a VFREEBUSY as the periods that are not free.

Read as it goes, as `read` does: what is odd is a line in `problems`, and only what is no time at all is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from deadlines.core.recurrence import doubt, validate
from deadlines.core.series import Extra, Part, Series, flood
from deadlines.core.span import Span
from deadlines.core.when import When, plus
from deadlines.errors import CodecError
from deadlines.ical import text
from deadlines.ical.moments import moment, moments
from deadlines.ical.read import Properties, span_of
from deadlines.ical.scan import Component, Prop, parameter, shown
from deadlines.ical.zones import Zones

_MAILTO = "mailto:"
_ABSENT = "DECLINED"
_FREE = "FREE"


class Read(NamedTuple):
    """A series, and what was odd in it."""

    series: Series
    problems: tuple[str, ...] = ()


def read_series(root: Component) -> Read:
    """The series in a calendar object of VEVENTs."""
    problems = list[str]()
    series = _series(root, problems)
    if series.master is not None and series.rrule:
        said = filter(None, (doubt(series.rrule, series.master.start), flood(series.rrule, series.master.start)))
        problems += [f"RRULE {shown(series.rrule)}: {words}" for words in said]
    return Read(series, tuple(dict.fromkeys(problems)))


def series_of(root: Component) -> Series:
    """The series alone, for whom the problems are known already."""
    return _series(root, [])


def _series(root: Component, problems: list[str]) -> Series:
    zones = Zones(root)
    events = [child for child in root.children if child.name == "VEVENT"]
    masters = [event for event in events if event.first("RECURRENCE-ID") is None]
    overrides = [part for event in events if event not in masters and (part := _part(event, zones, problems)) is not None]
    if not masters:
        return Series(None, overrides=tuple(overrides))
    master = _part(masters[0], zones, problems)
    return Series(
        master,
        rrule=_rule(masters[0], problems),
        extras=tuple(_extras(masters[0].all("RDATE"), zones, problems)),
        exdates=moments(masters[0].all("EXDATE"), zones, problems),
        overrides=tuple(overrides),
    )


def read_free_busy(root: Component) -> tuple[Span, ...]:
    """What the VFREEBUSYs in a calendar object call busy, in any way but FREE (RFC 5545 §3.8.2.6)."""
    found = list[Span]()
    for component in root.children:
        if component.name != "VFREEBUSY":
            continue
        for prop in component.all("FREEBUSY"):
            if parameter(prop[1], "FBTYPE").upper() != _FREE:
                found += _periods(prop[2])
    return tuple(sorted(found, key=lambda span: span.start))


def _periods(value: str) -> Iterator[Span]:
    for period in value.split(","):
        first, slash, last = period.strip().partition("/")
        try:
            start = text.instant(first)
            end = start + text.duration(last) if last[:1] in {"P", "p", "+", "-"} else text.instant(last)
        except (CodecError, OverflowError):
            continue
        if slash and start < end:
            yield Span(start, end)


def _part(event: Component, zones: Zones, problems: list[str]) -> Part | None:
    of = Properties(event)
    start, end = span_of(of, zones)
    problems += of.problems
    if start is None or end is None:
        return None
    named = event.first("RECURRENCE-ID")
    people = event.all("ATTENDEE")
    return Part(
        start=start,
        end=end,
        nominal=_nominal(of, start, end),
        summary=of.text("SUMMARY"),
        status=of.raw("STATUS").lower(),
        transparent=of.raw("TRANSP").upper() == "TRANSPARENT",
        location=of.text("LOCATION"),
        categories=of.relations()[0],
        organizer=_address(event.first("ORGANIZER")),
        attendees=_addresses(people),
        declined=_addresses(prop for prop in people if parameter(prop[1], "PARTSTAT").upper() == _ABSENT),
        recurrence_id=None if named is None else moment(named, zones, problems),
        and_future=named is not None and parameter(named[1], "RANGE").upper() == "THISANDFUTURE",
    )


def _nominal(of: Properties, start: When, end: When) -> timedelta | None:
    """DURATION, where it is what says when the event ends: not beside DTEND, nor where it leads out of the calendar."""
    length = of.length("DURATION") if "DTEND" not in of.found else None
    try:
        return length if length is not None and plus(start, length) == end else None
    except OverflowError:
        return None


def _rule(event: Component, problems: list[str]) -> str:
    """The first RRULE; one that nobody could follow is left out."""
    rules = event.all("RRULE")
    if not rules:
        return ""
    rule = rules[0][2].strip()
    wrong = validate(rule)
    if wrong is not None:
        problems.append(f"RRULE: {wrong}; only its start is shown")
        return ""
    return rule


def _extras(props: Iterable[Prop], zones: Zones, problems: list[str]) -> Iterator[Extra]:
    for name, params, value in props:
        for period in filter(None, value.split(",")):
            first, slash, last = period.partition("/")
            start = moment((name, params, first), zones, problems)
            if start is not None:
                yield Extra(start, _end(start, (name, params, last), zones, problems) if slash else None)


def _end(start: When, prop: Prop, zones: Zones, problems: list[str]) -> When | None:
    """The end of a PERIOD, which is a time or a length (RFC 5545 §3.3.9)."""
    if prop[2][:1] not in {"P", "p", "+", "-"}:
        return moment(prop, zones, problems)
    try:
        return plus(start, text.duration(prop[2]))
    except (CodecError, OverflowError):
        problems.append(f"{prop[0]}: not a duration: {shown(prop[2])}")
        return None


def _addresses(props: Iterable[Prop]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for prop in props if (address := _address(prop))))


def _address(prop: Prop | None) -> str:
    """The mail address of a calendar user in lower case: the value, or the EMAIL parameter where the value is none (RFC 7986)."""
    if prop is None:
        return ""
    value = prop[2].strip()
    if value[: len(_MAILTO)].lower() == _MAILTO:
        return value[len(_MAILTO) :].casefold()
    return (parameter(prop[1], "EMAIL") or value).casefold()
