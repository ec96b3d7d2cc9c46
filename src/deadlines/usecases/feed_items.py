"""The items of a feed, brought up to date: what changed is made anew, the rest stays what it was last written as.

The journal tells which records changed since a feed last looked (`FeedState.seen`), so that one change costs the making of one
item. Everything is made anew where the terms differ: another day (the window of days moves), another configuration, zone
database or version of this program; so whatever else there may be that changes a feed is met within a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from deadlines import __version__
from deadlines.core.settings import Content, Feed
from deadlines.core.span import Span
from deadlines.core.when import end_of_day, start_of_day
from deadlines.feeds.lens import Lens, Piece, joined
from deadlines.feeds.patch import Edit
from deadlines.feeds.patch import splices as patched
from deadlines.feeds.stream import settled
from deadlines.feeds.tasks import marker, todo
from deadlines.ical.text import format_instant
from deadlines.store.events import EventRow
from deadlines.store.feeds import FeedItem, FeedRow, FeedShelf, FeedState, Place, Splice
from deadlines.usecases.desk import Desk

_MOST_CHANGES = 2_000
"""More changed records than this, and looking at everything is no dearer."""


class Delta(NamedTuple):
    """How many items are new, different, and gone since the feed last looked."""

    added: int = 0
    changed: int = 0
    removed: int = 0


NOTHING = Delta()


class Composed(NamedTuple):
    """Where a feed stands with its items up to date, and what of them is different.

    `splices` make the new version of a file that looks as `look` says; none where nothing is different, or all may be.
    """

    state: FeedState
    delta: Delta
    look: str = ""
    splices: tuple[Splice, ...] = ()


def compose(desk: Desk, shelf: FeedShelf, feed: Feed, before: FeedState) -> Composed:
    """Bring the items up to date, in the caller's transaction. The state is saved, without `look` if anything is different."""
    today = _today(desk)
    terms = _terms(desk, shelf, feed, today)
    stale = shelf.changed_since(before.seen, limit=_MOST_CHANGES) if before.terms == terms else None
    state = before._replace(terms=terms, seen=shelf.newest_change())
    edits: Sequence[Edit] = ()
    splices: tuple[Splice, ...] = ()
    if stale is None or stale:
        shelf.save(before)  # what items refer to
        zones = shelf.zones(feed.name)
        edits = _bring(desk, shelf, _Maker(desk, feed, before.key, _window(desk, feed, today)), stale)
        if stale and edits and before.look and shelf.zones(feed.name) == zones:
            splices = tuple(patched(before.head, edits, partial(shelf.size, feed.name)))
    delta = _delta(edits)
    if edits or before.terms != terms:
        state = state._replace(look="", items=before.items + delta.added - delta.removed)
    if state != shelf.state(feed.name):
        shelf.save(state)
    return Composed(state, delta, before.look, splices)


def _today(desk: Desk) -> date:
    return desk.now.astimezone(desk.settings.me.zone).date()


def _terms(desk: Desk, shelf: FeedShelf, feed: Feed, today: date) -> str:
    clients = [(client.key, client.name, client.zone.key) for client in desk.settings.clients.values()]
    shown = feed._replace(path="", secret_name=False)
    return repr((__version__, shown, today, desk.settings.me.zone.key, clients, shelf.derived_with()))


def _window(desk: Desk, feed: Feed, today: date) -> Span:
    """Whole days in the owner's zone, so that a feed does not change by the minute."""
    zone = desk.settings.me.zone
    start = start_of_day(today - timedelta(days=feed.days_back), zone)
    return Span(start, end_of_day(today + timedelta(days=feed.days_ahead), zone))


def _bring(desk: Desk, shelf: FeedShelf, maker: _Maker, stale: Sequence[int] | None) -> Sequence[Edit]:
    name = maker.feed.name
    before: Mapping[Place, FeedItem]
    if stale is None:
        pieces, before = maker.everything(shelf), shelf.items(name)
    else:
        numbers = (*stale, 0) if maker.takes_time(shelf, stale) else stale
        pieces = maker.some(shelf, numbers)
        looked = [(content.value, number) for content in maker.feed.content for number in numbers]
        before = {place: item for place in looked if (item := shelf.item(name, place)) is not None}
    kept, stamp = set[Place](), format_instant(desk.now)
    fresh: list[FeedItem] = []
    for place, piece in pieces:
        kept.add(place)
        item = settled(place, piece, before.get(place), stamp=stamp)
        if item is not before.get(place):
            fresh.append(item)
    gone = [place for place in before if place not in kept]
    shelf.put(name, fresh)
    shelf.drop(name, gone)
    drops = {place: len(item.text) for place, item in before.items()}
    return [
        *(Edit(item.place, drops.get(item.place, 0), item.text) for item in fresh),
        *(Edit(place, drops[place], b"") for place in gone),
    ]


