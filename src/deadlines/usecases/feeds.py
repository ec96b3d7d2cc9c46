"""Writing feeds: bringing their items up to date (`feed_items`), then the files that others fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deadlines.core.settings import Content, Feed
from deadlines.errors import DeadlinesError, NotConfigured, PublishingFailed, Refused, UnknownName
from deadlines.feeds.stream import head, stream
from deadlines.store.feeds import FeedShelf, FeedState, Publisher
from deadlines.usecases.desk import Desk
from deadlines.usecases.feed_items import NOTHING, Composed, Delta, compose
from deadlines.usecases.names import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of one feed. `file` is where it is, `revoked` what was deleted; `error` is why it was not written."""

    name: str
    file: str
    items: int = 0
    delta: Delta = NOTHING
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
        compose(press.desk, shelf, feed, _state(press, feed, rotate=False))
    return _stream(press.desk, shelf, feed)


def listed(press: Press) -> Sequence[Listed]:
    """Every feed that is configured."""
    shelf = press.desk.store.feeds
    found = []
    for feed in press.desk.settings.feeds.values():
        with shelf.transaction():
            state = _state(press, feed, rotate=False)
            shelf.save(state)
        found.append(Listed(feed=feed, file=_file(press, feed, state.token, ""), items=state.items, state=state))
    return found


def _wanted(desk: Desk, names: Sequence[str]) -> Sequence[Feed]:
    feeds = desk.settings.feeds
    if not feeds:
        hint = f'describe one in {desk.config}: [feeds.mine] with path = "~/public/mine.ics"'
        raise NotConfigured("no feed is configured", hint=hint)
    for name in names:
        if name not in feeds:
            near = nearest(name, feeds)
            raise UnknownName("feed", name, near, hint="" if near else f"known are {', '.join(feeds)}")
    return [feeds[name] for name in dict.fromkeys(names)] if names else list(feeds.values())


def _published(press: Press, feed: Feed, folder: str, taken: dict[str, str], *, rotate: bool) -> Published:
    shelf = press.desk.store.feeds
    file = _file(press, feed, "", folder)
    try:
        with shelf.transaction():
            before = _state(press, feed, rotate=rotate)
            composed = compose(press.desk, shelf, feed, before)
        file = _file(press, feed, before.token, folder)
        other = taken.setdefault(press.publisher.place(file), feed.name)
        if other != feed.name:
            raise PublishingFailed(file, f"feed {other} is written to this file")
        written, revoked = _deliver(press, feed, composed, file, folder)
        return Published(
            name=feed.name, file=file, items=composed.state.items, delta=composed.delta, written=written, revoked=revoked
        )
    except DeadlinesError as error:
        return Published(name=feed.name, file=file, error=error)


def _deliver(press: Press, feed: Feed, composed: Composed, file: str, folder: str) -> tuple[bool, tuple[str, ...]]:
    """Bring the file up to date, take away what it was called before; whether it was replaced, and what was taken away."""
    publisher, shelf, before = press.publisher, press.desk.store.feeds, composed.state
    plain = _file(press, feed, "", folder)
    if folder:
        return publisher.write(file, _stream(press.desk, shelf, feed)).replaced, publisher.revoke(plain, file)
    state, replaced = _written(press, feed, composed, file)
    revoked = publisher.revoke(plain, file)
    if state != before:
        if before.file and before.file != file and before.file not in revoked:
            publisher.delete(before.file)
            revoked = (*revoked, before.file)
        with shelf.transaction():
            shelf.save(state)
    return replaced, revoked


def _written(press: Press, feed: Feed, composed: Composed, file: str) -> tuple[FeedState, bool]:
    """Bring the feed's own file up to date: where it stands then, and whether the file was replaced.

    Patched where the file is the one that the splices are for, whole where anything about that is in doubt.
    """
    publisher, desk, state = press.publisher, press.desk, composed.state
    if state.look and state.file == file and state.look == publisher.look(file):
        return state, False
    size = state.head
    written = publisher.patch(file, composed.look, composed.splices) if composed.splices and state.file == file else None
    if written is None:
        size = len(head(feed, desk.settings, desk.store.feeds.zones(feed.name)))
        written = publisher.write(file, _stream(desk, desk.store.feeds, feed))
    at = desk.now if written.replaced else state.written_at
    return state._replace(file=file, look=written.look, head=size, written_at=at), written.replaced


def _state(press: Press, feed: Feed, *, rotate: bool) -> FeedState:
    state = press.desk.store.feeds.state(feed.name) or FeedState(name=feed.name, key=press.new_secret())
    if not feed.secret_name:
        return state._replace(token="")
    return state._replace(token=press.new_secret().hex()) if rotate or not state.token else state


def _file(press: Press, feed: Feed, token: str, folder: str) -> str:
    return press.publisher.file(press.publisher.inside(folder, feed.name) if folder else feed.path, token)


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
