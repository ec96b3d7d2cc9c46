"""A digest as one HTML page, for mail programs, phones and browsers.

Everything is made by `_tag`, which escapes every text that it is given and takes markup only from itself: nothing foreign can
become markup, whatever it holds, and no template has to remember to escape. (Jinja2 would do as much with autoescape, at 40 ms of
import and a second language, for a dozen elements.)

Mail programs drop what they do not know: many of them every style element, most of them scripts and pictures from elsewhere.
So the light colours stand in `style` attributes, which all of them show; the style element turns them dark where it is kept and
the reader prefers that; no script, no link, no picture is used. Layout is one column of blocks that a narrow screen wraps.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

from deadlines.core.display import clean
from deadlines.digest.page import Block, Item, Page, Part, Tone

_NUMBER: Final = re.compile(r"(?<=\d) ")
"""A number stays with what follows: `14 h`. Not in what is typed, which is copied from here."""
_FONT: Final = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_STYLES: Final = {
    "page": f"margin:0;padding:16px 8px;background:#f3f4f6;color:#1c2430;{_FONT};font-size:16px;line-height:1.45",
    "sheet": "max-width:640px;margin:0 auto;padding:8px 20px 20px;background:#ffffff;border-radius:10px",
    "title": "margin:12px 0 0;font-size:22px;line-height:1.25",
    "lead": "margin:4px 0 12px;font-size:16px;color:#566072",
    "notice": "margin:8px 0;padding:10px 12px;background:#fff4d6;border-left:4px solid #b26a00;border-radius:4px",
    "block": "margin:26px 0 0;padding:0 0 4px;border-bottom:1px solid #d8dde5;font-size:18px;line-height:1.3",
    "aside": "font-size:14px;font-weight:normal;color:#566072",
    "plain": "margin:14px 0 0;font-size:15px;font-weight:600;color:#384252",
    "bad": "margin:14px 0 0;font-size:15px;font-weight:600;color:#b3261e",
    "warn": "margin:14px 0 0;font-size:15px;font-weight:600;color:#8a5200",
    "good": "margin:14px 0 0;font-size:15px;font-weight:600;color:#1b6e3a",
    "item": "margin:10px 0 0;padding:0 0 0 12px;border-left:3px solid #c3cad5;overflow-wrap:anywhere",
    "item-bad": "margin:10px 0 0;padding:0 0 0 12px;border-left:3px solid #b3261e;overflow-wrap:anywhere",
    "item-warn": "margin:10px 0 0;padding:0 0 0 12px;border-left:3px solid #c77700;overflow-wrap:anywhere",
    "item-good": "margin:10px 0 0;padding:0 0 0 12px;border-left:3px solid #1b6e3a;overflow-wrap:anywhere",
    "subject": "font-weight:600",
    "badge": "margin-left:6px;padding:1px 7px;background:#dfe9ff;color:#1d3f8f;border-radius:9px;font-size:12px;font-weight:600",
    "detail": "display:block",
    "remedy": "display:block;font-size:14px;color:#566072",
    "mark": "display:block;font-size:12px;color:#7a8496",
    "footers": "margin:28px 0 0;padding:4px 0 0;border-top:1px solid #d8dde5",
    "footer": "margin:6px 0 0;font-size:13px;color:#566072",
}
_DARK: Final = {
    "page": "background:#12151a;color:#e6e9ee",
    "sheet": "background:#1b2027",
    "lead,aside,remedy,footer": "color:#aab3c0",
    "mark": "color:#8d97a6",
    "notice": "background:#3a2f12;border-left-color:#e0a030",
    "block": "border-bottom-color:#343c48",
    "footers": "border-top-color:#343c48",
    "plain": "color:#c9d0da",
    "bad": "color:#ff8a80",
    "warn": "color:#ffb95c",
    "good": "color:#7fd69b",
    "item": "border-left-color:#4a5463",
    "item-bad": "border-left-color:#ff8a80",
    "item-warn": "border-left-color:#ffb95c",
    "item-good": "border-left-color:#7fd69b",
    "badge": "background:#24386b;color:#cfdcff",
}


class _Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(page: Page) -> str:
    """The page as a whole document, in ASCII, so that it arrives in every encoding."""
    head = _tag(
        "head",
        _void("meta", charset="utf-8"),
        _void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _void("meta", name="color-scheme", content="light dark"),
        _void("meta", name="supported-color-schemes", content="light dark"),
        _tag("title", page.subject),
        _tag("style", _dark()),
    )
    sheet = _styled(
        "div",
        "sheet",
        _styled("h1", "title", page.title),
        _styled("p", "lead", page.lead[:1].upper() + page.lead[1:]),
        *(_styled("p", "notice", notice) for notice in page.notices),
        *(_block(block) for block in page.blocks),
        *((_styled("div", "footers", *(_styled("p", "footer", line) for line in page.footer)),) if page.footer else ()),
    )
    body = _styled("body", "page", sheet)
    language = page.language.replace("_", "-")
    document = "<!DOCTYPE html>\n" + _tag("html", head, "\n", body, lang=language) + "\n"
    return document.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _block(block: Block) -> _Markup:
    aside = (" ", _styled("span", "aside", block.aside)) if block.aside else ()
    return _tag("div", _styled("h2", "block", block.title, *aside), *map(_part, block.parts), "\n")


def _part(part: Part) -> _Markup:
    title = (_styled("h3", part.tone.value, part.title),) if part.title else ()
    return _tag("div", *title, *(_item(item, part.tone) for item in part.items))


def _item(item: Item, tone: Tone) -> _Markup:
    badge = (" ", _styled("span", "badge", item.badge)) if item.badge else ()
    remedy = (_styled("span", "remedy", "→ " + item.remedy),) if item.remedy else ()
    mark = (_styled("span", "mark", item.mark),) if item.mark else ()
    return _styled(
        "div",
        "item" if tone is Tone.PLAIN else f"item-{tone.value}",
        _styled("span", "subject", item.subject),
        *badge,
        *(_styled("span", "detail", _NUMBER.sub("\N{NO-BREAK SPACE}", detail)) for detail in item.details),
        *remedy,
        *mark,
        "\n",
    )


def _styled(element: str, kind: str, *children: str) -> _Markup:
    return _tag(element, *children, **{"class": kind, "style": _STYLES[kind]})


def _tag(element: str, /, *children: str, **attributes: str) -> _Markup:
    """An element. Children that are not markup are text: harmless characters, escaped."""
    inside = "".join(child if isinstance(child, _Markup) else _text(child) for child in children)
    return _Markup(f"<{element}{_attributes(attributes)}>{inside}</{element}>")


def _void(element: str, /, **attributes: str) -> _Markup:
    return _Markup(f"<{element}{_attributes(attributes)}>")


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(clean(value))}"' for name, value in attributes.items())


def _text(text: str) -> str:
    return text if text == "\n" else escape(clean(text), quote=False)


def _dark() -> _Markup:
    """What is otherwise in the dark: it has to beat the attributes."""
    rules = "".join(
        ",".join(f".{name}" for name in names.split(","))
        + "{"
        + ";".join(f"{rule} !important" for rule in style.split(";"))
        + "}"
        for names, style in _DARK.items()
    )
    return _Markup(f"@media (prefers-color-scheme:dark){{{rules}}}")
