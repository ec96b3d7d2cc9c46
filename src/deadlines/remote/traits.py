"""What a collection says of itself: whether it is a calendar, what it can, and how far its marks can be trusted."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from typing import Final

from deadlines.remote.base import Capabilities, Mark
from deadlines.remote.multistatus import CALDAV, CALENDARSERVER, DAV, Row

_COUNTER: Final = re.compile(r"(.*[^0-9A-Za-z])?(\d{1,18})")
_YOUNG: Final = 2.0
_WRITING: Final = frozenset(DAV + name for name in ("all", "write", "write-content", "bind"))


def is_calendar(row: Row) -> bool:
    """Whether a row says of itself that it is a calendar collection (RFC 4791 §4.2)."""
    return CALDAV + "calendar" in row.nested.get(DAV + "resourcetype", ())


def capabilities_of(row: Row, server: str) -> Capabilities:
    """The capabilities that the row of a collection tells."""
    components = row.nested.get(CALDAV + "supported-calendar-component-set", [])
    privileges = row.nested.get(DAV + "current-user-privilege-set")
    reports = row.nested.get(DAV + "supported-report-set", ())
    return Capabilities(
        display_name=row.props.get(DAV + "displayname", ""),
        sync_token=DAV + "sync-collection" in reports or bool(row.props.get(DAV + "sync-token")),
        ctag=bool(row.props.get(CALENDARSERVER + "getctag")),
        writable=privileges is None or not _WRITING.isdisjoint(privileges),
        components=frozenset(name.upper() for name in components if " " not in name),
        server=server,
    )


def trusted(new: Mark, known: Mark, headers: Mapping[str, str]) -> Mark:
    """`new`, or an empty mark where it proves nothing: it runs backwards, or counts seconds and is as young as the answer."""
    count = _count(new)
    before = _count(known)
    if count is None:
        return new
    if before is not None and count[0] == before[0] and count[1] < before[1]:
        return Mark()
    try:
        answered = email.utils.parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return new
    return Mark() if abs(count[1] - answered) <= _YOUNG else new


def _count(mark: Mark) -> tuple[str, int] | None:
    """The counter that a mark ends with, and what is before it."""
    found = _COUNTER.fullmatch((mark.sync_token or mark.ctag).strip('"'))
    return (found.group(1) or "", int(found.group(2))) if found else None
