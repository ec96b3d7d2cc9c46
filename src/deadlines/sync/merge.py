"""The three-way merge of one resource, property by property.

Every property (or group of properties that make sense only together: `_GROUPS`) is compared in three versions:

    theirs means what the base meant   -> ours, written as we wrote it
    ours means what the base meant     -> theirs
    both mean the same                 -> ours
    a set (CATEGORIES, EXDATE, ...)    -> what both added, without what either removed
    otherwise                          -> a conflict: the preferred side's

Subcomponents (alarms, overrides) are matched by what names them and merged by the same rules; one that was removed here and
edited there stays, and the reverse. *Meaning* is not spelling: a due date that another client rewrote from
`TZID=America/New_York` to UTC is the same instant, so it counts as unchanged and keeps our clock; one that was really moved, by a
program that can only say it in UTC, is said on the clock that it was on before. The result keeps the server's order and, for what
only the server has, its bytes. What programs stamp on every save (`_STAMPS`) decides nothing and takes the later value.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from deadlines.core.when import Zoned, to_local, to_utc
from deadlines.errors import CodecError
from deadlines.ical.content import normal
from deadlines.ical.moments import before as comes_before
from deadlines.ical.moments import moment
from deadlines.ical.read import read
from deadlines.ical.scan import scan
from deadlines.ical.text import escape, format_wall_time, integer, join_list, split_list
from deadlines.ical.tree import Line, Node, new_line, parse, parse_component
from deadlines.ical.zones import Zones

_T = TypeVar("_T")


class Prefer(enum.Enum):
    """Whose value is taken where both changed the same property differently."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The merged text, the properties that were in conflict, and those that the other side dropped without our doing.

    `kept_clock` tells that the other side wrote a time in another form, and that our clock was kept.
    """

    text: str
    kept_clock: bool = False
    conflicts: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


_STAMPS = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "PRODID"})
_GROUPS = {"COMPLETED": "STATUS", "PERCENT-COMPLETE": "STATUS", "DURATION": "DUE", "DTEND": "DUE"}
_CLOCKS = frozenset({"DTSTART", "DUE"})
_SETS = frozenset({"CATEGORIES", "RESOURCES", "EXDATE", "RDATE", "RELATED-TO", "ATTACH", "COMMENT", "CONTACT", "ATTENDEE"})
_LISTS = frozenset({"CATEGORIES", "RESOURCES"})
_TIMES = frozenset({"DTSTART", "DUE", "DTEND", "RECURRENCE-ID", "COMPLETED", "EXDATE", "RDATE"})
_INTERVAL = frozenset({"DTSTART", "DUE", "RRULE"})
"""What must come from one side when taking some from each would let a task fall due before it starts."""
_SILENT = frozenset({("STATUS", "NEEDS-ACTION"), ("PERCENT-COMPLETE", "0"), ("PRIORITY", "0"), ("SEQUENCE", "0")})
"""What a missing property means too."""


def merge(base: str, local: str, remote: str, prefer: Prefer) -> Merged:
    """Merge two edits of `base`. All three are readable texts of one UID, and so is the result."""
    merged = _merged(base, local, remote, prefer, bound=frozenset())
    if _inverted(merged.text) and not _inverted(local) and not _inverted(remote):
        return _merged(base, local, remote, prefer, bound=_INTERVAL)
    return merged


def _merged(base: str, local: str, remote: str, prefer: Prefer, *, bound: frozenset[str]) -> Merged:
    work = _Work(base, local, remote, prefer, bound)
    text = work.node(parse(base), parse(local), parse(remote)).render()
    return Merged(text=text, kept_clock=work.kept_clock, conflicts=_unique(work.conflicts), dropped=_unique(work.dropped))


def confirmed(base: str, sent: str, remote: str) -> str:
    """`base`, but for what the server has as we sent it: that is ours, and agreed on, whoever changed the rest since."""
    work = _Work(base, sent, remote, Prefer.MINE, frozenset())
    return work.confirmed(parse(base), parse(sent), parse(remote)).render()


def same_meaning(one: str, other: str) -> bool:
    """Whether two texts say the same but for stamps, spelling and time zone definitions."""
    return _digest(parse(one), _Reader(one)) == _digest(parse(other), _Reader(other))


def _inverted(text: str) -> bool:
    """Whether the task falls due before it starts."""
    task = read(text).task
    return task is not None and task.due is not None and task.start is not None and comes_before(task.due, task.start)


class _Reader:
    """What the lines of one text mean, given the time zones that it defines."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _zones(self) -> Zones:
        return Zones(scan(self._text))

    def line(self, line: Line) -> Hashable:
        """A value that is equal for lines of one property that mean the same."""
        if line.name in _TIMES or line.name in _LISTS:
            return frozenset(meaning for meaning, _ in self.members(line))
        if line.name == "RRULE":
            return line.name, frozenset(line.value.upper().split(";"))
        return normal(line.prop)

    def members(self, line: Line) -> list[tuple[Hashable, str]]:
        """What a line of a set holds: the meaning and the spelling of each value."""
        if line.name in _TIMES:
            return [(self._time(line, value), value) for value in line.value.split(",")]
        if line.name in _LISTS:
            return [(value, escape(value)) for value in split_list(line.value)]
        return [(self.line(line), line.value)]

    def on_clock(self, line: Line, tzid: str) -> datetime | None:
        """The wall time on the clock `tzid` of a time in UTC; None for any other time, and where it would not come back."""
        when, zone = moment(line.prop, self._zones, []), self._zones.get(tzid)
        if not isinstance(when, Zoned) or when.tzid != "UTC" or zone is None:
            return None
        local = to_local(when.instant, zone)
        return local if to_utc(local, zone) == when.instant else None

    def _time(self, line: Line, value: str) -> Hashable:
        name, params, _ = line.prop
        when = moment((name, params, value), self._zones, [])
        if when is None:
            return self._params(line), value
        return when.instant if isinstance(when, Zoned) else when

    @staticmethod
    def _params(line: Line) -> Hashable:
        return frozenset((name, values) for name, values in line.params)


