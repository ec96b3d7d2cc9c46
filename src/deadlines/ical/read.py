"""What a calendar object resource means: its text as a `Task` or an `Event`, with every doubt named.

A resource holds components of one kind and one UID (RFC 4791 §4.1): a master, and overrides that carry a RECURRENCE-ID. What
cannot be told apart is refused with `CodecError`; what is merely odd is read as well as it goes and listed in `problems`, for
servers hold all of it (SYNC §2.14).
"""

from __future__ import annotations

from datetime import MAXYEAR, datetime, timedelta
from typing import NamedTuple

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, When, Zoned, plus, to_utc
from deadlines.errors import CodecError
from deadlines.ical import scan
from deadlines.ical.content import content
from deadlines.ical.moments import before, instant, moment, moments
from deadlines.ical.scan import Component, Prop, parameter, shown
from deadlines.ical.text import duration, integer, split_list, unescape
from deadlines.ical.zones import Zones

__all__ = ["AFTER", "KINDS", "STATUSES", "WARN_BEFORE", "Event", "Resource", "content", "is_parent", "read", "span_of"]

KINDS = frozenset({"VTODO", "VEVENT", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"})
STATUSES = {status.value.upper(): status for status in Status}
AFTER = frozenset({"FINISHTOSTART", "DEPENDS-ON"})
WARN_BEFORE = "X-DEADLINES-WARN-BEFORE"
"""Our own: a DURATION. Not a VALARM, which would ring with everybody who shares the calendar."""
_SEVERAL = frozenset({"CATEGORIES", "RELATED-TO"})
_ONCE = frozenset({
    "UID", "SUMMARY", "DESCRIPTION", "STATUS", "PRIORITY", "PERCENT-COMPLETE", "DUE", "DTSTART", "DTEND", "DURATION", "COMPLETED",
    "RRULE", "SEQUENCE", "LAST-MODIFIED", "ESTIMATED-DURATION", WARN_BEFORE, "RECURRENCE-ID", "TRANSP",
})  # fmt: skip
_PRIORITIES = range(10)
_PERCENT = range(101)
_DAY = timedelta(days=1)


class Event(NamedTuple):
    """One VEVENT. `end` is DTEND, DTSTART plus DURATION, or what RFC 5545 §3.6.1 says without both; `transparent` is not busy."""

    uid: str
    summary: str = ""
    description: str = ""
    status: str = ""
    start: When | None = None
    end: When | None = None
    rrule: str = ""
    categories: tuple[str, ...] = ()
    transparent: bool = False
    parent: str = ""
    sequence: int = 0
    last_modified: datetime | None = None


class Resource(NamedTuple):
    """One text. `task` or `event` is the master, None where there are only overrides; `overrides` are their RECURRENCE-IDs."""

    component: str
    uid: str
    task: Task | None = None
    event: Event | None = None
    overrides: tuple[When, ...] = ()
    problems: tuple[str, ...] = ()


def read(text: str) -> Resource:
    """The meaning of `text`. `CodecError` where it is no calendar object: nesting, limits, kind or UID."""
    return meaning(text, scan.scan(text))


def meaning(text: str, root: Component) -> Resource:
    """The meaning of `text`, whose scan is `root`."""
    parts = [Properties(child) for child in root.children if child.name in KINDS]
    kind, uid = _identity(text, parts)
    masters = [part for part in parts if "RECURRENCE-ID" not in part.found]
    master = masters[0] if masters else None
    problems = master.problems if master is not None else list[str]()
    if len(masters) > 1:
        problems.append(f"{len(masters)} {kind} with one UID; the first is read")
    if (method := root.first("METHOD")) is not None:
        problems.append(f"METHOD:{shown(method[2])} in a stored object")
    zones = Zones(root)
    return Resource(
        component=kind,
        uid=uid,
        task=_task(uid, master, zones) if master is not None and kind == "VTODO" else None,
        event=_event(uid, master, zones) if master is not None and kind == "VEVENT" else None,
        overrides=moments([part.found["RECURRENCE-ID"] for part in parts if part not in masters], zones, problems)
        if len(parts) > len(masters)
        else (),
        problems=tuple(problems),
    )


def is_parent(params: str) -> bool:
    """Whether the parameters of a RELATED-TO name the parent, which is what it means without RELTYPE."""
    return not params or parameter(params, "RELTYPE").upper() in {"", "PARENT"}


class Properties:
    """The properties of a component by name. Of those that may come once the first counts, and the others are reported."""

    __slots__ = ("found", "index", "kind", "problems", "several")

    def __init__(self, component: Component) -> None:
        self.kind = component.name
        self.index = component.index
        self.problems: list[str] = []
        self.found: dict[str, Prop] = {prop[0]: prop for prop in component.props}
        if len(self.found) == len(component.props):
            self.several = [self.found.pop(name) for name in _SEVERAL if name in self.found]
        else:
            self._sort(component)

    def _sort(self, component: Component) -> None:
        """Where some come more than once."""
        self.found.clear()
        self.several = list[Prop]()
        found, problems = self.found, self.problems
        for prop in component.props:
            name = prop[0]
            if name in _SEVERAL:
                self.several.append(prop)
            elif name not in found:
                found[name] = prop
            elif name in _ONCE:
                problems.append(f"{name} comes more than once; the first is read")

    def text(self, name: str) -> str:
        """The text of a property, empty where it is missing."""
        prop = self.found.get(name)
        return unescape(prop[2]) if prop is not None else ""

    def raw(self, name: str) -> str:
        """The value as written, without white space around it."""
        prop = self.found.get(name)
        return prop[2].strip() if prop is not None else ""

    def relations(self) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
        """Categories, the UID of the parent, and the UIDs that it waits for."""
        if not self.several:
            return (), "", ()
        parent, after, categories = "", list[str](), list[str]()
        for name, params, value in self.several:
            if name == "CATEGORIES":
                categories += split_list(value)
            elif is_parent(params):
                parent = parent or unescape(value).strip()
            elif parameter(params, "RELTYPE").upper() in AFTER:
                after.append(unescape(value).strip())
        return tuple(dict.fromkeys(categories)), parent, tuple(dict.fromkeys(after))

    def when(self, name: str, zones: Zones) -> When | None:
        """The time that a property names."""
        prop = self.found.get(name)
        return moment(prop, zones, self.problems) if prop is not None else None

    def instant(self, name: str) -> datetime | None:
        """The instant that a property names, in UTC."""
        prop = self.found.get(name)
        return instant(prop, self.problems) if prop is not None else None

    def number(self, name: str, allowed: range | None = None) -> int:
        """The number, 0 where there is none that is allowed."""
        prop = self.found.get(name)
        if prop is None:
            return 0
        try:
            found = integer(prop[2])
        except CodecError as error:
            self.problems.append(f"{name}: {error.reason}")
            return 0
        if found < 0 or (allowed is not None and found not in allowed):
            self.problems.append(f"{name}: {found} is out of range")
            return 0
        return found

    def length(self, name: str) -> timedelta | None:
        """The duration."""
        prop = self.found.get(name)
        if prop is None:
            return None
        try:
            return duration(prop[2])
        except CodecError as error:
            self.problems.append(f"{name}: {error.reason}")
            return None


def _identity(text: str, parts: list[Properties]) -> tuple[str, str]:
    if not parts:
        raise CodecError("no VTODO, VEVENT or other calendar object")
    kind, uid = parts[0].kind, parts[0].text("UID").strip()
    if uid and len(parts) == 1:
        return kind, uid
    for part in parts:
        found = part.text("UID").strip()
        problem = ""
        if not found:
            problem = f"{part.kind} without a UID"
        elif part.kind != kind:
            problem = f"{kind} and {part.kind} in one object"
        elif found != uid:
            problem = f"two UIDs in one object: {shown(uid)} and {shown(found)}"
        if problem:
            raise CodecError(problem, line=scan.line_number(text, part.index))
    return kind, uid


def _task(uid: str, of: Properties, zones: Zones) -> Task:
    completed = of.instant("COMPLETED")
    start = of.when("DTSTART", zones)
    due = _end(of, "DUE", start, zones)
    rrule = of.raw("RRULE")
    _check_order(of.problems, "DUE", due, start)
    if rrule and start is None:
        of.problems.append("RRULE without DTSTART")
    categories, parent, after = of.relations()
    return Task(
        uid=uid,
        summary=of.text("SUMMARY"),
        description=of.text("DESCRIPTION"),
        status=_status(of, completed),
        priority=of.number("PRIORITY", _PRIORITIES),
        percent_complete=of.number("PERCENT-COMPLETE", _PERCENT),
        categories=categories,
        due=due,
        start=start,
        completed=completed,
        estimate=of.length("ESTIMATED-DURATION"),
        warn_before=of.length(WARN_BEFORE),
        rrule=rrule,
        parent=parent,
        after=after,
        sequence=of.number("SEQUENCE"),
        last_modified=of.instant("LAST-MODIFIED"),
    )


def span_of(of: Properties, zones: Zones) -> tuple[When | None, When | None]:
    """Start and end of an event; without DTEND and DURATION it ends when it starts, or with its day (RFC 5545 §3.6.1)."""
    start = of.when("DTSTART", zones)
    end = _end(of, "DTEND", start, zones)
    if start is None:
        of.problems.append("DTSTART is missing")
    elif end is None:
        end = plus(start, _DAY) if isinstance(start, AllDay) else start
    _check_order(of.problems, "DTEND", end, start)
    return start, end


def _event(uid: str, of: Properties, zones: Zones) -> Event:
    start, end = span_of(of, zones)
    return Event(
        uid=uid,
        summary=of.text("SUMMARY"),
        description=of.text("DESCRIPTION"),
        status=of.raw("STATUS").lower(),
        start=start,
        end=end,
        rrule=of.raw("RRULE"),
        categories=of.relations()[0],
        transparent=of.raw("TRANSP").upper() == "TRANSPARENT",
        parent=of.relations()[1],
        sequence=of.number("SEQUENCE"),
        last_modified=of.instant("LAST-MODIFIED"),
    )


def _status(of: Properties, completed: datetime | None) -> Status:
    value = of.raw("STATUS")
    if not value:
        return Status.NEEDS_ACTION if completed is None else Status.COMPLETED
    status = STATUSES.get(value) or STATUSES.get(value.upper())
    if status is None:
        of.problems.append(f"STATUS: {shown(value)} is none that a task has")
        return Status.NEEDS_ACTION
    return status


def _end(of: Properties, name: str, start: When | None, zones: Zones) -> When | None:
    end = of.when(name, zones)
    if "DURATION" not in of.found:
        return end
    if name in of.found:
        of.problems.append(f"{name} and DURATION; {name} is read")
        return end
    length = of.length("DURATION")
    if length is None or start is None:
        return None
    try:
        return _bounded(plus(start, length))
    except (OverflowError, CodecError):
        of.problems.append("DURATION: leads out of the calendar")
        return None


def _bounded(when: When) -> When:
    on = when.date if isinstance(when, AllDay) else when.local.date()
    if on.year >= MAXYEAR:
        raise CodecError("beyond the calendar")
    if isinstance(when, Zoned):
        to_utc(when.local, when.zone)
    return when


def _check_order(problems: list[str], name: str, end: When | None, start: When | None) -> None:
    if end is None or start is None:
        return
    if isinstance(end, AllDay) != isinstance(start, AllDay):
        problems.append(f"{name} and DTSTART: one is a date, the other has a time")
    if before(end, start):
        problems.append(f"{name} is before DTSTART")
