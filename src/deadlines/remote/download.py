"""Fetching one file by its URL: a GET that follows redirects, within limits that hold for all of it together.

At most five redirects, 15 seconds and 10 MB after inflating. The user name and password go to the origin of the URL and nowhere
else; nothing leads from https to http. Every hop is a connection of its own, so that its address is judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from deadlines.errors import NotCalDAV, RemoteError, TryLater, Unreachable
from deadlines.remote.auth import Credentials
from deadlines.remote.http import Client, Response, retry_after
from deadlines.remote.wire import Connect, Limits, origin_of

REDIRECTS: Final = 5
SECONDS: Final = 15.0
LARGEST: Final = 10_000_000
"""Bytes."""

_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED: Final = 304
_OK: Final = 200
_LATER: Final = frozenset({429, 503})
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Download:
    """What a URL gave in the end. `body` is None where nothing changed (304)."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)
    media_type: str = ""


class Downloader:
    """Fetches for one account; `requests` counts."""

    def __init__(
        self, credentials: Credentials | None, connect: Connect, *, insecure: bool, timer: Callable[[], float] = time.monotonic
    ) -> None:
        """`insecure` allows passwords over plain http, and to be led from https to http. `timer` counts seconds."""
        self._credentials = credentials
        self._connect = connect
        self._insecure = insecure
        self._timer = timer
        self.requests = 0

    def get(self, url: str, headers: Mapping[str, str], *, refuse: Callable[[Response], RemoteError]) -> Download:
        """GET `url` under conditions in `headers`. `refuse` says what a status means that is no success."""
        until = self._timer() + SECONDS
        home = here = origin_of(url)
        for _ in range(REDIRECTS + 1):
            response = self._asked(url, headers, until, trusted=here == home)
            if response.status not in _MOVED:
                return self._download(response, until, refuse)
            target = self._target(url, response)
            _check_scheme(url, target, insecure=self._insecure)
            url, here = target, origin_of(target)
        raise NotCalDAV(home.url("/"), f"it redirects more than {REDIRECTS} times")

    def _asked(self, url: str, headers: Mapping[str, str], until: float, *, trusted: bool) -> Response:
        left = until - self._timer()
        if left <= 0:
            raise Unreachable(shown(url), f"no answer within {SECONDS:g} s")
        credentials = self._credentials if trusted else None
        limits = Limits(connect=left / 3, read=left * 2 / 3, total=left * 2 / 3, body=LARGEST)
        client = Client(url, credentials, insecure=self._insecure or credentials is None, limits=limits, connect=self._connect)
        try:
            return client.get(_target_of(url), headers={"Accept-Encoding": "gzip", **headers})
        finally:
            self.requests += client.requests

    def _download(self, response: Response, until: float, refuse: Callable[[Response], RemoteError]) -> Download:
        if response.status == _NOT_MODIFIED:
            return Download(response.url, response.headers, None)
        if response.status in _LATER:
            raise TryLater(response.url, status=response.status, retry_after=retry_after(response.headers))
        if response.status >= _SERVER_ERROR:
            raise Unreachable(response.url, f"the server failed ({response.status})", status=response.status)
        if response.status != _OK:
            raise refuse(response)
        chunks = []
        for chunk in response.chunks:
            chunks.append(chunk)
            if self._timer() > until:
                raise Unreachable(response.url, f"it takes more than {SECONDS:g} s")
        return Download(response.url, response.headers, b"".join(chunks), response.media_type)

    def _target(self, url: str, response: Response) -> str:
        location = "".join(c for c in response.headers.get("location", "") if c.isprintable())
        if not location:
            raise NotCalDAV(response.url, f"the server redirects to nowhere ({response.status})", status=response.status)
        try:
            return urljoin(url, location)
        except ValueError as error:
            raise NotCalDAV(response.url, "the server redirects to what is not a URL", status=response.status) from error


def shown(url: str) -> str:
    """A URL for people: without its query, which may hold a secret."""
    return url.partition("?")[0].partition("#")[0]


def _check_scheme(url: str, target: str, *, insecure: bool) -> None:
    if url.lower().startswith("https:") and target.lower().startswith("http:") and not insecure:
        raise NotCalDAV(shown(url), f"the server redirects to {shown(target)}, which anybody on the way can change")


def _target_of(url: str) -> str:
    """Path and query as they go into a request."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    return f"{path}?{quote(parts.query, safe=_IN_QUERY)}" if parts.query else path


_IN_QUERY: Final = "/%:@!$&'()*+,;=~?[]"
