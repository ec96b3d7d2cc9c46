"""What a feed lets its readers see: the titles, the UIDs and the clocks that it shows for what is really there.

Full feeds show titles and notes. Redacted ones show kind, status and times, and no word that anybody wrote; busy ones show times
alone. No feed of any kind shows a UID of the calendars it is made from, nor an address: UIDs are derived with a key of the feed's
own, so that they stay the same and lead nowhere, and one item has different ones in two feeds (RFC 7986 §5.3 asks for UIDs that
say nothing). Times are never written as they were found: a TZID is any text, so only IANA names leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.client import Client
from deadlines.core.settings import Details, Feed, Settings
from deadlines.core.when import on_clock
from deadlines.ical.text import CRLF, WIDTH, escape, fold, format_duration, format_wall_time, join_list
from deadlines.ical.zones import iana

STAMP = "\0"
"""Stands in a text where DTSTAMP and SEQUENCE will be; no text that is written can hold it (RFC 5545 §3.1)."""
STAMP_ALONE = "\1"
"""Likewise, where a component has no SEQUENCE."""
BUSY = "Busy"
_UTC = "UTC"
_MIDNIGHT = "000000"
_SIZE = 16
_MOST_DAYS = 4096


class Piece(NamedTuple):
    """The components that one item is in a feed, `STAMP` in each, and the IANA names of the clocks they are on."""

    text: str
    zones: tuple[str, ...] = ()


def joined(pieces: Sequence[Piece]) -> Piece:
    """Several as one item."""
    return Piece("".join(piece.text for piece in pieces), tuple({zone for piece in pieces for zone in piece.zones}))


class Clock(NamedTuple):
    """A time as a property says it: what follows its name, and the IANA name of its clock, empty where it is on none."""

    value: str
    zone: str = ""


class Lens:
    """One feed, with the key from which its UIDs are derived (32 bytes)."""

    def __init__(self, feed: Feed, settings: Settings, key: bytes) -> None:
        self.feed = feed
        self.settings = settings
        self.is_full = feed.details is Details.FULL
        self.is_busy = feed.details is Details.BUSY
        self._hash = blake2b(key=key, digest_size=_SIZE)
        self._hashes: dict[tuple[str, str], blake2b] = {}
        self._days: dict[tuple[str, int, str], Clock] = {}
        self._whose: dict[tuple[str, ...], str] = {}
        self._labels: dict[tuple[tuple[str, ...], str], str] = {}
        self._clocks: dict[str, str] = {}

    def uid(self, kind: str, calendar: str, uid: bytes) -> str:
        """The UID that something of a calendar has here."""
        known = self._hashes.get((kind, calendar))
        if known is None:
            known = self._hashes[kind, calendar] = self._hash.copy()
            known.update(f"{kind}\0{calendar}\0".encode("utf-8", "replace"))
        derived = known.copy()
        derived.update(uid)
        return derived.hexdigest()

    def title(self, kind: str, summary: str, *clients: str) -> str:
        """What it is called: in a full feed of everybody's also whose it is."""
        if self.is_busy:
            return BUSY
        if not self.is_full:
            return kind
        name = self._whose.get(clients)
        if name is None:
            known = () if self.feed.client else clients
            name = self._whose[clients] = ", ".join(filter(None, map(self.named, known)))
        return f"{summary} ({name})" if name and summary else summary or name or kind

    def named(self, client: str) -> str:
        """What a client is called, empty for nobody."""
        found = self.settings.clients.get(client)
        return "" if found is None else found.name

    def categories(self, labels: tuple[str, ...], client: str) -> str:
        """The content line of the categories but for the client's own name, which is no news in a title or to the client."""
        known = self._labels.get((labels, client))
        if known is None:
            own = {client.casefold(), self.named(client).casefold()}
            kept = tuple(map(_whole, (label for label in labels if label.casefold() not in own)))
            known = self._labels[labels, client] = fold(f"CATEGORIES:{join_list(kept)}") + CRLF if kept else ""
        return known

    def zone(self, client: str) -> ZoneInfo:
        """The clock of a client, else the owner's."""
        found: Client | None = self.settings.clients.get(client)
        return self.settings.me.zone if found is None else found.zone

    def clock(self, kind: str, value: str, tzid: str, at: int, client: str) -> Clock:
        """A time of the index, with `at` the instant it means: on its own clock where that has an IANA name."""
        if kind == "all-day":
            return Clock(f";VALUE=DATE:{value.replace('-', '')}")
        if not self.is_busy:
            name = self.named_clock(tzid or self.zone(client).key)
            if name == _UTC:
                return Clock(f":{value.replace('-', '').replace(':', '')}Z")
            if name:
                return Clock(f";TZID={name}:{value.replace('-', '').replace(':', '')}", name)
        return self.instant(at, client)

    def named_clock(self, tzid: str) -> str:
        """The IANA name of a clock, empty where it has none."""
        name = self._clocks.get(tzid)
        if name is None:
            name = self._clocks[tzid] = iana(tzid) or ""
        return name

    def instant(self, at: int, client: str) -> Clock:
        """An instant (Unix seconds) on the clock of a client; in a busy feed, which shows no clocks, in UTC."""
        moment = datetime.fromtimestamp(at, UTC)
        when = on_clock(moment, ZoneInfo(_UTC) if self.is_busy else self.zone(client))
        if when.tzid == _UTC:
            return Clock(f":{format_wall_time(when.local)}Z")
        return Clock(f";TZID={when.tzid}:{format_wall_time(when.local)}", when.tzid)

    def deadline(self, kind: str, value: str, tzid: str, at: int, client: str) -> Clock:
        """A due time as a marker shows it: a date alone is a moment where it falls due at an hour, else that day."""
        if kind != "all-day":
            return self.clock(kind, value, tzid, at, client)
        known = self._days.get((value, at, client))  # many tasks share a day
        if known is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            local = datetime.fromtimestamp(at, UTC).astimezone(self.zone(client))
            over = f"{local:%H%M%S}" == _MIDNIGHT
            known = self.clock(kind, value, tzid, at, client) if over else self.instant(at, client)
            self._days[value, at, client] = known
        return known

    def alarm(self, title: str, related: str = "") -> str:
        """The alarm of something called `title` (RFC 5545 §3.6.6), empty where none is wanted."""
        before = self.feed.alarm
        if before is None:
            return ""
        trigger = format_duration(-before) if before > timedelta() else "PT0S"
        return (
            f"BEGIN:VALARM{CRLF}ACTION:DISPLAY{CRLF}{text_line('DESCRIPTION', title)}"
            f"TRIGGER{related}:{trigger}{CRLF}END:VALARM{CRLF}"
        )


def text_line(name: str, value: str) -> str:
    """A content line with a TEXT value, whatever that holds: what would end the line or stands for no character does not."""
    plain = value.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")  # a table takes longer
    if not plain.isprintable():  # a control character, an odd line end, a surrogate
        plain = escape(_whole(value))
    line = f"{name}:{plain}"
    return (line if len(line) <= WIDTH and line.isascii() else fold(line)) + CRLF


def _whole(value: str) -> str:
    return value if value.isascii() else "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in value)
