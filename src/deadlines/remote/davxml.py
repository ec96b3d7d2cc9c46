"""The bodies of the requests we make: constants, and one list of hrefs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

XML: Final = {"Content-Type": "application/xml; charset=utf-8"}
"""The header that goes with them."""

_NAMES: Final = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" '
    'xmlns:I="http://apple.com/ns/ical/"'
)
WITHOUT_DATA: Final = "<D:prop><D:getetag/><D:resourcetype/></D:prop>"
"""Of a listing. Never the schedule tag: for it Xandikos parses every resource there is, eleven times as long as without."""
WITH_DATA: Final = "<D:prop><D:getetag/><D:resourcetype/><C:schedule-tag/><C:calendar-data/></D:prop>"
"""Of what changed, and of what is asked for by name."""


def _document(name: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{name} {_NAMES}>{content}</{name}>'.encode()


COLLECTION: Final = _document(
    "D:propfind",
    "<D:prop><D:resourcetype/><D:displayname/><D:sync-token/><S:getctag/><D:supported-report-set/>"
    "<D:current-user-privilege-set/><C:supported-calendar-component-set/></D:prop>",
)
"""What is this collection, and where does it stand?"""

TOKEN: Final = _document("D:propfind", "<D:prop><D:resourcetype/><D:sync-token/></D:prop>")
"""Is this a calendar, and where does it stand? For a token Radicale looks at the whole collection, and for a ctag once more."""

CTAG: Final = _document("D:propfind", "<D:prop><D:resourcetype/><S:getctag/></D:prop>")
"""The same of a server without tokens."""

MARKS: Final = _document("D:propfind", "<D:prop><D:resourcetype/><D:sync-token/><S:getctag/></D:prop>")
"""The same where some of the calendars have tokens and others none."""

PRINCIPAL: Final = _document("D:propfind", "<D:prop><D:current-user-principal/><D:principal-URL/><D:resourcetype/></D:prop>")
"""Who am I? (RFC 5397)"""

HOME_SET: Final = _document("D:propfind", "<D:prop><C:calendar-home-set/><D:resourcetype/></D:prop>")
"""Where are the calendars? (RFC 4791 §6.2.1)"""

LISTING: Final = _document("D:propfind", WITHOUT_DATA)
"""Which resources are there?"""

EVERYTHING: Final = _document(
    "C:calendar-query",
    '<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter>',
)
"""All data at once (RFC 4791 §7.8), and nothing that costs more. What it leaves out a listing names: filters decide nothing."""


def sync_collection(token: str, *, prop: str) -> bytes:
    """What happened since `token`; never a limit (SYNC.md §2.5)."""
    return _document("D:sync-collection", f"<D:sync-token>{_text(token)}</D:sync-token><D:sync-level>1</D:sync-level>{prop}")


def multiget(hrefs: Iterable[str]) -> bytes:
    """The resources with these (encoded) hrefs (RFC 4791 §7.9)."""
    named = "".join(f"<D:href>{_text(href)}</D:href>" for href in hrefs)
    return _document("C:calendar-multiget", WITH_DATA + named)


def uid_query(component: str, uid: str) -> bytes:
    """The resources with a component that has this UID, or one that the server takes for it (RFC 4791 §7.8.6)."""
    match = f'<C:text-match collation="i;octet">{_text(uid)}</C:text-match>'
    inner = f'<C:comp-filter name="{component}"><C:prop-filter name="UID">{match}</C:prop-filter></C:comp-filter>'
    return _document(
        "C:calendar-query", f'{WITH_DATA}<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>'
    )


def _text(value: str) -> str:
    """Character data; what XML cannot say becomes a question mark, which matches nothing."""
    legal = "".join(
        c if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in value
    )
    return legal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