def _delta(edits: Sequence[Edit]) -> Delta:
    added, removed = sum(not edit.drop for edit in edits), sum(not edit.put for edit in edits)
    return Delta(added=added, changed=len(edits) - added - removed, removed=removed)


class _Maker:
    """Makes the items of one feed."""

    def __init__(self, desk: Desk, feed: Feed, key: bytes, window: Span) -> None:
        self.feed = feed
        self._desk = desk
        self._lens = Lens(feed, desk.settings, key)
        self._window = window
        self._today = start_of_day(_today(desk), desk.settings.me.zone)
        self._start, self._end = int(window.start.timestamp()), int(window.end.timestamp())
        self._shows_time = not {Content.BUSY, Content.HOURS}.isdisjoint(feed.content)
        self._shows_tasks = not {Content.DEADLINES, Content.TASKS}.isdisjoint(feed.content)

    def everything(self, shelf: FeedShelf) -> Iterator[tuple[Place, Piece]]:
        """Every item."""
        if self._shows_tasks:
            for row in shelf.tasks(self._start, self._end):
                yield from self._of_task(row)
        if Content.MEETINGS in self.feed.content:
            yield from self._of_events(self._desk.store.events(self._start, self._end + 1))
        yield from self._of_time()

    def takes_time(self, shelf: FeedShelf, numbers: Sequence[int]) -> bool:
        """Whether busy time may be another after changes of these records: unless all of them are tasks, which take none."""
        return self._shows_time and any(shelf.task(number) is None for number in numbers)

    def some(self, shelf: FeedShelf, numbers: Sequence[int]) -> Iterator[tuple[Place, Piece]]:
        """The items that show one of the records, and with 0 among them those that show no single one."""
        for number in numbers:
            row = shelf.task(number) if self._shows_tasks else None
            if row is not None:
                yield from self._of_task(row)
        if Content.MEETINGS in self.feed.content:
            yield from self._of_events(event for number in numbers if (event := shelf.event(number)) is not None)
        if 0 in numbers:
            yield from self._of_time()

    def _of_events(self, rows: Iterable[EventRow]) -> Iterator[tuple[Place, Piece]]:
        from deadlines.usecases.feed_meetings import MeetingMaker  # noqa: PLC0415 # only feeds of meetings pay for it

        maker = MeetingMaker(self._desk.settings, self._lens, self._window)
        for row in rows:
            if (piece := maker.piece(row)) is not None:
                yield (Content.MEETINGS.value, row.id), piece

    def _of_time(self) -> Iterator[tuple[Place, Piece]]:
        if self._shows_time:
            from deadlines.usecases.feed_meetings import busy_time, hours  # noqa: PLC0415 # likewise

            for content, make in ((Content.BUSY, busy_time), (Content.HOURS, hours)):
                if content in self.feed.content:
                    yield (content.value, 0), make(self._desk, self._lens, self._window)

    def _of_task(self, row: FeedRow) -> Iterator[tuple[Place, Piece]]:
        if self.feed.client and row.client != self.feed.client:
            return
        content, shown = self.feed.content, row.due_at is None or self._start <= row.due_at < self._end
        if Content.DEADLINES in content:
            piece = marker(row, self._lens) if shown else None
            later = self._later(row) if row.repeat and row.is_open else ()
            if pieces := [one for one in (piece, *later) if one is not None]:
                yield (Content.DEADLINES.value, row.id), pieces[0] if len(pieces) == 1 else joined(pieces)
        if Content.TASKS in content and shown and (row.due_at is not None or row.is_open):
            yield (Content.TASKS.value, row.id), todo(row, self._lens)

    def _later(self, row: FeedRow) -> Iterator[Piece | None]:
        """The instances of a task that repeats which are not overdue when the day begins."""
        from deadlines.usecases.feed_repeats import later  # noqa: PLC0415 # only what repeats pays for it

        for instance in later(row, self._desk.settings, self._today, self._window.end):
            yield marker(instance, self._lens)
