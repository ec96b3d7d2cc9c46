"""A single `.ics`, by URL or in a file, behind the port of `base`: a subscription, which can only be read.

The file is one answer: all its items, or "as before". So a reading either says that nothing changed or names everything, and is
whole or fails: a file cut short is refused. An item is what `ical.split` makes of a UID; its href is made of kind and UID, its
ETag is a digest of what it says, DTSTAMP left out, since many feeds are made anew for everybody who asks.

The ctag of the mark holds what the next reading needs, as JSON: validators for a conditional GET (ETag, Last-Modified; RFC 9110
§13), a digest of the whole, and the instant before which the feed asks not to be fetched again (REFRESH-INTERVAL, or the older
X-PUBLISHED-TTL; at most a day). Until then a reading costs no request, unless everything is asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from deadlines.errors import CodecError, NotCalDAV, ReadOnlyCollection
from deadlines.ical.scan import decode
from deadlines.ical.split import Piece, Publication, split
from deadlines.remote import files
from deadlines.remote.base import Capabilities, Changes, Found, Listed, Mark, Page, Written
from deadlines.remote.download import Downloader, shown
from deadlines.remote.hrefs import name_for
from deadlines.remote.refusals import read_refusal

LONGEST_REST: Final = timedelta(days=1)
_ROWS_PER_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of a version: its validators and its digest, how many seconds it may rest and until when (ISO 8601)."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    rest: float = 0.0
    due: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was read. `body` is None where it is the one that was known."""

    body: bytes | None = field(repr=False)
    etag: str = ""
    modified: str = ""


class Source(Protocol):
    """Where the file is."""

    url: str
    """What identifies it."""
    rests: bool
    """Whether asking costs so much that the wish of the feed to be left alone counts."""

    @property
    def requests(self) -> int:
        """How often it was asked."""
        ...

    def get(self, known: Known) -> Version:
        """The file, unless it is the version `known`."""
        ...


class Remote:
    """A URL."""

    rests = True

    def __init__(self, url: str, downloader: Downloader) -> None:
        """`webcal` means https."""
        scheme, _, rest = url.partition("://")
        self._url = f"https://{rest}" if scheme.lower() in {"webcal", "webcals"} else url
        self._downloader = downloader
        query = self._url.partition("?")[2]  # it may hold a secret, but another query is another calendar
        self.url = shown(self._url) + (f"#{_digest(query.encode())[:16]}" if query else "")

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._downloader.requests

    def get(self, known: Known) -> Version:
        """A conditional GET. A web page is no calendar, whatever its status."""
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        headers = {"Accept": "text/calendar", **{name: value for name, value in conditions.items() if value}}
        found = self._downloader.get(self._url, headers, refuse=read_refusal)
        if found.media_type == "text/html":
            raise NotCalDAV(shown(self._url), "a web page instead of a calendar")
        return Version(found.body, found.headers.get("etag", ""), found.headers.get("last-modified", ""))


class Local:
    """A file on this computer."""

    rests = False

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.url = self._path.as_uri()
        self._requests = 0

    @property
    def requests(self) -> int:
        """How often it was looked at."""
        return self._requests

    def get(self, known: Known) -> Version:
        """Read it, unless it looks as before. A change within the same tick of the clock shows in the daily full listing."""
        self._requests += 1
        with files.looking(self.url):
            look = files.look_of(self._path.stat())
            if look == known.etag:
                return Version(None)
            status, data = files.read(self._path)
        return Version(data, files.look_of(status))


