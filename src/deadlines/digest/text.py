"""A digest as text, at most 80 columns wide, for a terminal or the text part of a mail. Foreign text is made harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deadlines.core.display import clean, cut, width
from deadlines.digest.page import Block, Item, Page, Part

COLUMNS = 80
_SPACE = re.compile(r"(?<!\d) ")


def text(page: Page) -> str:
    """The page as lines that end in a newline."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield from _wrapped(page.title)
    yield from _wrapped(_sentence(page.lead))
    for notice in page.notices:
        yield ""
        yield from _wrapped(notice)
    for block in page.blocks:
        yield ""
        yield from _block(block)
    if page.footer:
        yield ""
    for line in page.footer:
        yield from _wrapped(line)


def _block(block: Block) -> Iterator[str]:
    aside = f" ({block.aside})" if block.aside else ""
    title = cut(clean(block.title + aside), COLUMNS)
    yield title
    yield "-" * width(title)
    for part in block.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    indent = ""
    if part.title:
        yield from _wrapped(part.title)
        indent = "  "
    for item in part.items:
        yield from _item(item, indent)


def _item(item: Item, indent: str) -> Iterator[str]:
    badge = f" ({item.badge})" if item.badge else ""
    yield from _wrapped(f"{item.subject}{badge}", f"{indent}* ", f"{indent}  ")
    for detail in item.details:
        yield from _wrapped(detail, f"{indent}  ", f"{indent}    ")
    if item.remedy:
        yield from _wrapped(f"-> {item.remedy}", f"{indent}  ", f"{indent}     ")
    if item.mark:
        yield from _wrapped(f"[{item.mark}]", f"{indent}  ")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _wrapped(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    """The text in lines of at most 80 columns; a word that is longer than a line is broken, a number stays with what follows."""
    text = clean(text)
    if width(first) + width(text) <= COLUMNS:
        yield (first + text).rstrip()
        return
    line, empty = first, True
    for word in _SPACE.split(text):
        if not empty and width(line) + 1 + width(word) > COLUMNS:
            yield line.rstrip()
            line, empty = rest, True
        piece = line + word if empty else f"{line} {word}"
        while width(piece) > COLUMNS:
            head = cut(piece, COLUMNS, "")
            yield head
            piece = rest + piece[len(head) :]
        line, empty = piece, False
    yield line.rstrip()
