"""Where in a TOML text each table and each key stands.

`tomllib` gives values without positions. This reader gives positions without values, for a text that `tomllib` has accepted:
problems are told with their line, and an edit replaces exactly the characters it means. Only failures and edits pay for it.

A *header* is a `[table]` line; it owns the entries up to the next header. An *entry* is one `key = value`, also within an inline
table (then it is not a statement of its own). Offsets count characters of the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from deadlines.config.problems import Path

_DEEPEST = 8  # the schema is less deep; a path of thousands of names is not worth following

_TOKEN = re.compile(
    r"""
      (?P<skip>    [ \t]+ | \#[^\n]* )
    | (?P<newline> \r?\n )
    | (?P<text>    \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<mark>    [][{}=,.] )
    | (?P<bare>    [^][{}=,.\s\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Header:
    """`[a.b]` or `[[a.b]]`, from `start` to the end of its line."""

    path: Path
    start: int


@dataclass(frozen=True, slots=True)
class Entry:
    """`key = value`: the key begins at `start`, the value is `text[value:end]`. `statement` is False in an inline table."""

    path: Path
    start: int
    value: int
    end: int
    statement: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """Every header and entry, in the order of the text."""

    text: str
    items: tuple[Header | Entry, ...]

    def lines(self) -> Callable[[Path], int]:
        """A function from a path to its line, from 1, or that of the nearest thing around it; 0 when nothing of it is there."""
        starts: dict[Path, int] = {}
        for item in self.items:
            starts.setdefault(item.path, item.start)
        for item in self.items:  # [a.b] says where `a` is only when nothing else does
            for length in range(1, min(len(item.path), _DEEPEST)):
                starts.setdefault(item.path[:length], item.start)

        def line(path: Path) -> int:
            around = (path[:length] for length in range(min(len(path), _DEEPEST), 0, -1))
            start = next((starts[prefix] for prefix in around if prefix in starts), -1)
            return 1 + self.text.count("\n", 0, start) if start >= 0 else 0

        return line


def outline(text: str) -> Outline:
    """Read the positions of a text that `tomllib` accepts."""
    return Outline(text, tuple(sorted(_Reader(text).read(), key=lambda item: item.start)))


class _Reader:
    """Recursive descent over the tokens; nesting is bounded by that of `tomllib`, which came first."""

    def __init__(self, text: str) -> None:
        self._tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "skip"]
        self._next = 0
        self._items: list[Header | Entry] = []

    def read(self) -> list[Header | Entry]:
        table: Path = ()
        while self._skip_newlines():
            if self._mark() == "[":
                table = self._header()
            else:
                self._entry(table, statement=True)
        return self._items

    def _header(self) -> Path:
        start = self._take().start()
        if self._mark() == "[":
            self._take()
        path = self._key()
        while self._mark() == "]":
            self._take()
        self._items.append(Header(path, start))
        return path

    def _entry(self, table: Path, *, statement: bool) -> None:
        start = self._tokens[self._next].start()
        path = table + self._key()
        self._take()  # the equals sign
        value = self._tokens[self._next].start()
        end = self._value(path)
        self._items.append(Entry(path, start, value, end, statement))

    def _key(self) -> Path:
        parts = [_name(self._take())]
        while self._mark() == ".":
            self._take()
            parts.append(_name(self._take()))
        return tuple(parts)

    def _value(self, path: Path) -> int:
        """Pass over a value; where it ends."""
        opening = self._take()
        match opening.group():
            case "[":
                return self._until("]", lambda: self._value(path))
            case "{":
                return self._until("}", lambda: self._entry(path, statement=False))
        end = opening.end()
        while self._kind() == "bare" or self._mark() == ".":  # 3.14, and a date and a time with a space between
            end = self._take().end()
        return end

    def _until(self, closing: str, read: Callable[[], object]) -> int:
        while self._skip_newlines() and self._mark() != closing:
            if self._mark() == ",":
                self._take()
            else:
                read()
        return self._take().end()

    def _take(self) -> re.Match[str]:
        self._next += 1
        return self._tokens[self._next - 1]

    def _kind(self) -> str | None:
        return self._tokens[self._next].lastgroup if self._next < len(self._tokens) else None

    def _mark(self) -> str:
        return self._tokens[self._next].group() if self._kind() == "mark" else ""

    def _skip_newlines(self) -> bool:
        """Go to the next token that is not a newline; False at the end of the text."""
        while self._kind() == "newline":
            self._next += 1
        return self._next < len(self._tokens)


def _name(token: re.Match[str]) -> str:
    if token.lastgroup == "text":
        name: str = tomllib.loads(f"name = {token.group()}")["name"]
        return name
    return token.group()
