"""Finding the calendars of an account (RFC 6764 §6, RFC 5397, RFC 4791 §6.2.1).

    URL -> well-known -> current-user-principal -> calendar-home-set -> collections

Each URL that is asked is remembered with what came of it, because "no calendars" is an error to be explained: a wrong base URL is
the commonest mistake, and servers answer it politely with an empty list.

What the `caldav` library knows of servers, above all where they keep their DAV root, comes from its `compatibility_hints`
(`remote.known_servers`). Its own discovery is not used: it follows redirects to any host, has no limits, looks up DNS records
that anybody on the way may forge, and returns an empty list for most mistakes (SYNC.md §1), so that its answers would have to be
checked against the server once more. Requests go through our own client, under its rules for credentials and limits. Redirects
are followed here, and only here, within the origin of the account. Where calendars live on another host, the error names it, and
the user may set it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from deadlines.errors import NotCalDAV, Unreachable
from deadlines.remote import davxml, known_servers
from deadlines.remote.base import Found
from deadlines.remote.hrefs import directory, path_of, resolve
from deadlines.remote.http import Client
from deadlines.remote.multistatus import CALDAV, DAV, Multistatus, Row
from deadlines.remote.refusals import MULTI_STATUS
from deadlines.remote.traits import capabilities_of, is_calendar

_WELL_KNOWN: Final = "/.well-known/caldav"
_HOPS: Final = 5
_REDIRECTS: Final = range(300, 400)
_NOT_FOLLOWED: Final = ", not followed: set it as the account's URL if you trust it"
_OURS: Final = frozenset({"VTODO", "VEVENT"})


class CalDavAccount:
    """The account at `url`, asked through `client` (`deadlines.remote.base.Account`)."""

    def __init__(self, client: Client, url: str, username: str = "") -> None:
        self._client = client
        self._url = url
        self._username = username
        self._tried: dict[str, str] = {}

    def discover(self) -> Iterable[Found]:
        """Every calendar collection of the account, by path. `NotCalDAV` names what was tried where there is none."""
        self._tried = {}
        given = path_of(self._url)
        for start in dict.fromkeys(self._starts(given)):
            found = {calendar.path: calendar for calendar in self._from(start)}
            if found:
                return [found[path] for path in sorted(found)]
        tried = "; ".join(f"{url} {outcome}" for url, outcome in self._tried.items())
        raise NotCalDAV(self._client.url(given), f"no calendars found, tried {tried}")

    def _starts(self, given: str) -> Iterator[str]:
        """Where to begin, the likeliest first: as given, as RFC 6764 says, and only then where known servers have it."""
        yield from (given, directory(given), _WELL_KNOWN, "/")
        yield from known_servers.roots(self._username)

    def _from(self, start: str) -> Iterator[Found]:
        """What can be reached from one URL: itself, the calendars in it, those of its principal."""
        path, rows = self._asked(start, davxml.COLLECTION, depth="0")
        own = [calendar for row in rows if (calendar := self._found(row, path))]
        if own:
            yield from own
            return
        principals = list(self._hrefs(start, davxml.PRINCIPAL, DAV + "current-user-principal"))
        homes = [
            home for where in [*principals, path] for home in self._hrefs(where, davxml.HOME_SET, CALDAV + "calendar-home-set")
        ]
        for home in dict.fromkeys([*map(directory, homes), directory(path)] if rows else map(directory, homes)):
            base, inside = self._asked(home, davxml.COLLECTION, depth="1")
            yield from (calendar for row in inside if (calendar := self._found(row, base)))

    def _hrefs(self, path: str, body: bytes, prop: str) -> Iterator[str]:
        base, rows = self._asked(path, body, depth="0")
        for row in rows:
            for href in row.nested.get(prop, ()):
                if href.startswith(("DAV: ", "urn:")):
                    continue  # the name of the element around it
                target = resolve(href, base=base, netloc=self._client.origin.netloc)
                if target is None:
                    self._tried[href.partition("?")[0]] = "(another server: set it as the account's URL if you trust it)"
                else:
                    yield target

    def _found(self, row: Row, base: str) -> Found | None:
        path = resolve(row.href, base=directory(base), netloc=self._client.origin.netloc)
        if path is None or not is_calendar(row):
            return None
        can = capabilities_of(row, "")
        if can.components and can.components.isdisjoint(_OURS):
            return None
        name = can.display_name or path.rstrip("/").rpartition("/")[2]
        return Found(path=directory(path), display_name=name, components=can.components, writable=can.writable)

    def _asked(self, path: str, body: bytes, *, depth: str) -> tuple[str, list[Row]]:
        """Where a PROPFIND ended after redirects, and its rows; none where it failed, which is noted."""
        for _ in range(_HOPS):
            url = self._client.url(path)
            try:
                response = self._client.look("PROPFIND", path, headers={"Depth": depth, **davxml.XML}, body=body)
                if response.status == MULTI_STATUS:
                    rows = [row for row in Multistatus(response.url, response.chunks) if row.ok]
                    self._tried.setdefault(url, "(no calendars there)")
                    return path, rows
                response.body()
            except (NotCalDAV, Unreachable) as error:
                if isinstance(error, Unreachable) and error.status is None:
                    raise
                self._tried[url] = f"({error.reason})"
                break
            if response.status not in _REDIRECTS:
                self._tried[url] = f"(status {response.status})"
                break
            target = self._target(path, response.headers.get("location", ""))
            self._tried[url] = f"(redirects to {target.shown}{_NOT_FOLLOWED if target.path is None else ''})"
            if target.path is None:
                break
            path = target.path
        return path, []

    def _target(self, path: str, location: str) -> _Target:
        """Where a redirect leads. Its query may hold secrets, a user part may hide the host."""
        origin = self._client.origin
        bare = "".join(c for c in location if c.isprintable()).partition("?")[0]
        target = resolve(bare, base=directory(path.rpartition("/")[0]), netloc=origin.netloc)
        downgrade = origin.scheme == "https" and bare.lower().startswith("http:")
        return _Target(None if downgrade or not bare else target, re.sub(r"//[^/]*@", "//", bare))


@dataclass(frozen=True, slots=True)
class _Target:
    """A path that may be followed, or None; and what is shown."""

    path: str | None
    shown: str


def discover(client: Client, url: str, username: str = "") -> Iterable[Found]:
    """Every calendar collection of the account at `url`."""
    return CalDavAccount(client, url, username).discover()
