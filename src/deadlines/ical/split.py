"""One calendar with many items, as feeds are, taken apart into calendar object resources (RFC 4791 §4.1).

An item is every component of one kind with one UID, and the VTIMEZONEs that they name; their lines stay as they came, METHOD and
what describes the feed as a whole stay behind. A component without a UID is an item by itself, which no reader will take: it is
there to be named as unreadable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from deadlines.errors import CodecError
from deadlines.ical.read import KINDS
from deadlines.ical.scan import BOM, Component, logical_lines, parameter, scan, unfold
from deadlines.ical.scan import split as split_line
from deadlines.ical.text import CRLF, duration, unescape

_KEPT: Final = frozenset({"VERSION", "PRODID", "CALSCALE"})
_STAMP: Final = "DTSTAMP"


@dataclass(frozen=True, slots=True)
class Piece:
    """One item. `said` is its text without what changes each time that a feed is made: two that are equal say the same."""

    kind: str
    uid: str
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A feed: what it is called, how long it asks to be left alone (RFC 7986 §5.7), and its items in their order."""

    name: str
    refresh: timedelta | None
    pieces: tuple[Piece, ...]


def split(text: str) -> Publication:
    """Take a calendar apart. `CodecError` for what is no calendar, is cut short, or past the limits of `scan`."""
    root = scan(text)
    lines = [*logical_lines(text)]
    texts = dict(zip(map(id, root.children), _texts(root, lines), strict=True))
    head = "".join(line for line in lines[root.index : _body(root, lines)] if _name(line) in _KEPT)
    zones = {_text(zone, "TZID"): texts[id(zone)] for zone in root.children if zone.name == "VTIMEZONE"}
    pieces = []
    for (kind, uid, _), parts in _items(root).items():
        used = _used(parts)
        body = [text for name, text in zones.items() if name in used] + [texts[id(part)] for part in parts]
        pieces.append(_piece(kind, uid, head, "".join(body)))
    return Publication(name=_text(root, "NAME") or _text(root, "X-WR-CALNAME"), refresh=_refresh(root), pieces=tuple(pieces))


def _items(root: Component) -> dict[tuple[str, str, int], list[Component]]:
    """The components of each item; the number tells those apart that have no UID."""
    found: dict[tuple[str, str, int], list[Component]] = {}
    for part in root.children:
        if part.name in KINDS:
            uid = _text(part, "UID")
            found.setdefault((part.name, uid, 0 if uid else part.index), []).append(part)
    return found


def _piece(kind: str, uid: str, head: str, body: str) -> Piece:
    said = "".join(line for line in logical_lines(body) if line[: len(_STAMP)].upper() != _STAMP)
    return Piece(kind=kind, uid=uid, text=f"BEGIN:VCALENDAR{CRLF}{head}{body}END:VCALENDAR{CRLF}", said=said)


def _texts(root: Component, lines: list[str]) -> Iterator[str]:
    """The lines of each component of a calendar, up to its END: what stands between two of them belongs to neither."""
    ends = [*(part.index for part in root.children[1:]), _last(lines, len(lines))]
    for part, end in zip(root.children, ends, strict=False):  # a calendar without components has an end all the same
        yield "".join(lines[part.index : _last(lines, end) + 1])


def _last(lines: list[str], before: int) -> int:
    """The number of the last END line that comes `before` a line."""
    return next(at for at in range(before - 1, -1, -1) if _name(lines[at]) == "END")


def _body(root: Component, lines: list[str]) -> int:
    """Where the properties of the calendar end."""
    return root.children[0].index if root.children else len(lines)


def _name(line: str) -> str:
    """The name of a content line as it stands."""
    return split_line(unfold(line.removeprefix(BOM)))[0]


def _text(component: Component, name: str) -> str:
    prop = component.first(name)
    return unescape(prop[2]).strip() if prop is not None else ""


def _used(parts: Iterable[Component]) -> set[str]:
    """The zones that components name."""
    waiting, found = list(parts), set[str]()
    while waiting:
        part = waiting.pop()
        found.update(parameter(params, "TZID") for _, params, _ in part.props if "TZID" in params.upper())
        waiting.extend(part.children)
    return found


def _refresh(root: Component) -> timedelta | None:
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        prop = root.first(name)
        if prop is not None:
            try:
                return duration(prop[2])
            except CodecError:
                continue
    return None
