"""The meetings of a feed: which events it shows, and what of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from deadlines.core.meeting import Meeting
from deadlines.core.series import Part, Series
from deadlines.core.settings import TIME, Settings
from deadlines.core.span import Span
from deadlines.errors import CodecError
from deadlines.feeds.lens import STAMP_ALONE, Lens, Piece, joined
from deadlines.feeds.meetings import Owned, each, free_busy, whole
from deadlines.ical.scan import scan
from deadlines.ical.series import read_series
from deadlines.ical.text import CRLF
from deadlines.ical.vavailability import write
from deadlines.store.events import EventRow
from deadlines.usecases.desk import Desk
from deadlines.usecases.index import Indexer
from deadlines.usecases.meetings import Expander, busy
from deadlines.usecases.parties import Parties
from deadlines.usecases.spelling import dates_of, when_of

HOURS = "Working hours"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class MeetingMaker:
    """Makes the meetings of one feed."""

    def __init__(self, settings: Settings, lens: Lens, window: Span) -> None:
        self._indexer = Indexer(settings)
        self._lens = lens
        self._expand = Expander(settings, window)

    def piece(self, row: EventRow) -> Piece | None:
        """What the feed shows of an event; None where it takes place at no time, or is none of the feed's business."""
        if row.calendar == TIME or row.component != "VEVENT":
            return None
        shown = [meeting for meeting in self._expand(row) if self._shows(meeting.clients, meeting.busy)]
        if not shown:
            return None
        parties = Parties(self._indexer, row.calendar)
        uid = row.uid.encode("utf-8", "surrogateescape")
        if any(meeting.repeats for meeting in shown) and (found := self._series(row, parties)) is not None:
            series, clients, is_busy = found
            repeated = whole(series, Owned(row.calendar, uid, clients, parties.zone(clients)), self._lens, is_busy)
            if repeated is not None:
                return repeated
        return self._each(row.calendar, uid, shown, parties)

    def _each(self, calendar: str, uid: bytes, shown: list[Meeting], parties: Parties) -> Piece:
        """Each time by itself, with the clients that it has then."""
        pieces = [
            each((meeting,), Owned(calendar, uid, self._told(meeting.clients), parties.zone(meeting.clients)), self._lens)
            for meeting in shown
        ]
        return joined(pieces)

    def _series(self, row: EventRow, parties: Parties) -> tuple[Series, tuple[str, ...], Callable[[Part], bool]] | None:
        """The series, its clients and what of it is busy; None where the feed shows only a part of it."""
        event = row.event
        if not event.needs_text:
            start = when_of(row.start_kind, row.start_value, row.start_tzid)
            end = when_of(event.end_kind, event.end_value, event.end_tzid)
            if start is None or end is None:
                return None
            part = Part(start, end, None, row.summary, row.status, not event.busy, event.location)
            series = Series(part, row.repeat, (), dates_of(event.exdates))
            return series, self._told(event.clients), lambda _: event.busy
        try:
            series = read_series(scan(row.text or "")).series
        except CodecError:
            return None
        parts = [part for part in (series.master, *series.overrides) if part is not None and not part.is_cancelled]
        clients = {parties.of(part) for part in parts}
        if len(clients) != 1 or not all(self._shows(parties.of(part), parties.is_busy(part)) for part in parts):
            return None
        return series, self._told(clients.pop()), parties.is_busy

    def _shows(self, clients: tuple[str, ...], is_busy: bool) -> bool:  # noqa: FBT001 # one of two facts about a meeting
        mine = self._lens.feed.client
        return (not mine or mine in clients) and (is_busy or not self._lens.is_busy)

    def _told(self, clients: tuple[str, ...]) -> tuple[str, ...]:
        """The clients that a title may name: in a client's feed no other."""
        return () if self._lens.feed.client else clients


def busy_time(desk: Desk, lens: Lens, window: Span) -> Piece:
    """All busy time, whoever it is with: it is there to say when nobody need ask."""
    return free_busy(busy(desk.store, desk.settings, window), window, lens)


def hours(desk: Desk, lens: Lens, window: Span) -> Piece:
    """My working hours (RFC 7953)."""
    written = write(desk.settings.me.availability, uid=lens.uid("hours", "", b""), name=HOURS, now=_NEVER, span=window)
    stamp = f"DTSTAMP:19700101T000000Z{CRLF}"
    return Piece(written.text.replace(stamp, STAMP_ALONE), tuple(zone.key for zone in written.zones))
