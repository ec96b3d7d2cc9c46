"""A feed as bytes: what surrounds the items, and when an item is a new version of itself.

DTSTAMP says when an item last looked different in this very feed, SEQUENCE how often it did: what others change in a task and a
feed does not show, moves neither. So the same items give the same bytes, whenever and however often they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from deadlines.core.settings import Details, Feed, Settings
from deadlines.feeds.lens import BUSY, STAMP, STAMP_ALONE, Piece, text_line
from deadlines.ical.build import PRODID
from deadlines.ical.text import CRLF, format_duration
from deadlines.ical.vtimezone import vtimezone_text
from deadlines.store.feeds import FeedItem, Place

END = b"END:VCALENDAR\r\n"
"""What comes after them."""
_NOBODY = "Deadlines"


def settled(place: Place, piece: Piece, before: FeedItem | None, *, stamp: str) -> FeedItem:
    """The item that `piece` makes: `before` itself where nothing is different, else its next version, with DTSTAMP `stamp`."""
    if before is not None and _stamped(piece, before.stamp, before.sequence) == before.text:
        return before
    sequence = 0 if before is None else before.sequence + 1
    zones = " ".join(sorted(piece.zones)) if len(piece.zones) > 1 else "".join(piece.zones)
    return FeedItem(*place, stamp, sequence, zones, _stamped(piece, stamp, sequence))


def title(feed: Feed, settings: Settings) -> str:
    """What programs call the feed. Only a full one names the client unasked."""
    if feed.title or feed.details is not Details.FULL:
        return feed.title or (BUSY if feed.details is Details.BUSY else _NOBODY)
    client = settings.clients.get(feed.client)
    return _NOBODY if client is None else f"{_NOBODY}: {client.name}"


def stream(feed: Feed, settings: Settings, zones: Iterable[str], texts: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
    """The whole VCALENDAR (RFC 5545 §3.4, RFC 7986 §5), with a VTIMEZONE for each of `zones`."""
    yield head(feed, settings, zones)
    for some in texts:
        yield from some
    yield END


def head(feed: Feed, settings: Settings, zones: Iterable[str]) -> bytes:
    """What comes before the items."""
    clocks = (vtimezone_text(zone, ZoneInfo(zone)) for zone in sorted(zones))
    return (_properties(feed, title(feed, settings)) + "".join(clocks)).encode()


def _properties(feed: Feed, name: str) -> str:
    every = format_duration(feed.refresh) if feed.refresh > timedelta() else ""
    lines = (
        f"BEGIN:VCALENDAR{CRLF}VERSION:2.0{CRLF}PRODID:{PRODID}{CRLF}",
        text_line("NAME", name),
        text_line("X-WR-CALNAME", name),
        text_line("COLOR", feed.color) if feed.color else "",
        f"REFRESH-INTERVAL;VALUE=DURATION:{every}{CRLF}X-PUBLISHED-TTL:{every}{CRLF}" if every else "",
    )
    return "".join(lines)


def _stamped(piece: Piece, stamp: str, sequence: int) -> bytes:
    text = piece.text.replace(STAMP, f"DTSTAMP:{stamp}{CRLF}SEQUENCE:{sequence}{CRLF}")
    return text.replace(STAMP_ALONE, f"DTSTAMP:{stamp}{CRLF}").encode()