class Subscription:
    """The calendar that `source` has. For one thread."""

    def __init__(self, source: Source, *, now: datetime) -> None:
        """`now` is aware, in UTC: the feed is asked when it is due."""
        self._source = source
        self._now = now
        self._items: dict[str, Listed] | None = None
        self.url: str = source.url

    def __repr__(self) -> str:
        return f"Subscription({self.url!r})"

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._source.requests

    def clone(self) -> Subscription:
        """Another reader of the same."""
        return Subscription(self._source, now=self._now)

    def close(self) -> None:
        """Nothing is open."""

    def capabilities(self) -> Capabilities:
        """What the calendar says of itself; it is fetched for that."""
        found = self._publication(self._body())
        return Capabilities(display_name=found.name, ctag=True, writable=False, server="a subscription")

    def discover(self) -> list[Found]:
        """The one calendar that there is, without a path."""
        found = self._publication(self._body())
        kinds = frozenset(piece.kind for piece in found.pieces)
        return [Found(path="", display_name=found.name, components=kinds, writable=False)]

    # What changed?

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """Nothing, or everything with its text."""
        known = _known(mark)
        if not full and self._rests(known):
            return Changes(full=False, pages=iter([Page(mark=mark)]))
        version = self._source.get(Known() if full else known)
        if version.body is None:
            return Changes(full=False, pages=iter([Page(mark=self._mark(known))]))
        digest = _digest(version.body)
        read = replace(known, etag=version.etag, modified=version.modified, digest=digest)
        if not full and digest == known.digest:
            return Changes(full=False, pages=iter([Page(mark=self._mark(read))]))
        publication = self._publication(version.body)
        rest = min(publication.refresh or timedelta(), LONGEST_REST) if self._source.rests else timedelta()
        self._items = _items(publication)
        return Changes(full=True, pages=self._pages(self._mark(replace(read, rest=max(rest.total_seconds(), 0.0)))))

    def _rests(self, known: Known) -> bool:
        """Whether the feed is to be left alone. A clock that was wrong must not make that last for ever."""
        return bool(known.due) and self._now < datetime.fromisoformat(known.due) <= self._now + LONGEST_REST

    def _mark(self, known: Known) -> Mark:
        """`known` as a mark, resting from now on."""
        due = (self._now + timedelta(seconds=known.rest)).isoformat() if known.rest else ""
        return Mark(ctag=json.dumps(asdict(replace(known, due=due))))

    def _pages(self, mark: Mark) -> Iterator[Page]:
        items = list((self._items or {}).values())
        for start in range(0, len(items), _ROWS_PER_PAGE):
            yield Page(present=tuple(items[start : start + _ROWS_PER_PAGE]))
        yield Page(mark=mark)

    def _body(self) -> bytes:
        body = self._source.get(Known()).body
        if body is None:
            raise NotCalDAV(self.url, "the server says that nothing changed, though it was asked without a condition")
        return body

    def _publication(self, body: bytes) -> Publication:
        try:
            return split(decode(body))
        except CodecError as error:
            raise NotCalDAV(self.url, f"this is no calendar: {error}") from error

    def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:  # noqa: ARG002 - as the port has it
        """It has none beside it."""
        return frozenset()

    # What does it say?

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """The items as the last reading found them."""
        items = self._read()
        return (items.get(href, href) for href in hrefs)

    def find(self, uid: str) -> Listed | None:
        """The first item with a UID."""
        hrefs = {f"/{kind}/{name_for(uid)}" for kind in ("vtodo", "vevent")}
        return next((listed for href, listed in self._read().items() if href in hrefs), None)

    def _read(self) -> dict[str, Listed]:
        if self._items is None:
            self._items = _items(self._publication(self._body()))
        return self._items

    def href_for(self, uid: str) -> str:
        """Where a task would be."""
        return f"/vtodo/{name_for(uid)}"

    # Writing

    def create(self, href: str, text: str) -> Written:  # noqa: ARG002 - as the port has it
        """Never."""
        raise self._read_only()

    def update(self, listed: Listed, text: str) -> Written:  # noqa: ARG002 - as the port has it
        """Never."""
        raise self._read_only()

    def delete(self, listed: Listed) -> None:  # noqa: ARG002 - as the port has it
        """Never."""
        raise self._read_only()

    def _read_only(self) -> ReadOnlyCollection:
        return ReadOnlyCollection(self.url, "a subscription can only be read")


def _items(publication: Publication) -> dict[str, Listed]:
    return {(href := _href(piece)): Listed(href=href, etag=_etag(piece), text=piece.text) for piece in publication.pieces}


def _href(piece: Piece) -> str:
    return f"/{piece.kind.lower()}/{name_for(piece.uid) if piece.uid else _etag(piece)[:32] + '.ics'}"


def _etag(piece: Piece) -> str:
    return _digest(piece.said.encode("utf-8", "surrogateescape"))


def _known(mark: Mark) -> Known:
    """What a mark of ours holds; nothing where it is none."""
    try:
        return Known(**json.loads(mark.ctag))
    except (ValueError, TypeError):
        return Known()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
