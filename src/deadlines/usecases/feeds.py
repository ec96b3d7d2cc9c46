"""Writing feeds: what changed is made anew, the rest is put together from what it was last written as.

The journal tells which records changed since a feed last looked (`FeedState.seen`), so that one change costs the making of one
item. Everything is made anew where the terms differ: another day (the window of days moves), another configuration, zone
database or version of this program; so whatever else there may be that changes a feed is met within a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from deadlines import __version__
from deadlines.core.settings import Content, Feed
from deadlines.core.span import Span
from deadlines.core.when import end_of_day, start_of_day
from deadlines.errors import DeadlinesError, NotConfigured, PublishingFailed, Refused, UnknownName
from deadlines.feeds.lens import Lens, Piece
from deadlines.feeds.stream import settled, stream
from deadlines.feeds.tasks import marker, todo
from deadlines.ical.text import format_instant
from deadlines.store.events import EventRow
from deadlines.store.feeds import FeedItem, FeedRow, FeedShelf, FeedState, Place, Publisher
from deadlines.usecases.desk import Desk
from deadlines.usecases.names import nearest

_MOST_CHANGES = 500
"""More changed records than this, and looking at everything is no dearer."""


class Delta(NamedTuple):
    """How many items are new, different, and gone since the feed last looked."""

    added: int = 0
    changed: int = 0
    removed: int = 0


_NONE = Delta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of one feed. `file` is where it is, `revoked` what was deleted; `error` is why it was not written."""

    name: str
    file: str
    items: int = 0
    delta: Delta = _NONE
    written: bool = False
    revoked: tuple[str, ...] = ()
    error: DeadlinesError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What became of all that were asked for; how many items cannot be read and are in none; feeds configured no more."""

    feeds: tuple[Published, ...]
    unreadable: int = 0
    abandoned: tuple[FeedState, ...] = ()


class Listed(NamedTuple):
    """A feed and where it stands: `file` is its name now, `state` None where it was never written."""

    feed: Feed
    file: str
    items: int
    state: FeedState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What writing needs beside the desk: where files go, and 256 random bits at a time."""

    desk: Desk
    publisher: Publisher
    new_secret: Callable[[], bytes]


def publish(press: Press, names: Sequence[str] = (), *, folder: str = "", rotate: bool = False) -> Publication:
    """Write the feeds called so, or all, into their files or into `folder`. `rotate` gives those with secret names new ones.

    What fails in one feed stops no other. `UnknownName`, `NotConfigured` and `Refused` come before anything is written.
    """
    feeds = _wanted(press.desk, names)
    plain = [feed.name for feed in feeds if not feed.secret_name]
    if rotate and plain and (names or len(plain) == len(feeds)):
        hint = f"give it secret_name = true under [feeds.{plain[0]}]"
        raise Refused(f"feed {plain[0]} has no secret name that could be changed", hint=hint)
    if folder:
        press.publisher.make_folder(folder)
    taken: dict[str, str] = {}
    done = tuple(_published(press, feed, folder, taken, rotate=rotate) for feed in feeds)
    abandoned = () if names else tuple(_forgotten(press.desk))
    return Publication(feeds=done, unreadable=len(press.desk.store.unreadable()), abandoned=abandoned)


def text_of(press: Press, name: str) -> Iterator[bytes]:
    """The feed called so, in chunks, without a file."""
    (feed,) = _wanted(press.desk, (name,))
    shelf = press.desk.store.feeds
    with shelf.transaction():
        _compose(press.desk, shelf, feed, _state(press, feed, rotate=False))
    return _stream(press.desk, shelf, feed)


def listed(press: Press) -> Sequence[Listed]:
    """Every feed that is configured."""
    shelf = press.desk.store.feeds
    found = []
    for feed in press.desk.settings.feeds.values():
        with shelf.transaction():
            state = _state(press, feed, rotate=False)
            shelf.save(state)
        found.append(Listed(feed=feed, file=_file(press, feed, state.token, ""), items=shelf.count(feed.name), state=state))
    return found


