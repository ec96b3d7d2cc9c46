"""Tables of text, column by column, because whole columns are cheap: 10,000 rows in a few hundredths of a second.

On a terminal, columns marked `flexible` are cut to make a line fit, and where that is not enough, those that can be `spared` are
left out. In a pipe every value is whole. In both, columns are
separated by two spaces or more, no cell contains two spaces in a row, and an empty cell is `-`: `awk -F '  +'` takes a
line apart, and the number of columns never changes. What must be exact is for `--json`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple, Self

from deadlines.core.display import clean, cut, width

GAP = "  "
EMPTY = "-"
_LEAST = 8
"""A flexible column is not cut below this."""
_SEVERAL_SPACES = re.compile(" {2,}")


class Role(enum.Enum):
    """Why a text stands out; the value is its SGR code (ECMA-48 §8.3.117)."""

    OVERDUE = "31"
    SOON = "33"
    GOOD = "32"
    DIM = "2"
    HEADING = "1"


class Painted(str):
    """A cell with a role."""

    __slots__ = ("role",)

    role: Role

    def __new__(cls, text: str, role: Role) -> Self:
        """Give `text` its role."""
        cell = super().__new__(cls, text)
        cell.role = role
        return cell


class Screen(NamedTuple):
    """What the reader of the output can see. `columns` is None where there is no terminal: nothing is cut."""

    columns: int | None = None
    colored: bool = False
    headings: bool = True
    ellipsis: str = "…"

    def paint(self, text: str, role: Role) -> str:
        """`text`, which must be clean, in the colour of `role`."""
        return f"\x1b[{role.value}m{text}\x1b[0m" if self.colored else text

    def wrapped(self, text: str, first: str = "", rest: str = "") -> Sequence[str]:
        """Clean `text` in lines that fit, the first after `first`, the others after `rest`; one line in a pipe."""
        if self.columns is None:
            return [first + text]
        from deadlines.core.paragraph import wrapped  # noqa: PLC0415 # a pipe is spared it

        return list(wrapped(text, self.columns, first, rest))


PLAIN = Screen()


class Column(NamedTuple):
    """One column: its heading and how it behaves. On a narrow terminal those with the highest `spared` go first, 0 never."""

    heading: str
    right: bool = False
    flexible: bool = False
    spared: int = 0


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], screen: Screen = PLAIN) -> str:
    """Lines that end in a newline; empty without rows. Cells may be foreign text.

    The first column should be left-aligned: lines that begin with blanks have no stable fields.
    """
    originals = list(zip(*rows, strict=True))
    if not originals:
        return ""
    tidied = [_tidied(cells) for cells in originals]
    measured = [_widths(cells) for cells in tidied]
    kept = _kept(columns, [max(widths) for widths in measured], screen)
    if len(kept) < len(columns):
        columns, originals = [columns[at] for at in kept], [originals[at] for at in kept]
        tidied, measured = [tidied[at] for at in kept], [measured[at] for at in kept]
    sizes = _fitted(columns, [max(widths) for widths in measured], screen)
    printed = [
        _painted(_padded(column, cells, widths, size, screen), original, screen)
        for column, cells, widths, size, original in zip(columns, tidied, measured, sizes, originals, strict=True)
    ]
    lines = [_heading(columns, sizes, screen)] if screen.headings else []
    lines.extend(map(GAP.join, zip(*printed, strict=True)))
    return "\n".join(map(str.rstrip, lines)) + "\n"


def _tidied(cells: Sequence[str]) -> Sequence[str]:
    """The cells made harmless and separable. One look at the whole column tells whether there is anything to do."""
    joined = "|".join(("", *cells, ""))
    if joined.isprintable() and not any(odd in joined for odd in (GAP, "| ", " |")):
        return [cell or EMPTY for cell in cells]
    return [_SEVERAL_SPACES.sub(" ", clean(cell)).strip() or EMPTY for cell in cells]


def _widths(cells: Sequence[str]) -> Sequence[int]:
    return list(map(len if "".join(cells).isascii() else width, cells))


def _kept(columns: Sequence[Column], natural: Sequence[int], screen: Screen) -> Sequence[int]:
    """Which columns are shown: on a terminal as many as fit."""
    kept = list(range(len(columns)))
    if screen.columns is None:
        return kept
    least = [
        max(min(size, _LEAST) if column.flexible else size, width(column.heading) if screen.headings else 0)
        for column, size in zip(columns, natural, strict=True)
    ]
    for at in sorted((at for at in kept if columns[at].spared), key=lambda at: -columns[at].spared):
        if sum(least[one] for one in kept) + len(GAP) * (len(kept) - 1) <= screen.columns:
            break
        kept.remove(at)
    return kept


def _fitted(columns: Sequence[Column], natural: Sequence[int], screen: Screen) -> Sequence[int]:
    """The widths to print: flexible columns share what the others leave, the narrow ones first."""
    sizes = [max(size, width(column.heading)) if screen.headings else size for column, size in zip(columns, natural, strict=True)]
    if screen.columns is None:
        return sizes
    flexible = sorted((size, index) for index, size in enumerate(sizes) if columns[index].flexible)
    room = screen.columns - len(GAP) * (len(sizes) - 1) - sum(sizes) + sum(size for size, _ in flexible)
    for taken, (size, index) in enumerate(flexible):
        share = max(room // (len(flexible) - taken), _LEAST)
        sizes[index] = min(size, share)
        room -= sizes[index]
    return sizes


def _padded(column: Column, cells: Sequence[str], widths: Sequence[int], size: int, screen: Screen) -> Sequence[str]:
    if max(widths) > size:
        cells = [cut(cell, size, screen.ellipsis) if taken > size else cell for cell, taken in zip(cells, widths, strict=True)]
        widths = _widths(cells)
    if "".join(cells).isascii():
        return list(map(str.rjust if column.right else str.ljust, cells, repeat(size)))
    blanks = [" " * (size - taken) for taken in widths]
    pairs = zip(blanks, cells, strict=True) if column.right else zip(cells, blanks, strict=True)
    return list(map("".join, pairs))


def _painted(texts: Sequence[str], cells: Sequence[str], screen: Screen) -> Sequence[str]:
    if not screen.colored:
        return texts
    return [screen.paint(text, cell.role) if isinstance(cell, Painted) else text for text, cell in zip(texts, cells, strict=True)]


def _heading(columns: Sequence[Column], sizes: Sequence[int], screen: Screen) -> str:
    texts = [
        " " * (size - width(column.heading)) + column.heading
        if column.right
        else column.heading + " " * (size - width(column.heading))
        for column, size in zip(columns, sizes, strict=True)
    ]
    return screen.paint(GAP.join(texts).rstrip(), Role.HEADING)