class _Work:
    """One merge: its readers, and what there was to say about it."""

    def __init__(self, base: str, local: str, remote: str, prefer: Prefer, bound: frozenset[str]) -> None:
        self._readers = (_Reader(base), _Reader(local), _Reader(remote))
        self._prefer = prefer
        self._bound = bound
        self.kept_clock = False
        self.conflicts: list[str] = []
        self.dropped: list[str] = []

    def node(self, base: Node, local: Node, remote: Node) -> Node:
        """Merge one component; the three are versions of the same."""
        grouped = [_grouped(node) for node in (base, local, remote)]
        merged = Node(remote.name, remote.begin, remote.end)
        chosen = {
            group: self._lines(group, *(groups.get(group, ()) for groups in grouped))
            for group in _unique([*grouped[2], *grouped[1]])
        }
        children = self._children(base, local, remote)
        merged.items = [*(_ending(line, remote.eol) for line in _in_order(remote, chosen)), *children]
        return merged

    def confirmed(self, base: Node, sent: Node, remote: Node) -> Node:
        """The base of one component, as far as the remote says what was sent."""
        before, ours, theirs = (_grouped(node) for node in (base, sent, remote))
        _, reader, other = self._readers
        chosen = {
            group: ours.get(group, ())
            if _meaning(ours.get(group, ()), reader) == _meaning(theirs.get(group, ()), other)
            else before.get(group, ())
            for group in _unique([*before, *ours])
        }
        had, have, there = (_children(node, reader) for node, reader in zip((base, sent, remote), self._readers, strict=True))
        children = (self._confirmed_child(had.get(key), have.get(key), there.get(key)) for key in _unique([*had, *have]))
        node = Node(base.name, base.begin, base.end)
        node.items = [*_in_order(base, chosen), *(child for child in children if child is not None)]
        return node

    def _confirmed_child(self, base: Node | None, sent: Node | None, remote: Node | None) -> Node | None:
        if sent is None or remote is None:
            return None if sent is remote else base
        if sent.name == "VTIMEZONE" or _digest(sent, self._readers[1]) == _digest(remote, self._readers[2]):
            return sent
        return self.confirmed(base if base is not None else Node(sent.name, sent.begin, sent.end), sent, remote)

    def _lines(self, group: str, base: Sequence[Line], local: Sequence[Line], remote: Sequence[Line]) -> Sequence[Line]:
        if group in _STAMPS:
            return max(remote, local, key=lambda lines: _stamp(group, lines))
        before, mine, theirs = (
            _meaning(lines, reader) for lines, reader in zip((base, local, remote), self._readers, strict=True)
        )
        if group in self._bound and not before == mine == theirs:
            self.conflicts.append(group)
            return local if self._prefer is Prefer.MINE else remote
        if theirs in (before, mine):
            self.kept_clock |= group in _TIMES and _spelling(local) != _spelling(remote)
            return local
        if mine == before:
            if base and not remote:
                self.dropped.append(group)
            return self._on_our_clock(base, remote) if group in _CLOCKS else remote
        if group in _SETS:
            return self._set(base, local, remote)
        self.conflicts.append(group)
        return local if self._prefer is Prefer.MINE else remote

    def _on_our_clock(self, base: Sequence[Line], remote: Sequence[Line]) -> Sequence[Line]:
        """Their times as the clock says them that ours were on, where they only say them in UTC: other programs know no other."""
        clocks = {line.name: tzid for line in base for name, (tzid, *_) in line.params if name == "TZID"}
        respelt = [self._respelt(line, clocks[line.name]) if line.name in clocks else line for line in remote]
        self.kept_clock |= respelt != list(remote)
        return respelt

    def _respelt(self, line: Line, tzid: str) -> Line:
        local = self._readers[0].on_clock(line, tzid)
        if local is None:
            return line
        params = {name: values for name, values in line.params if name != "VALUE"}
        return new_line(line.name, format_wall_time(local), {"TZID": (tzid,), **params})

    def _set(self, base: Sequence[Line], local: Sequence[Line], remote: Sequence[Line]) -> Sequence[Line]:
        """Both changed a set: the server's lines without what we removed, and what we added."""
        had, have, there = (
            {meaning for line in lines for meaning, _ in reader.members(line)}
            for lines, reader in zip((base, local, remote), self._readers, strict=True)
        )
        ours, theirs = self._readers[1:]
        kept = [_only(line, theirs.members(line), have | (there - had)) for line in remote]
        added = [_only(line, ours.members(line), have - had - there) for line in local]
        return _joined([line for line in (*kept, *added) if line is not None])

    def _children(self, base: Node, local: Node, remote: Node) -> list[Node]:
        before, mine, theirs = (
            _children(node, reader) for node, reader in zip((base, local, remote), self._readers, strict=True)
        )
        merged = (self._child(before.get(key), mine.get(key), theirs.get(key)) for key in _unique([*theirs, *mine]))
        found = [_ending_alike(node, remote.eol) for node in merged if node is not None]
        return sorted(found, key=lambda node: node.name != "VTIMEZONE")  # readers want a clock defined before it is used

    def _child(self, base: Node | None, local: Node | None, remote: Node | None) -> Node | None:
        readers = self._readers
        if remote is not None and remote.name == "VTIMEZONE":  # a clock is one thing: two halves of two definitions are none
            same_there = base is not None and _digest(base, readers[0]) == _digest(remote, readers[2])
            return local if local is not None and same_there else remote
        if local is not None and remote is not None:
            return self.node(base if base is not None else Node(local.name, local.begin, local.end), local, remote)
        if local is not None:
            gone = base is not None and _digest(base, readers[0]) == _digest(local, readers[1])
            if gone and local.name != "VTIMEZONE":
                self.dropped.append(local.name)
            return local if not gone or local.name == "VTIMEZONE" else None
        assert remote is not None
        gone = base is not None and _digest(base, readers[0]) == _digest(remote, readers[2])
        return None if gone else remote


