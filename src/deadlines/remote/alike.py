"""Rows of a multistatus that look like the one before, read without expat.

A server that is asked for all data answers with thousands of rows which differ in href, ETag and data alone: their tags are the
same, byte for byte. Expat calls back twice for each element of each of them, which takes more than half of what reading a row
costs. So one row is read by expat, and those that follow it are compared with it: where the tags are the very bytes that they
were in it, what stands between them is its three texts. They mean what they meant there, because rows are siblings: the same
namespaces hold for them. Whatever differs, a reference to something else than a character, `]]>`, a missing property or another
status, is left to expat.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG: Final = re.compile(rb"(<[^<>]*>)")
_REFERENCE: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NOT_MARKUP_ALONE: Final = re.compile(rb"<[!?]")

Texts = tuple[str, ...]


class _Otherwise(Exception):
    """Expat must look."""


class Alike:
    """Finds rows like `raw`, of which expat said that it has `texts`."""

    def __init__(self, match: Callable[[bytes, int], re.Match[bytes] | None], order: tuple[int, ...]) -> None:
        self._match = match
        self._order = order

    @classmethod
    def of(cls, raw: bytes, texts: Texts) -> Alike | None:
        """None where it cannot be told which text is which."""
        if _NOT_MARKUP_ALONE.search(raw) or len(set(texts)) < len(texts) or not all(texts):
            return None
        pattern, found = [rb"\s*"], list[int]()
        try:
            for piece in _TAG.split(raw):
                text = "" if piece.startswith(b"<") else _text(piece).strip()
                if text in texts:
                    found.append(texts.index(text))
                    pattern.append(rb"([^<]*)")
                else:
                    pattern.append(re.escape(piece))
        except _Otherwise:
            return None
        if sorted(found) != list(range(len(texts))):
            return None
        return cls(re.compile(b"".join(pattern)).match, tuple(found.index(number) for number in range(len(texts))))

    def next(self, data: bytes, at: int) -> tuple[Texts, int] | None:
        """The texts of the row that begins at `at`, and where it ends; None where it is another, or not complete."""
        match = self._match(data, at)
        if match is None:
            return None
        groups = match.groups()
        try:
            return tuple([_text(groups[number]) for number in self._order]), match.end()
        except _Otherwise:
            return None


def _text(raw: bytes) -> str:
    """What character data says (XML 1.0 §2.4, §2.11, §4.1)."""
    if b"]]>" in raw:
        raise _Otherwise
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = text.replace("&#13;", "\r")
        if "&" in text:
            text = _REFERENCE.sub(_meant, text)
    return text


def _meant(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal or "0", 16)
    if number in {0x9, 0xA, 0xD} or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000:  # noqa: PLR2004 # XML 1.0 §2.2
        return chr(number)
    raise _Otherwise
