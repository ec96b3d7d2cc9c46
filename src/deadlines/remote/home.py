"""What a calendar home (RFC 4791 §6.2.1) knows: where all the calendars in it stand, in one answer.

A token or ctag that is told here equals the one that we have, or it says nothing: servers spell them in other ways here than in
their reports, leave them out, or know nothing of a calendar that is shared. So all that is ever believed is "as you left it", and
that only where `traits.trusted` would believe the mark itself: one that counts seconds and is as young as the answer proves
nothing. What happens after the answer is found the next time, for the mark stays as it is.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Mapping
from typing import Final

from deadlines.errors import CredentialsRefused, RemoteError, Unreachable, Untrusted
from deadlines.remote import davxml
from deadlines.remote.base import Mark
from deadlines.remote.hrefs import directory, resolve
from deadlines.remote.http import Client
from deadlines.remote.multistatus import CALENDARSERVER, DAV, Multistatus, Row
from deadlines.remote.refusals import MULTI_STATUS
from deadlines.remote.traits import trusted
from deadlines.remote.wire import TooSlow

log = logging.getLogger(__name__)

_SOMEBODY_IS_THERE: Final = (TooSlow, http.client.HTTPException, ConnectionResetError, BrokenPipeError)
"""Causes of `Unreachable` that a server has which cannot answer this, and would answer other things."""


def of(path: str) -> str:
    """The path of what a collection is in."""
    return directory(path.rstrip("/").rpartition("/")[0])


def unchanged(client: Client, home: str, marks: Mapping[str, Mark]) -> frozenset[str]:
    """The URLs of the collections in `home` that stand where their marks say; `deadlines.remote.base.Collection.unchanged`."""
    try:
        return _unchanged(client, home, marks)
    except RemoteError as error:
        if _concerns_the_account(error):
            raise
        log.debug("the home tells nothing: %s", error)
        return frozenset()


def _unchanged(client: Client, home: str, marks: Mapping[str, Mark]) -> frozenset[str]:
    response = client.read("PROPFIND", home, headers={**davxml.XML, "Depth": "1"}, body=_asked(marks))
    if response.status != MULTI_STATUS:
        response.body()
        return frozenset()
    same, other = set[str](), set[str]()
    for row in Multistatus(response.url, response.chunks):
        path = resolve(row.href, base=home, netloc=client.origin.netloc)
        known = marks.get(url := client.url(directory(path))) if path else None
        if known is not None:
            (same if _stands_at(known, row, response.headers) else other).add(url)
    return frozenset(same - other)


def _asked(marks: Mapping[str, Mark]) -> bytes:
    """What is asked for, and nothing that nobody has: a token may cost the server a look at all of a calendar, a ctag another."""
    tokens = {bool(mark.sync_token) for mark in marks.values()}
    return davxml.MARKS if len(tokens) > 1 else davxml.TOKEN if True in tokens else davxml.CTAG


def _stands_at(known: Mark, row: Row, headers: Mapping[str, str]) -> bool:
    if known.sync_token:
        told = Mark(sync_token=row.props.get(DAV + "sync-token", "").strip())
        mark = Mark(sync_token=known.sync_token.strip())
    else:
        told = Mark(ctag=row.props.get(CALENDARSERVER + "getctag", "").strip())
        mark = Mark(ctag=known.ctag.strip())
    return told == mark != Mark() and trusted(told, mark, headers) == told


def _concerns_the_account(error: RemoteError) -> bool:
    if isinstance(error, Unreachable):
        return error.status is None and not isinstance(error.__cause__, _SOMEBODY_IS_THERE)
    return isinstance(error, CredentialsRefused | Untrusted)