def _only(line: Line, members: Sequence[tuple[Hashable, str]], wanted: Container[Hashable]) -> Line | None:
    """The line with those of its members that are wanted; untouched where that is all, None where there is none."""
    values = [value for meaning, value in members if meaning in wanted]
    if len(values) == len(members):
        return line
    return new_line(line.name, ",".join(values), dict(line.params)) if values else None


def _joined(lines: Sequence[Line]) -> Sequence[Line]:
    """Lists of texts on one line: there are programs that read only the first."""
    if len(lines) <= 1 or lines[0].name not in _LISTS:
        return lines
    values = [value for line in lines for value in split_list(line.value)]
    return (new_line(lines[0].name, join_list(values), dict(lines[0].params)),)


def _grouped(node: Node) -> Mapping[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for item in node.items:
        if isinstance(item, Line):
            groups.setdefault(_GROUPS.get(item.name, item.name), []).append(item)
    return groups


def _in_order(remote: Node, chosen: Mapping[str, Sequence[Line]]) -> Iterator[Line]:
    """The chosen lines where the server has theirs; what it does not have comes last."""
    for group in _unique([_GROUPS.get(item.name, item.name) for item in remote.items if isinstance(item, Line)]):
        yield from chosen[group]
    present = _grouped(remote)
    for group, lines in chosen.items():
        if group not in present:
            yield from lines


def _meaning(lines: Sequence[Line], reader: _Reader) -> Hashable:
    """What the lines of one group say together, whatever their order."""
    status = next((line.value.upper() for line in lines if line.name == "STATUS"), "")
    if status == "COMPLETED":
        return "completed"
    said = [line for line in lines if (line.name, line.value.upper()) not in _SILENT and reader.line(line) is not None]
    if said and all(line.name in _SETS for line in said):
        return frozenset(value for line in said for value in _members(reader.line(line)))
    return frozenset(Counter(reader.line(line) for line in said).items())


def _members(meaning: Hashable) -> frozenset[Hashable]:
    return meaning if isinstance(meaning, frozenset) else frozenset((meaning,))


def _digest(node: Node, reader: _Reader) -> Hashable:
    """What a component says, without its stamps."""
    groups = {group: _meaning(lines, reader) for group, lines in _grouped(node).items() if group not in _STAMPS}
    empty = frozenset[Hashable]()
    return (
        node.name,
        frozenset((group, meaning) for group, meaning in groups.items() if meaning != empty),
        frozenset((key, _digest(child, reader)) for key, child in _children(node, reader).items() if child.name != "VTIMEZONE"),
    )


def _children(node: Node, reader: _Reader) -> Mapping[Hashable, Node]:
    """The subcomponents by what names them; those that say the same twice are counted apart."""
    found: dict[Hashable, Node] = {}
    seen: Counter[Hashable] = Counter()
    for child in node.items:
        if isinstance(child, Node):
            name = _name(child, reader)
            found[name, seen[name]] = child
            seen[name] += 1
    return found


_NAMED_BY = {"VTIMEZONE": ("TZID",), "VALARM": ("UID", "X-WR-ALARMUID")}


def _name(child: Node, reader: _Reader) -> Hashable:
    for name in _NAMED_BY.get(child.name, ()):
        for line in child.items:
            if isinstance(line, Line) and line.name == name:
                return child.name, line.value
    if child.name in {"VTODO", "VEVENT", "VJOURNAL"}:
        instance = [reader.line(line) for line in child.items if isinstance(line, Line) and line.name == "RECURRENCE-ID"]
        return child.name, tuple(instance)
    return child.name, _digest(child, reader)


def _ending(line: Line, eol: str) -> Line:
    """The line as the server's text ends its lines."""
    alike = _with_eol(line.raw, eol)
    return line if alike == line.raw else Line(alike)


def _ending_alike(node: Node, eol: str) -> Node:
    """The component likewise."""
    text = node.render()
    alike = _with_eol(text, eol)
    return node if alike == text else parse_component(alike)


def _with_eol(text: str, eol: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", eol)


def _spelling(lines: Sequence[Line]) -> Hashable:
    return tuple((line.params, line.value) for line in lines)


def _stamp(group: str, lines: Sequence[Line]) -> tuple[int, str]:
    """The later, the higher; of programs the server's, which comes first, is as good as ours."""
    value = lines[0].value if lines and group != "PRODID" else ""
    if group != "SEQUENCE":
        return 0, value
    try:
        return integer(value), ""
    except CodecError:
        return -1, ""


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))