def _wanted(desk: Desk, names: Sequence[str]) -> Sequence[Feed]:
    feeds = desk.settings.feeds
    if not feeds:
        hint = f'describe one in {desk.config}: [feeds.mine] with path = "~/public/mine.ics"'
        raise NotConfigured("no feed is configured", hint=hint)
    for name in names:
        if name not in feeds:
            raise UnknownName("feed", name, nearest(name, feeds))
    return [feeds[name] for name in dict.fromkeys(names)] if names else list(feeds.values())


def _published(press: Press, feed: Feed, folder: str, taken: dict[str, str], *, rotate: bool) -> Published:
    shelf = press.desk.store.feeds
    file = _file(press, feed, "", folder)
    try:
        with shelf.transaction():
            before = _state(press, feed, rotate=rotate)
            state, delta = _compose(press.desk, shelf, feed, before)
        file = _file(press, feed, state.token, folder)
        other = taken.setdefault(press.publisher.place(file), feed.name)
        if other != feed.name:
            raise PublishingFailed(file, f"feed {other} is written to this file")
        written, revoked = _deliver(press, feed, state, file, folder)
        return Published(name=feed.name, file=file, items=shelf.count(feed.name), delta=delta, written=written, revoked=revoked)
    except DeadlinesError as error:
        return Published(name=feed.name, file=file, error=error)


def _deliver(press: Press, feed: Feed, state: FeedState, file: str, folder: str) -> tuple[bool, tuple[str, ...]]:
    """Bring the file up to date, take away what it was called before; whether it was written, and what was taken away."""
    publisher, shelf = press.publisher, press.desk.store.feeds
    ours, written = not folder, False
    if not (ours and state.look and state.file == file and state.look == publisher.look(file)):
        written = publisher.write(file, _stream(press.desk, shelf, feed))
    revoked = publisher.revoke(_file(press, feed, "", folder), file)
    if ours and (written or state.file != file or not state.look):
        if state.file and state.file != file and state.file not in revoked:
            publisher.delete(state.file)
            revoked = (*revoked, state.file)
        at = press.desk.now if written else state.written_at
        with shelf.transaction():
            shelf.save(state._replace(file=file, look=publisher.look(file), written_at=at))
    return written, revoked


def _state(press: Press, feed: Feed, *, rotate: bool) -> FeedState:
    state = press.desk.store.feeds.state(feed.name) or FeedState(name=feed.name, key=press.new_secret())
    if not feed.secret_name:
        return state._replace(token="")
    return state._replace(token=press.new_secret().hex()) if rotate or not state.token else state


def _file(press: Press, feed: Feed, token: str, folder: str) -> str:
    return press.publisher.file(press.publisher.inside(folder, feed.name) if folder else feed.path, token)


def _compose(desk: Desk, shelf: FeedShelf, feed: Feed, state: FeedState) -> tuple[FeedState, Delta]:
    """Bring the items up to date; the state with what it has seen, saved. `look` is empty where anything is different."""
    today = desk.now.astimezone(desk.settings.me.zone).date()
    terms = _terms(desk, shelf, feed, today)
    stale = shelf.changed_since(state.seen, limit=_MOST_CHANGES) if state.terms == terms else None
    seen = shelf.newest_change()
    delta = Delta()
    if stale is None or stale:
        shelf.save(state)  # what items refer to
        delta = _bring(desk, shelf, _Maker(desk, feed, state.key, _window(desk, feed, today)), stale)
    same = state.terms == terms and not any(delta)
    state = state._replace(terms=terms, seen=seen, look=state.look if same else "")
    shelf.save(state)
    return state, delta


def _terms(desk: Desk, shelf: FeedShelf, feed: Feed, today: date) -> str:
    clients = [(client.key, client.name, client.zone.key) for client in desk.settings.clients.values()]
    shown = feed._replace(path="", secret_name=False)
    return repr((__version__, shown, today, desk.settings.me.zone.key, clients, shelf.derived_with()))


def _window(desk: Desk, feed: Feed, today: date) -> Span:
    """Whole days in the owner's zone, so that a feed does not change by the minute."""
    zone = desk.settings.me.zone
    start = start_of_day(today - timedelta(days=feed.days_back), zone)
    return Span(start, end_of_day(today + timedelta(days=feed.days_ahead), zone))


