"""What may be shown: foreign text made harmless for a terminal or a text digest, and how wide it is there.

Titles come from other people's calendars. A control character in one can move the cursor, set the clipboard (OSC 52),
hide a link (OSC 8) or reverse what is read (bidirectional controls, "Trojan Source"). None of them passes `clean`; each
leaves a visible mark, so that the text is seen to have been odd. JSON and the store keep the exact value.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The patterns are not compiled, for every command imports this, and most texts are printable ASCII.
_HARMFUL = (
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1 with NEL, CSI, OSC, DCS
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional controls, deprecated format characters
    "\u2028\u2029"  # line and paragraph separator
    "\ufff9-\ufffb"  # interlinear annotation
    "\ud800-\udfff"  # lone surrogates: bytes that were not UTF-8
    "]"
)
_CONTROL_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_SPACES = {"\t": " ", "\n": " ", "\r": " "}
_NOT_ONE_COLUMN = "[^\u0000-\u02ff\u0370-\u0482\u048a-\u0530\u2010-\u2027\u2190-\u21ff]"
"""Characters that may take no column or two: all but Latin, Greek, Cyrillic, dashes, quotation marks, ellipsis and arrows."""


def clean(text: str) -> str:
    """`text` on one line without anything that a terminal would obey."""
    return text if text.isprintable() else re.sub(_HARMFUL, _visible, text.replace("\r\n", "\n"))


def clean_lines(text: str) -> list[str]:
    """The lines of a longer text, such as a description, each clean."""
    return [clean(line) for line in text.replace("\r\n", "\n").split("\n")]


def width(text: str) -> int:
    """How many columns clean `text` takes (Unicode Standard Annex 11; combining marks take none)."""
    return len(text) if text.isascii() or not re.search(_NOT_ONE_COLUMN, text) else sum(map(_columns, text))


def cut(text: str, columns: int, ellipsis: str = "…") -> str:
    """Clean `text` shortened to at most `columns`, which must have room for `ellipsis`."""
    if width(text) <= columns:
        return text
    room = columns - len(ellipsis)
    if text.isascii() or not re.search(_NOT_ONE_COLUMN, text):
        return text[:room] + ellipsis
    for end, character in enumerate(text):
        room -= _columns(character)
        if room < 0:
            return text[:end] + ellipsis
    return text


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    return _SPACES.get(character) or _CONTROL_PICTURES.get(ord(character), "\ufffd")


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 # see above

    if not re.match(_NOT_ONE_COLUMN, character):
        return 1
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
