"""Multistatus answers (RFC 4918 §13), row by row as the bytes come in.

Expat is fed row by row (but for rows that look like the one before, see `alike`), so that memory grows with a row and not with
the collection. DTDs are refused, and with them every
entity; nothing is ever fetched. A property is either text (`getetag`) or nested elements (`resourcetype`); the latter are kept as
the list of the names below it, with what `href` and `name` say.

Servers hand out what they once accepted, so calendar-data may hold bytes that XML forbids: invalid UTF-8 and control characters.
One such item must not hide the others, hence every forbidden byte is moved into a private use area (U+10FE00 + byte) before expat
sees it and back when the text of an element is complete. Text thus arrives as everywhere here: UTF-8 with surrogateescape. A text
that had such private characters of its own *and* shares an answer with a forbidden byte would be changed; nobody uses them.

XML turns CRLF into LF unless the server escapes the CR: calendar-data gets its CRLF back (RFC 5545 §3.1).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from xml.parsers import expat

from deadlines.errors import NotCalDAV
from deadlines.remote.alike import Alike

DAV: Final = "DAV: "
CALDAV: Final = "urn:ietf:params:xml:ns:caldav "
CALENDARSERVER: Final = "http://calendarserver.org/ns/ "
CALENDAR_DATA: Final = CALDAV + "calendar-data"
_ETAG: Final = DAV + "getetag"
_DATA: Final = (_ETAG, CALENDAR_DATA)

_ROOT, _ROW, _PART, _PROP, _PROPERTY = 1, 2, 3, 4, 5
_DEEPEST: Final = 50
_BASE: Final = 0x10FE00
_CONTROLS: Final = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_FORBIDDEN: Final = {char: _BASE + (char & 0xFF) for char in (*_CONTROLS, *range(0xDC80, 0xDD00))}
_RESTORED: Final = {moved: char for char, moved in _FORBIDDEN.items()}
_TOLD: Final = DAV + "responsedescription"
"""Words for people, which Xandikos puts where conditions are."""
_END_OF_ROW: Final = re.compile(rb"</(?:[^\s<>/:]+:)?response\s*>")
_LONGEST_ROW: Final = 1 << 20
"""Bytes of a row for whose end is waited."""
_PATIENCE: Final = 50
"""Rows that may be unlike those before them, beyond those that are alike, until it does not pay to compare."""
_STATUS: Final = re.compile(r"\s*HTTP/\d(?:\.\d)?\s+(\d{3})")
_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")


_NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})
_NOTHING_NESTED: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


@dataclass(slots=True)
class Row:
    """One response element. `status` is its own (0: none); `props` and `nested` come from propstats that succeeded.

    `ok` is True when some propstat succeeded; `failed` is the status of the last one that did not. `error` names the children of
    an error element.
    """

    href: str = ""
    status: int = 0
    ok: bool = False
    failed: int = 0
    props: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)
    nested: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NOTHING_NESTED)
    error: tuple[str, ...] = ()


class Multistatus:
    """Iterate once for the rows; `sync_token` (RFC 6578 §6.2) is certain at the end. `NotCalDAV` where it is none, or cut."""

    def __init__(self, url: str, chunks: Iterable[bytes]) -> None:
        self._url = url
        self._chunks = chunks
        self._reader = _Reader("multistatus")

    @property
    def sync_token(self) -> str:
        """The token after this answer; empty where the server sent none."""
        return self._reader.sync_token

    def __iter__(self) -> Iterator[Row]:
        reader = self._reader
        rest = b""
        try:
            for chunk in _legal(self._chunks, reader):
                rest = reader.read(rest + chunk)
                if reader.rows:
                    yield from reader.take()
            reader.parser.Parse(rest, True)  # noqa: FBT003 - positional-only in pyexpat
        except (expat.ExpatError, _Unexpected, LookupError) as error:
            raise NotCalDAV(self._url, f"the answer is not the XML of CalDAV: {_why(error)}") from error
        yield from reader.take()


def error_names(body: bytes) -> frozenset[str]:
    """The conditions that an error body names (RFC 4918 §16), such as `DAV: need-privileges`; empty where it is no such body."""
    return frozenset(_read_error(body).error) - {_TOLD}


def error_href(body: bytes) -> str:
    """The href that the last condition of an error body gives, as RFC 4791 §5.3.2.1 has it for a UID in use; or empty."""
    return _read_error(body).href


def _read_error(body: bytes) -> _Reader:
    reader = _Reader("error")
    try:
        for chunk in _legal([body], reader):
            reader.parser.Parse(chunk)
    except (expat.ExpatError, _Unexpected, LookupError):
        return _Reader("error")
    return reader


class _Unexpected(Exception):
    """Well-formed, but not what was asked for."""


def _why(error: Exception) -> str:
    return expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)


class _Reader:
    """The handlers of expat. What an element means follows from its depth."""

    def __init__(self, root: str) -> None:
        self.rows: list[Row] = []
        self.sync_token = ""
        self.error: list[str] = []
        self.moved = False
        self.foreign = False
        """Whether it is in another encoding than UTF-8."""
        self._alike: Alike | None = None
        self._credit = _PATIENCE
        self._fed = 0
        self._row_from = self._row_to = -1
        self._root = DAV + root
        self._depth = 0
        self._part = ""
        self._row = Row()
        self._status = 0
        self._texts: dict[str, str] = {}
        self._nested: dict[str, list[str]] = {}
        self._property = ""
        self._text: list[str] = []
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._doctype

    @property
    def href(self) -> str:
        """Of the element that is read, or was read last."""
        return self._row.href

    def take(self) -> list[Row]:
        rows, self.rows = self.rows, []
        return rows

    def read(self, data: bytes) -> bytes:
        """Read `data`, but for what it has of a row that is not complete yet, which is returned."""
        at = 0
        while not self.foreign and self._credit > 0:
            if self._alike is not None:
                at = self._read_alike(self._alike, data, at)
            end = _END_OF_ROW.search(data, at)
            if end is None:
                break
            self._credit -= 1
            self._feed(data[at : end.end()])
            at = end.end()
            # Where expat is within something else, as a CDATA section, or waits for more, what follows must not pass for a row.
            ends_here = self._row_to == self._fed - len(end.group())
            self._alike = self._like(data[at - (self._fed - self._row_from) : at]) if ends_here else None
        if self.foreign or self._credit <= 0 or len(data) - at > _LONGEST_ROW:
            self._alike = None
            self._feed(data[at:])
            return b""
        return data[at:]

    def _feed(self, data: bytes) -> None:
        self._fed += len(data)
        self.parser.Parse(data)

    def _like(self, raw: bytes) -> Alike | None:
        """What finds rows like `raw`, the last one that expat read, if all that it has are an ETag and data."""
        row = self.rows[-1]
        texts = (row.href, *(row.props.get(name, "").strip() for name in _DATA))
        if not row.ok or row.status or row.failed or row.nested or len(row.props) != len(_DATA) or self.moved:
            return None
        return Alike.of(raw, texts)

    def _read_alike(self, alike: Alike, data: bytes, at: int) -> int:
        """Read the rows that follow. Returns where the first one begins that is another."""
        keep, following = self.rows.append, alike.next
        while (found := following(data, at)) is not None:
            (href, etag, text), at = found
            if self.moved:
                href, etag, text = (one.translate(_RESTORED) for one in (href, etag, text))
            self._credit += 1
            keep(Row(href.strip(), 0, True, 0, {_ETAG: etag, CALENDAR_DATA: text}, _NOTHING_NESTED))  # noqa: FBT003 - in half the time
        return at

    def _doctype(self, *_: object) -> None:
        raise _Unexpected("it has a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = self._depth = self._depth + 1
        if depth > _PROPERTY:
            self._below(name, attributes)
        elif depth == _PROPERTY:
            self._property = name
        elif depth == _PART:
            self._part = name
            if name == "DAV: propstat":
                self._status, self._texts, self._nested = 0, {}, {}
        elif depth == _ROW:
            self._row = Row()
            self._texts, self._nested = {}, {}  # those before belong to the row before
            self._row_from = self.parser.CurrentByteIndex
            self.error.append(name)
        elif depth == _ROOT and name != self._root:
            raise _Unexpected(f"it begins with {name.rpartition(' ')[2]}")
        self._text.clear()

    def _below(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth > _DEEPEST:
            raise _Unexpected("it is nested too deeply")
        nested = self._nested.setdefault(self._property, [])
        nested.append(name)
        if "name" in attributes:
            nested.append(attributes["name"])

    def _end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == _PROPERTY:
            self._texts[name] = self._taken() if self._text else ""
        elif depth > _PROPERTY:
            if name == "DAV: href":
                self._nested[self._property].append(self._taken().strip())
        elif depth == _PROP:
            if name == "DAV: status":
                self._status = _status(self._taken())
            elif self._part == "DAV: error":
                self._row.error += (name,)
        elif depth == _PART:
            self._end_of_part(name)
        elif depth == _ROW:
            if name == "DAV: response":
                self.rows.append(self._row)
                self._row_to = self.parser.CurrentByteIndex
            elif name == "DAV: sync-token":
                self.sync_token = self._taken().strip()
        self._text.clear()

    def _end_of_part(self, name: str) -> None:
        row = self._row
        if name == "DAV: propstat":
            if 200 <= self._status < 300:  # noqa: PLR2004 - the class of success
                row.ok = True
                row.props = {**row.props, **self._texts} if row.props else self._texts
                row.nested = {**row.nested, **self._nested} if row.nested else self._nested
            else:
                row.failed = self._status
        elif name == "DAV: href" and not row.href:
            row.href = self._taken().strip()
        elif name == "DAV: status":
            row.status = _status(self._taken())

    def _taken(self) -> str:
        text = "".join(self._text)
        return text.translate(_RESTORED) if self.moved else text


@lru_cache(maxsize=64)
def _status(line: str) -> int:
    found = _STATUS.match(line)
    return int(found.group(1)) if found else 0


def calendar_text(row: Row) -> str | None:
    """The calendar-data of a row with its line ends; None where it did not come along."""
    text = row.props.get(CALENDAR_DATA)
    if not text:
        return None
    return text if "\r" in text and "\r\n" in text else text.replace("\n", "\r\n")


def _legal(chunks: Iterable[bytes], reader: _Reader) -> Iterator[bytes]:
    """The chunks with what XML forbids moved out of the way. Another encoding than UTF-8 is left to expat."""
    decoder: Callable[[bytes], str] | None = None
    chunks = iter(chunks)
    for chunk in chunks:
        if not chunk:
            continue
        if decoder is None:
            declared = _DECLARED.match(chunk)
            if chunk[:2] in {b"\xff\xfe", b"\xfe\xff"} or (declared and declared.group(1).lower() not in {b"utf-8", b"utf8"}):
                reader.foreign = True
                yield chunk
                yield from chunks
                return
            decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
            chunk = chunk.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901 - the same chunk without its mark
        yield _moved(decoder(chunk), chunk, reader)


def _moved(text: str, chunk: bytes, reader: _Reader) -> bytes:
    if len(chunk.translate(None, _CONTROLS)) != len(chunk):
        text = text.translate(_FORBIDDEN)
        reader.moved = True
    try:
        return text.encode()
    except UnicodeEncodeError:
        reader.moved = True
        return text.translate(_FORBIDDEN).encode()
