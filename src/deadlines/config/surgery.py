"""Changes to a TOML text at exactly the places they mean, by the outline of the text.

A *section* is a header with its entries and the lines that follow them directly: a commented-out key below the last entry belongs
to the section, a comment that stands directly above the next header belongs to that one.

Each step knows two things: what it does to the text, and what it means for the data. The caller compares both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deadlines.config.outline import Entry, Header, Outline, outline
from deadlines.config.problems import Path

Data = dict[str, Any]
"""What `tomllib` gives."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class EnsureTable:
    """The table is there, empty if need be."""

    table: Path


@dataclass(frozen=True, slots=True)
class SetKey:
    """The key of the table has this value."""

    table: Path
    key: str
    value: str | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """The key of the table is gone, and its line."""

    table: Path
    key: str


@dataclass(frozen=True, slots=True)
class RemoveTable:
    """The table is gone with all below it."""

    table: Path


Step = EnsureTable | SetKey | RemoveKey | RemoveTable


def apply(text: str, steps: Iterable[Step]) -> str:
    """The text after all steps."""
    for step in steps:
        now = outline(text)
        match step:
            case EnsureTable(table):
                text = text if _header(now, table) else _add_table(now, table, "")
            case SetKey(table, key, value):
                text = _set(now, table, key, _toml(value))
            case RemoveKey(table, key):
                lines = [_lines(now, item) for item in now.items if item.path == (*table, key)]
                text = _without(text, lines)
            case RemoveTable(table):
                text = _without(text, _parts_of(now, table))
    return text


def expected(data: Data, steps: Iterable[Step]) -> Data:
    """What the text should hold after all steps; changes `data`."""
    for step in steps:
        match step:
            case EnsureTable(table):
                _reach(data, table)
            case SetKey(table, key, value):
                _reach(data, table)[key] = value
            case RemoveKey(table, key):
                del _reach(data, table)[key]
            case RemoveTable(table):
                above = _reach(data, table[:-1])
                del above[table[-1]]
                if not above:  # [clients] is only there because of what is in it
                    del _reach(data, table[:-2])[table[-2]]
    return data


def holds(data: Data, path: Path) -> bool:
    """Whether there is something at `path`."""
    for name in path:
        if name not in data:
            return False
        data = data[name]
    return True


def _reach(data: Data, path: Path) -> Data:
    for name in path:
        data = data.setdefault(name, {})
    return data


def _set(now: Outline, table: Path, key: str, value: str) -> str:
    text = now.text
    for item in now.items:
        if isinstance(item, Entry) and item.path == (*table, key):
            return text[: item.value] + value + text[item.end :]
    line = f"{_name(key)} = {value}"
    header = _header(now, table)
    if header is None:
        return _add_table(now, table, line)
    return _insert(text, _end_of_line(text, _last(now, header)), line + _newline(text))


def _add_table(now: Outline, table: Path, line: str) -> str:
    """A new table: below the last of its kind, `[me]` above all others, anything else at the end."""
    text, end = now.text, _newline(now.text)
    block = f"[{'.'.join(map(_name, table))}]{end}" + (line + end if line else "")
    siblings = _kin(now, table)
    if siblings:
        return _insert(text, _section_end(now, siblings[-1]), end + block)
    headers = [item for item in now.items if isinstance(item, Header)]
    if table == ("me",) and headers:
        return _insert(text, _comment_start(text, headers[0]), block + end)
    return _insert(text, len(text), (end if text.strip() else "") + block)


def _kin(now: Outline, table: Path) -> list[Header]:
    """The headers after which `table` goes: those of the table above it and below that, else of its section."""
    headers = [item for item in now.items if isinstance(item, Header)]
    for depth in range(len(table) - 1, 0, -1):
        if kin := [header for header in headers if header.path[:depth] == table[:depth]]:
            return kin
    return []


def _header(now: Outline, table: Path) -> Header | None:
    return next((item for item in now.items if isinstance(item, Header) and item.path == table), None)


def _last(now: Outline, header: Header) -> Header | Entry:
    """The last statement below a header and above the next one, or the header."""
    last: Header | Entry = header
    for item in now.items[now.items.index(header) + 1 :]:
        if isinstance(item, Header):
            break
        if item.statement:
            last = item
    return last


def _parts_of(now: Outline, table: Path) -> list[tuple[int, int]]:
    """Where the sections and dotted keys of a table are."""
    inside = [item for item in now.items if item.path[: len(table)] == table]
    sections = [(_line_start(now.text, item), _section_end(now, item)) for item in inside if isinstance(item, Header)]
    entries = [_lines(now, item) for item in inside if isinstance(item, Entry) and item.statement]
    return sections + [(a, b) for a, b in entries if not any(start <= a < end for start, end in sections)]


def _section_end(now: Outline, header: Header) -> int:
    """Behind the last line that belongs to a header."""
    text = now.text
    end = own = _end_of_line(text, _last(now, header))
    while end < len(text):
        line = text[end : _newline_at(text, end)]
        if line.lstrip().startswith("["):
            return own  # the comment lines in between stand directly above the next header
        if not line.strip():
            return end
        end += len(line)
    return end


def _comment_start(text: str, header: Header) -> int:
    """Where the comment lines directly above a header begin, but not the first ones of the file."""
    start = _line_start(text, header)
    above = start
    while above > 0:
        before = text.rfind("\n", 0, above - 1) + 1
        if not text[before:above].lstrip().startswith("#"):
            return above
        above = before
    return start


def _lines(now: Outline, item: Header | Entry) -> tuple[int, int]:
    return _line_start(now.text, item), _end_of_line(now.text, item)


def _line_start(text: str, item: Header | Entry) -> int:
    return text.rfind("\n", 0, item.start) + 1


def _end_of_line(text: str, item: Header | Entry) -> int:
    return _newline_at(text, item.end if isinstance(item, Entry) else item.start)


def _newline_at(text: str, position: int) -> int:
    """Behind the line of a position."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def _insert(text: str, at: int, new: str) -> str:
    ending = _newline(text) if at and text[at - 1] != "\n" else ""  # a last line without its end
    return text[:at] + ending + new + text[at:]


def _without(text: str, pieces: list[tuple[int, int]]) -> str:
    """The text without some whole lines; where an empty line stood on both sides of a piece, one is left."""
    for start, end in sorted(pieces, reverse=True):
        before, after = text[:start], text[end:]
        blank_before = not before or before.endswith(("\n\n", "\n\r\n"))
        gap = re.match(r"(?:[ \t]*\r?\n)*", after)
        rest = after[gap.end() :] if gap and blank_before else after
        text = before + rest if rest or not blank_before else re.sub(r"\r?\n\Z", "", before)
    return text


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else _toml(key)


def _toml(value: object) -> str:
    """A value as TOML; its basic strings are those of JSON, but for DEL."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
