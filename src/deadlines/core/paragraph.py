"""A paragraph in lines that are no wider than a terminal, or a mail, wants them.

Lines break at spaces, but a number stays with what follows it (`3 Dec`, `34 h`) while there is room for both. A word that is
wider than a line is broken anywhere. Colours (`cli.table.Screen.paint`) take no room and stay around their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deadlines.core.display import cut, width

_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_BREAK = re.compile(r"(?<=[^\d ]) +")
_LEAST = 12
"""An indentation that leaves less room than this is left out."""


def wrapped(text: str, columns: int, first: str = "", rest: str = "") -> Iterator[str]:
    """The lines of clean `text`, at most `columns` wide, at least 12; the first begins with `first`, the others with `rest`."""
    colours = [(match.start(), match[0]) for match in _COLOUR.finditer(text)]
    plain = _COLOUR.sub("", text) if colours else text
    columns = max(columns, _LEAST)
    if width(first) + width(plain) <= columns:
        yield (first + text).rstrip()
        return
    first, rest = (indent if columns - width(indent) >= _LEAST else "" for indent in (first, rest))
    marks = _moved_to_plain(colours)
    indent = first
    for start, end in _slices(plain, columns - width(first), columns - width(rest)):
        line, at = indent, start
        while marks and (marks[0][0] <= end or end == len(plain)):
            place, colour = marks.pop(0)
            line, at = line + plain[at:place] + colour, max(at, place)
        yield (line + plain[at:end]).rstrip()
        indent = rest


def _moved_to_plain(colours: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The places of the colours in the text without them."""
    marks, gone = list[tuple[int, str]](), 0
    for place, colour in colours:
        marks.append((place - gone, colour))
        gone += len(colour)
    return marks


def _slices(text: str, first: int, rest: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends, without the spaces that it is broken at."""
    room, begin, fits, following = first, 0, 0, 0
    for place, after in (*(match.span() for match in _BREAK.finditer(text)), (len(text), len(text))):
        if fits and width(text[begin:place]) > room:
            yield begin, fits
            room, begin, fits = rest, following, 0
        while width(text[begin:place]) > room:
            head = cut(text[begin:place], room, "")
            space = head.rfind(" ")
            end = begin + (space if space > 0 and head[:space].strip() else len(head))
            yield begin, end
            room, begin = rest, end + (text[end] == " ")
        fits, following = place, after
    yield begin, len(text)