def _bring(desk: Desk, shelf: FeedShelf, maker: _Maker, stale: Sequence[int] | None) -> Delta:
    name = maker.feed.name
    before: Mapping[Place, FeedItem]
    if stale is None:
        pieces, before = maker.everything(shelf), shelf.items(name)
    else:
        pieces = maker.some(shelf, stale)
        looked = [(content.value, number) for content in maker.feed.content for number in (*stale, 0)]
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
    added = sum(item.place not in before for item in fresh)
    return Delta(added=added, changed=len(fresh) - added, removed=len(gone))


class _Maker:
    """Makes the items of one feed."""

    def __init__(self, desk: Desk, feed: Feed, key: bytes, window: Span) -> None:
        self.feed = feed
        self._desk = desk
        self._lens = Lens(feed, desk.settings, key)
        self._window = window
        self._start, self._end = int(window.start.timestamp()), int(window.end.timestamp())
        self._shows_tasks = not {Content.DEADLINES, Content.TASKS}.isdisjoint(feed.content)

    def everything(self, shelf: FeedShelf) -> Iterator[tuple[Place, Piece]]:
        """Every item."""
        if self._shows_tasks:
            for row in shelf.tasks(self._start, self._end):
                yield from self._of_task(row)
        if Content.MEETINGS in self.feed.content:
            yield from self._of_events(self._desk.store.events(self._start, self._end + 1))
        yield from self._of_time()

    def some(self, shelf: FeedShelf, numbers: Sequence[int]) -> Iterator[tuple[Place, Piece]]:
        """The items that show one of the records, and those that show no single one."""
        for number in numbers:
            row = shelf.task(number) if self._shows_tasks else None
            if row is not None:
                yield from self._of_task(row)
        if Content.MEETINGS in self.feed.content:
            yield from self._of_events(event for number in numbers if (event := shelf.event(number)) is not None)
        yield from self._of_time()

    def _of_events(self, rows: Iterable[EventRow]) -> Iterator[tuple[Place, Piece]]:
        from deadlines.usecases.feed_meetings import MeetingMaker  # noqa: PLC0415 # only feeds of meetings pay for it

        maker = MeetingMaker(self._desk.settings, self._lens, self._window)
        for row in rows:
            if (piece := maker.piece(row)) is not None:
                yield (Content.MEETINGS.value, row.id), piece

    def _of_time(self) -> Iterator[tuple[Place, Piece]]:
        if not {Content.BUSY, Content.HOURS}.isdisjoint(self.feed.content):
            from deadlines.usecases.feed_meetings import busy_time, hours  # noqa: PLC0415 # likewise

            for content, make in ((Content.BUSY, busy_time), (Content.HOURS, hours)):
                if content in self.feed.content:
                    yield (content.value, 0), make(self._desk, self._lens, self._window)

    def _of_task(self, row: FeedRow) -> Iterator[tuple[Place, Piece]]:
        if self.feed.client and row.client != self.feed.client:
            return
        if row.due_at is not None and not self._start <= row.due_at < self._end:
            return
        content = self.feed.content
        if Content.DEADLINES in content and (piece := marker(row, self._lens)) is not None:
            yield (Content.DEADLINES.value, row.id), piece
        if Content.TASKS in content and (row.due_at is not None or row.is_open):
            yield (Content.TASKS.value, row.id), todo(row, self._lens)


def _stream(desk: Desk, shelf: FeedShelf, feed: Feed) -> Iterator[bytes]:
    texts = (shelf.texts(feed.name, content.value) for content in Content)
    return stream(feed, desk.settings, shelf.zones(feed.name), texts)


def _forgotten(desk: Desk) -> Iterator[FeedState]:
    """Forget the feeds that are configured no more; their files stay."""
    shelf = desk.store.feeds
    for name in shelf.names():
        if name not in desk.settings.feeds and (state := shelf.state(name)) is not None:
            shelf.forget(name)
            if state.file:
                yield state
