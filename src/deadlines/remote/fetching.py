"""Getting the text of resources, in as few requests as the server allows, and in as many as it takes.

One query for everything, else multiget in batches; a batch that one resource spoils is halved until that one is found; GET is
the last resort, and the only word on whether a resource is gone: servers leave out of a multiget what exists as well as what does
not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from deadlines.errors import NotCalDAV, Unreachable
from deadlines.remote import davxml
from deadlines.remote.base import Listed
from deadlines.remote.hrefs import encode, member
from deadlines.remote.http import BodyTooLarge, Client, Response
from deadlines.remote.multistatus import Multistatus, Row
from deadlines.remote.refusals import GONE, MULTI_STATUS, refuse_unless
from deadlines.remote.resources import exists, listed_row

log = logging.getLogger(__name__)

BATCH: Final = 150
MANY: Final = 300
_OK: Final = 200
_SERVER_ERROR: Final = 500


class Fetcher:
    """Fetches from the collection at `path`. `probe` asks it for anything, and raises where it is gone or down."""

    def __init__(self, client: Client, path: str, *, probe: Callable[[], object]) -> None:
        self._client = client
        self._path = path
        self._probe = probe

    def fetch(self, hrefs: Sequence[str], *, of: int) -> Iterator[Listed | str]:
        """By one query for everything when most of a large collection (`of` resources) is wanted, else by multiget in batches."""
        wanted = dict.fromkeys(hrefs)
        if len(wanted) > MANY and 2 * len(wanted) >= of:
            for listed in self._bulk(wanted):
                del wanted[listed.href]
                yield listed
        rest = list(wanted)
        for start in range(0, len(rest), BATCH):
            yield from self.multiget(rest[start : start + BATCH])

    def _bulk(self, wanted: dict[str, None]) -> Iterator[Listed]:
        response = self._client.read("REPORT", self._path, headers={**davxml.XML, "Depth": "1"}, body=davxml.EVERYTHING)
        if response.status != MULTI_STATUS:
            response.body()
            return
        seen: set[str] = set()
        try:
            for listed in self.with_text(Multistatus(response.url, response.chunks)):
                if listed.href in wanted and listed.href not in seen:
                    seen.add(listed.href)
                    yield listed
        except BodyTooLarge:
            return  # the rest comes in batches

    def with_text(self, rows: Iterable[Row]) -> Iterator[Listed]:
        """The resources among `rows` that came with their text."""
        for row in rows:
            href = member(row.href, collection=self._path, netloc=self._client.origin.netloc)
            if href is not None and exists(row):
                listed = listed_row(href, row)
                if listed.text is not None:
                    yield listed

    def multiget(self, batch: Sequence[str]) -> Iterator[Listed | str]:
        """One batch. What one resource spoils for all is found by halving."""
        asked = dict.fromkeys(batch)
        body = davxml.multiget(encode(href) for href in batch)
        try:
            response = self._client.read("REPORT", self._path, headers={**davxml.XML, "Depth": "1"}, body=body)
            if response.status not in GONE:  # sabre/dav 1.8 says 404 where one of them is missing
                refuse_unless(response, {MULTI_STATUS})
                yield from self._answered(response, asked)
            else:
                response.body()
        except NotCalDAV as error:
            log.debug("%s", error)
        except Unreachable as error:
            if error.status != _SERVER_ERROR:
                raise
        else:
            if response.status == MULTI_STATUS:
                # Left out, or without data: servers do both, to resources that exist as well as to missing ones.
                for href in asked:
                    yield from self._single(href)
                return
        yield from self._halved(list(asked))

    def _answered(self, response: Response, asked: dict[str, None]) -> Iterator[Listed | str]:
        """What a multiget answers; strikes out of `asked` what needs no more asking."""
        for row in Multistatus(response.url, response.chunks):
            href = member(row.href, collection=self._path, netloc=self._client.origin.netloc)
            if href is None or href not in asked:
                continue
            if row.status in GONE:
                del asked[href]
                yield href
            elif not exists(row):
                del asked[href]
            elif (listed := listed_row(href, row)).text is not None:
                del asked[href]
                yield listed

    def _halved(self, batch: Sequence[str]) -> Iterator[Listed | str]:
        if len(batch) <= 1:
            for href in batch:
                yield from self._single(href)
            return
        self._probe()  # so that a missing collection, or a server that is down, is not halved to the last
        middle = len(batch) // 2
        yield from self.multiget(batch[:middle])
        yield from self.multiget(batch[middle:])

    def _single(self, href: str) -> Iterator[Listed | str]:
        """By GET: the last resort, and the only word on whether a resource is gone."""
        try:
            response = self._client.read("GET", href)
            body = response.body()
        except Unreachable as error:
            if error.status is None:
                raise
            return
        if response.status in GONE:
            yield href
        elif response.status == _OK and response.media_type == "text/calendar":
            headers = response.headers
            text = body.decode("utf-8", "surrogateescape")
            yield Listed(href=href, etag=headers.get("etag", ""), schedule_tag=headers.get("schedule-tag", ""), text=text)
