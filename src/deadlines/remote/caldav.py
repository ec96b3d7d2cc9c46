"""A CalDAV collection (RFC 4791, RFC 6578) behind the port of `base`.

How changes are found, cheapest first:

- *Token*: one `sync-collection` report, which brings the data along where the server has it at hand. A report cut short with 507
  goes on from its own token; each of its parts is a page to be remembered. A refused token leads to a full listing.
- *ctag*: one PROPFIND; equal means nothing changed, anything else a full listing.
- *Full listing*: a `sync-collection` with an empty token, or where there is none PROPFIND depth 1; without data, for its caller
  knows most of it. Rows of removed resources in an initial report are ignored (Radicale lists old ones).
- *First download* (an empty mark): one PROPFIND for the mark, then one `calendar-query` for all data. At 10,000 resources these
  two take Radicale half of the time of an initial report with data, and Xandikos a tenth of that of a report and a query. What
  the filter left out is not known, so it is not a full listing; where it is empty, cut short or spoilt a listing follows at once.

The invariant of the mark: it is never newer than the data read. A token is of the very answer it came with, or read before the
query, as a ctag is read before the listing. A mark is withheld (empty) when it cannot be trusted: a counter that ran backwards,
or one that counts seconds and is as young as the answer (SYNC.md §2.3, §2.4); the next run then lists everything. In a full
listing only the last page has a mark, since a part of one must not pass for the whole.

Filters on the server never decide what exists: a query fetches data in bulk, what it leaves out is asked for by name.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from deadlines.errors import CollectionMissing, NotCalDAV, PreconditionFailed, Rejected, RemoteError
from deadlines.remote import davxml, home
from deadlines.remote.base import Capabilities, Changes, Listed, Mark, Page, Written
from deadlines.remote.fetching import Fetcher
from deadlines.remote.hrefs import decode, directory, member, name_for, resolve
from deadlines.remote.http import Client, Response
from deadlines.remote.multistatus import CALENDARSERVER, DAV, Multistatus, Row
from deadlines.remote.refusals import GONE, MULTI_STATUS, refuse_unless, write_refusal
from deadlines.remote.resources import exists, listed_row
from deadlines.remote.traits import capabilities_of, is_calendar, trusted

log = logging.getLogger(__name__)

ROWS_PER_PAGE: Final = 2_000
TEXT_PER_PAGE: Final = 2_000_000
"""Characters; memory grows with the longest page."""
_MOST_PARTS: Final = 10_000
_TRUNCATED: Final = 507
_CALENDAR: Final = {"Content-Type": "text/calendar; charset=utf-8"}
_REFUSED_REPORT: Final = frozenset({400, 403, 405, 409, 410, 412, 415, 422, 501, 507})
_STRONG: Final = re.compile(r'"[\x21\x23-\x7e\x80-\xff ]*"')
_OK: Final = 200
_CREATED: Final = 201
_SERVER_ERROR: Final = 500
_SCHEDULED: Final = re.compile(r"^(?:ORGANIZER|ATTENDEE)[;:]", re.IGNORECASE | re.MULTILINE)
_UID: Final = re.compile(r"^UID(?:;[^:\r\n]*)?:([^\r\n]*)\r?$", re.IGNORECASE | re.MULTILINE)


class CalDavCollection:
    """The collection at `path` on the server that `client` talks to. For one thread; `clone` for another."""

    def __init__(self, client: Client, path: str) -> None:
        """`path` as in the configuration or as discovery found it: decoded or not, with or without its last slash."""
        self.path: Final = directory(decode(path))
        self.url: str = client.url(self.path)
        self._client = client
        self._fetcher = Fetcher(client, self.path, probe=self._probe)
        self._size = 0

    def __repr__(self) -> str:
        return f"CalDavCollection({self.url!r})"

    @property
    def requests(self) -> int:
        """How many requests were sent for this account so far."""
        return self._client.requests

    def clone(self) -> CalDavCollection:
        """The same collection over a connection of its own."""
        return CalDavCollection(self._client.clone(), self.path)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    # What is it?

    def capabilities(self) -> Capabilities:
        """One PROPFIND, depth 0."""
        return self._probe().capabilities

    def _probe(self, asked: bytes = davxml.COLLECTION) -> _Probe:
        response = self._ask("PROPFIND", asked, depth="0")
        rows = list(Multistatus(response.url, response.chunks))
        own = next((row for row in rows if self._is_own(row.href)), rows[0] if len(rows) == 1 else Row())
        if own.status in GONE:
            raise CollectionMissing(self.url, "there is no such collection", status=own.status)
        if not is_calendar(own):
            raise NotCalDAV(self.url, "this is not a calendar collection")
        mark = Mark(sync_token=own.props.get(DAV + "sync-token", ""), ctag=own.props.get(CALENDARSERVER + "getctag", ""))
        return _Probe(capabilities=capabilities_of(own, response.headers.get("server", "")), mark=mark, headers=response.headers)

    # What changed?

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """What changed since `mark`, see above. The first request is made now, the others while the pages are read."""
        if full:
            return self._everything(mark)
        if mark == Mark():
            return self._download()
        if mark.sync_token:
            response = self._sync(mark.sync_token, davxml.WITH_DATA)
            if response.status == MULTI_STATUS:
                return Changes(full=False, pages=self._reported(response, davxml.WITH_DATA, token=mark.sync_token))
            refuse_unless(response, _REFUSED_REPORT)
            return self._everything(mark)
        probe = self._probe(davxml.CTAG)
        if probe.mark.ctag == mark.ctag:
            return Changes(full=False, pages=iter([Page(mark=mark)]))
        return Changes(full=True, pages=self._by_etag(probe))

    def _everything(self, mark: Mark) -> Changes:
        """A full listing, by a report unless the mark tells that the server has no tokens."""
        if mark.sync_token or not mark.ctag:
            response = self._sync("", davxml.WITHOUT_DATA)
            if response.status == MULTI_STATUS:
                return Changes(full=True, pages=self._reported(response, davxml.WITHOUT_DATA, token=""))
            refuse_unless(response, _REFUSED_REPORT)
        return Changes(full=True, pages=self._by_etag(self._probe(davxml.CTAG)))

    def _download(self) -> Changes:
        """All there is, with its text. An empty answer may be that of a server which wants a filter that says more."""
        probe = self._probe(davxml.TOKEN)
        if not probe.mark.sync_token:
            probe = self._probe(davxml.CTAG)
        response = self._client.read("REPORT", self.path, headers={**davxml.XML, "Depth": "1"}, body=davxml.EVERYTHING)
        if response.status == MULTI_STATUS:
            pages = self._queried(response, trusted(probe.mark, Mark(), probe.headers))
            if (first := next(pages, None)) is not None:
                return Changes(full=False, pages=chain([first], pages))
        else:
            refuse_unless(response, _REFUSED_REPORT)
        return self._everything(Mark())

    def _queried(self, response: Response, mark: Mark) -> Iterator[Page]:
        """The pages of a query for everything, for which `mark` was read before; none where it found nothing."""
        part, found = _Part(), False
        try:
            for page in self._pages(Multistatus(response.url, response.chunks), part):
                found = True
                yield Page(present=page.present, missing=page.missing)
        except NotCalDAV as error:
            log.debug("%s", error)
            part.truncated = True
        if part.truncated:
            yield from self._everything(Mark()).pages
        elif found:
            yield Page(mark=mark)

    def _sync(self, token: str, prop: str) -> Response:
        return self._client.read(
            "REPORT", self.path, headers={**davxml.XML, "Depth": "0"}, body=davxml.sync_collection(token, prop=prop)
        )

    def _reported(self, response: Response, prop: str, *, token: str) -> Iterator[Page]:
        """The pages of a sync-collection report and of its continuations; `token` is what was asked, empty for a full listing.

        An answer that is too large, or spoilt by what XML cannot carry, is asked for again without data.
        """
        full = not token
        failed = False
        for _ in range(_MOST_PARTS):
            answer, part = Multistatus(response.url, response.chunks), _Part()
            try:
                for page in self._pages(answer, part):
                    failed |= bool(page.missing)
                    yield page if token else Page(present=page.present, missing=page.missing)
            except NotCalDAV:
                if prop == davxml.WITHOUT_DATA:
                    raise
                prop = davxml.WITHOUT_DATA
                response = self._continued(token, prop)
                continue
            new = answer.sync_token
            if not part.truncated:
                # A row that failed must come again, though the server believes that we have it: hence no mark.
                yield Page(
                    mark=Mark()
                    if failed and not full
                    else trusted(Mark(sync_token=new), Mark(sync_token=token), response.headers)
                )
                return
            if new in {"", token}:
                break
            if not full:
                yield Page(mark=Mark(sync_token=new))
            response, token = self._continued(new, prop), new
        if not full:
            raise NotCalDAV(self.url, "the server cut its report short and does not say where to go on")
        yield from self._by_etag(self._probe(davxml.CTAG))

    def _continued(self, token: str, prop: str) -> Response:
        response = self._sync(token, prop)
        refuse_unless(response, {MULTI_STATUS})
        return response

    def _by_etag(self, probe: _Probe) -> Iterator[Page]:
        """A listing by PROPFIND, for which `probe` has the ctag of before. It is asked for when the first page is read."""
        response, part = self._ask("PROPFIND", davxml.LISTING, depth="1"), _Part()
        for page in self._pages(Multistatus(response.url, response.chunks), part):
            yield Page(present=page.present, missing=page.missing)
        if part.truncated:
            raise NotCalDAV(self.url, "the server cut its listing short")
        yield Page(mark=trusted(Mark(ctag=probe.mark.ctag), Mark(), probe.headers))

    def _pages(self, rows: Iterable[Row], part: _Part) -> Iterator[Page]:
        """The rows as pages without a mark; what concerns the collection itself goes into `part`."""
        self._size = 0
        present: list[Listed] = []
        removed: list[str] = []
        missing: list[str] = []
        size = 0
        for row in rows:
            href = self._member(row.href)
            if href is None:
                part.truncated |= row.status == _TRUNCATED and self._is_own(row.href)
                if row.status in GONE and self._is_own(row.href):
                    raise CollectionMissing(self.url, "there is no such collection", status=row.status)
            elif row.status in GONE:
                removed.append(href)
            elif not exists(row):
                missing.append(href)
            elif DAV + "collection" not in row.nested.get(DAV + "resourcetype", ()):
                present.append(listed := listed_row(href, row))
                size += len(listed.text or "")
                self._size += 1
            if size >= TEXT_PER_PAGE or len(present) + len(removed) + len(missing) >= ROWS_PER_PAGE:
                yield Page(present=tuple(present), removed=tuple(removed), missing=tuple(missing))
                present, removed, missing, size = [], [], [], 0
        if present or removed or missing:
            yield Page(present=tuple(present), removed=tuple(removed), missing=tuple(missing))

    def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:
        """One PROPFIND, depth 1, of the home that this collection is in."""
        return home.unchanged(self._client, home.of(self.path), marks)

    # What does it say?

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """The resources with their text."""
        return self._fetcher.fetch(hrefs, of=self._size)

    # Writing

    def create(self, href: str, text: str) -> Written:
        """PUT with `If-None-Match: *`. A 204 means that something was overwritten after all, so the ETag is not believed."""
        response = self._put(href, text, {"If-None-Match": "*"})
        written = _written(href, response)
        return written if response.status == _CREATED else Written(href=written.href)

    def update(self, listed: Listed, text: str) -> Written:
        """PUT with `If-Match`; for a meeting with `If-Schedule-Tag-Match`, so that answers of attendees do not get in its way."""
        if _STRONG.fullmatch(listed.schedule_tag) and _SCHEDULED.search(listed.text or text):
            condition = {"If-Schedule-Tag-Match": listed.schedule_tag}
        else:
            condition = self._condition(listed)
        return _written(listed.href, self._put(listed.href, text, condition))

    def delete(self, listed: Listed) -> None:
        """DELETE with `If-Match`; gone is as good as deleted."""
        try:
            condition = self._condition(listed)
        except _Gone:
            return
        response = self._client.write("DELETE", listed.href, headers=condition)
        if response.status in {200, 204, *GONE}:
            if response.media_type == "text/html" and response.status == _OK:
                raise NotCalDAV(response.url, "a web page instead of a CalDAV answer", status=response.status)
            response.body()
            return
        raise write_refusal(response, member=self._member)

    def _put(self, href: str, text: str, condition: dict[str, str]) -> Response:
        body = text.encode("utf-8", "surrogateescape")
        response = self._client.write("PUT", href, headers={**_CALENDAR, **condition}, body=body)
        if response.status in {201, 204} or (response.status == _OK and "etag" in response.headers):
            response.body()
            return response
        raise self._put_refusal(response)

    def _put_refusal(self, response: Response) -> RemoteError:
        """404 to a PUT means bad data (SOGo), or that the collection is gone."""
        refusal = write_refusal(response, member=self._member)
        if response.status not in GONE:
            return refusal
        try:
            self._probe()
        except CollectionMissing as missing:
            return missing
        return Rejected(response.url, f"the server refuses this item ({response.status})", status=response.status)

    def _condition(self, listed: Listed) -> dict[str, str]:
        """The precondition that only `listed` fulfils; looked up where its ETag is weak or unknown (RFC 9110 §13.1.1).

        A server without usable ETags leaves a window between this look and the write.
        """
        if _STRONG.fullmatch(listed.etag):
            return {"If-Match": listed.etag}
        current = next(iter(self._fetcher.multiget([listed.href])), None)
        if isinstance(current, str):
            raise _Gone(self._client.url(listed.href), "it is gone", status=404)
        if current is None or not _same(listed, current):
            raise PreconditionFailed(self._client.url(listed.href), "it is not as it was")
        return {"If-Match": current.etag if _STRONG.fullmatch(current.etag) else "*"}

    # Names

    def href_for(self, uid: str) -> str:
        """In the collection, named for the UID where that makes a harmless name."""
        return self.path + name_for(uid)

    def find(self, uid: str) -> Listed | None:
        """By a query per component; what comes back is read, since servers match substrings, or everything."""
        for component in ("VTODO", "VEVENT"):
            response = self._client.read(
                "REPORT", self.path, headers={**davxml.XML, "Depth": "1"}, body=davxml.uid_query(component, uid)
            )
            refuse_unless(response, {MULTI_STATUS, 400, 403, 412, 501})
            if response.status != MULTI_STATUS:
                response.body()
                continue
            answer = Multistatus(response.url, response.chunks)
            found = [listed for listed in self._fetcher.with_text(answer) if uid in _uids(listed.text or "")]
            if found:
                return found[0]
        return None

    # Below the port

    def _ask(self, method: str, body: bytes, *, depth: str) -> Response:
        response = self._client.read(method, self.path, headers={**davxml.XML, "Depth": depth}, body=body)
        refuse_unless(response, {MULTI_STATUS})
        return response

    def _member(self, href: str) -> str | None:
        return member(href, collection=self.path, netloc=self._client.origin.netloc)

    def _is_own(self, href: str) -> bool:
        path = resolve(href, base=self.path, netloc=self._client.origin.netloc)
        return path is not None and directory(path) == self.path


@dataclass(frozen=True, slots=True)
class _Probe:
    """What the collection says of itself."""

    capabilities: Capabilities
    mark: Mark
    headers: Mapping[str, str]


class _Part:
    """What an answer says about the collection itself."""

    truncated = False


class _Gone(PreconditionFailed):
    """The resource to be changed is not there."""


def _written(href: str, response: Response) -> Written:
    etag = response.headers.get("etag", "")
    schedule_tag = response.headers.get("schedule-tag", "")
    return Written(href=href, etag=etag if _STRONG.fullmatch(etag) else "", schedule_tag=schedule_tag)


def _same(known: Listed, current: Listed) -> bool:
    """Whether `current` is the version `known`, as far as an ETag that may be weak and a text that may be absent tell."""
    if known.etag and current.etag and known.etag.removeprefix("W/") != current.etag.removeprefix("W/"):
        return False
    return known.text is None or known.text == current.text


def _uids(text: str) -> set[str]:
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return {uid.strip() for uid in _UID.findall(unfolded)}
