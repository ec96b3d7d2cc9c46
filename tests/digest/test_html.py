from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.digest.findings import HOSTILE, example, hostile

from deadlines.core.display import clean
from deadlines.digest.html import html
from deadlines.digest.page import Block, Item, Page, Part
from deadlines.digest.write import write
from deadlines.language.language import English

ELEMENTS = {"html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "p", "span"}
VOID = {"meta"}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "style"}


class Reader(HTMLParser):
    """Reads a page as a browser would, and complains about what is not balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.styles += [value or "" for name, value in attrs if name == "style"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(written: str) -> Reader:
    reader = Reader()
    reader.feed(written)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_ascii_and_nothing_in_it_is_fetched_or_run() -> None:
    written = html(write(example(), English()))
    page = read(written)

    assert written.isascii()
    assert page.elements == ELEMENTS
    assert page.attributes == ATTRIBUTES
    assert not re.search(r"url\(|@import|javascript:|src=|href=|\son\w+=", written)
    assert "https://meet.example/x" in "".join(page.texts)


@pytest.mark.parametrize("evil", HOSTILE)
def test_foreign_text_stays_text(evil: str) -> None:
    page = read(html(write(hostile(example(), evil), English())))

    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert clean(evil).strip() in "".join(page.texts)


@given(st.text(max_size=100), st.text(max_size=20))
def test_every_text_is_escaped_wherever_it_stands(text: str, code: str) -> None:
    item = Item(text, (text,), text, text, text)
    page = read(html(Page(code, text, text, text, (text,), (Block(text, (Part(text, (item,)),), text),), (text,))))

    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES


def test_the_dark_colours_beat_the_light_ones_and_name_what_there_is() -> None:
    written = html(write(example(), English()))
    style = written.partition("<style>")[2].partition("</style>")[0]
    dark = set(re.findall(r"\.([a-z-]+)", style))
    classes = set(re.findall(r'class="([a-z-]+)"', written))

    assert style.startswith("@media (prefers-color-scheme:dark){")
    assert all(rule.endswith(" !important") for rule in re.findall(r"[a-z-]+:#?[^;{}]+", style.partition("{")[2]))
    assert classes - dark <= {"title", "subject", "detail", "item-good"}
    assert 'name="viewport"' in written
