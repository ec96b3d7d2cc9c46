"""A digest as text, at most 80 columns wide, for a terminal or the text part of a mail. Foreign text is made harmless."""

from __future__ import annotations

from collections.abc import Iterator

from deadlines.core.display import clean, cut, width
from deadlines.core.paragraph import wrapped
from deadlines.digest.page import Block, Item, Page, Part

COLUMNS = 80


def text(page: Page, columns: int = COLUMNS) -> str:
    """The page as lines that end in a newline."""
    return "\n".join(_Lines(columns).page(page)) + "\n"


class _Lines:
    """The lines of each part of a page, for one width."""

    def __init__(self, columns: int) -> None:
        self._columns = columns

    def page(self, page: Page) -> Iterator[str]:
        yield from self._wrapped(page.title)
        yield from self._wrapped(_sentence(page.lead))
        for notice in page.notices:
            yield ""
            yield from self._wrapped(notice)
        for block in page.blocks:
            yield ""
            yield from self._block(block)
        if page.footer:
            yield ""
        for line in page.footer:
            yield from self._wrapped(line)

    def _block(self, block: Block) -> Iterator[str]:
        aside = f" ({block.aside})" if block.aside else ""
        title = cut(clean(block.title + aside), self._columns)
        yield title
        yield "-" * width(title)
        for part in block.parts:
            yield from self._part(part)

    def _part(self, part: Part) -> Iterator[str]:
        indent = ""
        if part.title:
            yield from self._wrapped(part.title)
            indent = "  "
        for item in part.items:
            yield from self._item(item, indent)

    def _item(self, item: Item, indent: str) -> Iterator[str]:
        badge = f" ({item.badge})" if item.badge else ""
        yield from self._wrapped(f"{item.subject}{badge}", f"{indent}* ", f"{indent}  ")
        for detail in item.details:
            yield from self._wrapped(detail, f"{indent}  ", f"{indent}    ")
        if item.remedy:
            yield from self._wrapped(f"-> {item.remedy}", f"{indent}  ", f"{indent}     ")
        if item.mark:
            yield from self._wrapped(f"[{item.mark}]", f"{indent}  ")

    def _wrapped(self, text: str, first: str = "", rest: str = "") -> Iterator[str]:
        return wrapped(clean(text), self._columns, first, rest)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
