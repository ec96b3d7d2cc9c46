"""What a status means, per kind of request: one place for what servers say when they refuse.

Codes mislead (SYNC.md §2.10), so the conditions named in the body (`DAV:error`, RFC 4918 §16) are believed before the code.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Final

from deadlines.errors import (
    CollectionMissing,
    CredentialsRefused,
    NotCalDAV,
    PreconditionFailed,
    ReadOnlyCollection,
    Rejected,
    RemoteError,
    Unreachable,
)
from deadlines.remote.http import Response
from deadlines.remote.multistatus import CALDAV, DAV, error_href, error_names

MULTI_STATUS: Final = 207
GONE: Final = frozenset({404, 410})

# RFC 4791 §5.3.2.1 and, at Cyrus for every resource, RFC 6638 §3.2.4.1: there it counts in all calendars of a user
_UID_TAKEN: Final = frozenset({CALDAV + "no-uid-conflict", CALDAV + "unique-scheduling-object-resource"})
_CONFLICTS: Final = _UID_TAKEN | {DAV + "no-conflicting-lock", DAV + "lock-token-submitted"}
_INVALID: Final = frozenset(
    CALDAV + name
    for name in (
        "valid-calendar-data",
        "valid-calendar-object-resource",
        "supported-calendar-data",
        "supported-calendar-component",
        "max-resource-size",
        "min-date-time",
        "max-date-time",
        "max-instances",
        "max-attendees-per-instance",
    )
)
_QUOTA: Final = frozenset({DAV + "quota-not-exceeded", DAV + "sufficient-disk-space"})
_READ_ONLY: Final = frozenset({DAV + "need-privileges", DAV + "cannot-modify-protected-property"})
_MOVED: Final = frozenset({404, 409, 410, 412, 423})
_FORBIDDEN: Final = frozenset({403, 405})
_TOO_LARGE: Final = frozenset({413})
_FULL: Final = frozenset({507})
_READ_ONLY_REMEDY: Final = '; undo the change, or set mode = "read-only" for the calendar'
_GATEWAY: Final = frozenset({502, 504})
_LARGEST_ERROR: Final = 1 << 16


def read_refusal(response: Response) -> RemoteError:
    """Why a request for the collection was not answered with a multistatus."""
    status, url = response.status, response.url
    html = response.media_type == "text/html"
    response.body()
    if status in GONE:
        return CollectionMissing(url, "there is no such collection", status=status)
    if status == 403:  # noqa: PLR2004 - Forbidden
        return CredentialsRefused(url, "this user may not read here", status=status)
    if status >= 500:  # noqa: PLR2004 - the class of server errors
        return Unreachable(url, f"the server failed ({status})", status=status)
    what = "a web page" if html else f"status {status}"
    return NotCalDAV(url, f"{what} instead of a CalDAV answer", status=status)


def write_refusal(response: Response, *, member: Callable[[str], object]) -> RemoteError:
    """Why a resource was not written or deleted. `member` gives None for an href that is not of the collection.

    `Rejected` with a status of 500 says nothing of the outcome: servers answer so to bad data, over quota, and after storing.
    """
    status, url = response.status, response.url
    body = response.body()
    named = error_names(body[:_LARGEST_ERROR])
    twin = error_href(body[:_LARGEST_ERROR]) if named & _UID_TAKEN else ""
    if twin and member(twin) is None:
        return Rejected(url, f"another calendar of this account has its UID already, at {twin}", status=status)
    said = ", ".join(sorted(name.rpartition(" ")[2] for name in named)) or str(status)
    refusal, reason = _meaning(status, named)
    return refusal(url, f"{reason} ({said})", status=status)


def _meaning(status: int, named: frozenset[str]) -> tuple[type[RemoteError], str]:
    for conditions, refusal, reason in _CONDITIONS:
        if named & conditions:
            return refusal, reason
    for statuses, refusal, reason in _STATUSES:
        if status in statuses:
            return refusal, reason
    return Rejected, "the server refuses this item"


_CONDITIONS: Final[tuple[tuple[frozenset[str], type[RemoteError], str], ...]] = (
    (_CONFLICTS, PreconditionFailed, "there is another resource in the way"),
    (_INVALID | _QUOTA, Rejected, "the server refuses this item"),
    (_READ_ONLY, ReadOnlyCollection, f"this user may not write here{_READ_ONLY_REMEDY}"),
)
_STATUSES: Final[tuple[tuple[Container[int], type[RemoteError], str], ...]] = (
    (_MOVED, PreconditionFailed, "it is not as it was"),
    (_FORBIDDEN, ReadOnlyCollection, f"writing is not allowed here{_READ_ONLY_REMEDY}"),
    (_TOO_LARGE, Rejected, "it is too large"),
    (_FULL, Rejected, "the space there is used up: make room, then sync again"),
    (_GATEWAY, Unreachable, "the server failed"),
    (range(200, 400), NotCalDAV, "this answer does not confirm the write"),
)


def refuse_unless(response: Response, statuses: Iterable[int]) -> None:
    """Raise what a status means unless it is one of `statuses`; with one of those but 207, throw the body away."""
    if response.status not in statuses:
        raise read_refusal(response)
    if response.status != MULTI_STATUS:
        response.body()
