"""A lossless tree: untouched, `parse(text).render()` is `text` byte for byte, whatever its folds and line ends.

    Node VCALENDAR
    ├── Line VERSION            raw, name, params, value
    └── Node VTODO
        ├── Line SUMMARY
        └── Node VALARM ...

Lines are values and are replaced, never changed; nodes are changed in place. New lines take the line ends of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deadlines.errors import CodecError
from deadlines.ical import scan
from deadlines.ical.text import CRLF, content_line


class Line:
    """A content line. `raw` is what was received, folds and line end included; `value` is unfolded, not unescaped.

    A line that is no property (blank, or without a colon) has no name. Two lines are equal when their `raw` is.
    """

    __slots__ = ("_params", "name", "raw", "value")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.name, self._params, self.value = scan.split(scan.unfold(raw.removeprefix(scan.BOM)))

    @property
    def prop(self) -> scan.Prop:
        """The line as the fast reader sees it."""
        return self.name, self._params, self.value

    @property
    def params(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The parameters in their order, names in upper case, values without quotes."""
        return tuple(scan.parameters(self._params).items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"Line({self.raw!r})"


class Node:
    """A component. `begin` and `end` are its BEGIN and END lines as received; `items` may be changed at will."""

    __slots__ = ("begin", "end", "items", "name")

    def __init__(self, name: str, begin: str, end: str, items: Iterable[Line | Node] = ()) -> None:
        self.name = name
        self.begin = begin
        self.end = end
        self.items: list[Line | Node] = list(items)

    def render(self) -> str:
        """The text."""
        inside = (item.raw if isinstance(item, Line) else item.render() for item in self.items)
        return "".join([self.begin, *inside, self.end])

    __str__ = render

    @property
    def eol(self) -> str:
        """How its lines end."""
        return self.begin[len(self.begin.rstrip("\r\n")) :] or CRLF

    def lines(self, name: str = "") -> list[Line]:
        """The properties called `name`, or all lines."""
        return [item for item in self.items if isinstance(item, Line) and (not name or item.name == name)]

    def nodes(self, name: str = "") -> list[Node]:
        """The components called `name`, or all, directly inside."""
        return [item for item in self.items if isinstance(item, Node) and (not name or item.name == name)]

    def get(self, name: str) -> Line | None:
        """The first property called `name`."""
        return next(iter(self.lines(name)), None)

    def add(self, line: Line) -> None:
        """Put a property behind the last one of its name, else behind the last property, before the components inside."""
        places = [at for at, item in enumerate(self.items) if isinstance(item, Line) and item.name == line.name]
        places = places or [at for at, item in enumerate(self.items) if isinstance(item, Line) and item.name]
        self.items.insert(places[-1] + 1 if places else 0, line)

    def add_node(self, node: Node) -> None:
        """Put a component behind those inside; a VTIMEZONE before the first of them."""
        if node.name == "VTIMEZONE":
            first = next((at for at, item in enumerate(self.items) if isinstance(item, Node)), len(self.items))
            self.items.insert(first, node)
        else:
            self.items.append(node)

    def replace(self, old: Line | Node, new: Line | Node) -> None:
        """Put `new` where `old` (this very object) is."""
        self.items[self._place(old)] = new

    def remove(self, item: Line | Node) -> None:
        """Take out `item`, this very object."""
        del self.items[self._place(item)]

    def drop(self, name: str) -> None:
        """Take out every property called `name`."""
        self.items = [item for item in self.items if isinstance(item, Node) or item.name != name]

    def set(self, name: str, value: str, params: Mapping[str, Iterable[str]] | None = None) -> None:
        """Have one property `name` with the raw `value`, where the first of that name stood; its parameters are replaced."""
        line = new_line(name, value, params, eol=self.eol)
        old = self.lines(name)
        if old:
            self.replace(old[0], line)
            for other in old[1:]:
                self.remove(other)
        else:
            self.add(line)

    def _place(self, wanted: Line | Node) -> int:
        return next(at for at, item in enumerate(self.items) if item is wanted)


def new_line(name: str, value: str, params: Mapping[str, Iterable[str]] | None = None, *, eol: str = CRLF) -> Line:
    """A new line, folded at 75 octets. `value` is raw: escape a TEXT first. `CodecError` where it holds a control character."""
    return Line(content_line(name, value, params, eol=eol))


def parse(text: str) -> Node:
    """The tree of the VCALENDAR in `text`; `CodecError` exactly where `scan` has one."""
    scan.scan(text)
    return parse_component(text)


def parse_component(text: str) -> Node:
    """The tree of one component of any name, such as a VTIMEZONE by itself."""
    top = Node("", "", "")
    current, parents, before = top, list[Node](), ""
    for raw in scan.logical_lines(text):
        line = Line(raw)
        if line.name == "BEGIN":
            inside = Node(line.value.strip().upper(), before + raw, "")
            current.items.append(inside)
            parents.append(current)
            current, before = inside, ""
        elif line.name == "END":
            if not parents:
                raise CodecError(f"END:{scan.shown(line.value)} without its BEGIN")
            current.end = raw
            current = parents.pop()
        elif parents:
            current.items.append(line)
        elif top.items:  # blank lines around the calendar belong to its BEGIN and END
            top.nodes()[0].end += raw
        else:
            before += raw
    if parents or len(top.items) != 1:
        raise CodecError("not one component")
    return top.nodes()[0]
