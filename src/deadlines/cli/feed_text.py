"""What became of feeds, as text, as JSON and as an exit code; and the feeds after a sync."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from deadlines.cli.errors import Failure, explain
from deadlines.cli.exits import Exit
from deadlines.cli.table import Role, Screen
from deadlines.core.client import zone_at
from deadlines.core.display import clean
from deadlines.errors import DeadlinesError

if TYPE_CHECKING:
    from deadlines.core.settings import Settings
    from deadlines.usecases.desk import Desk
    from deadlines.usecases.feeds import Listed, Publication, Published
    from deadlines.wiring import Workshop


class FeedsAfter(NamedTuple):
    """What became of the feeds after a sync; `error` is why none was written."""

    publication: Publication | None
    error: DeadlinesError | None = None

    @property
    def failed(self) -> bool:
        """Whether there is a feed that is not as it should be."""
        return self.error is not None or any(feed.error is not None for feed in self._feeds)

    @property
    def _feeds(self) -> Sequence[Published]:
        return () if self.publication is None else self.publication.feeds

    def as_json(self) -> list[dict[str, object]]:
        """Those that were written or could not be."""
        return [_json(feed) for feed in self._feeds if feed.written or feed.error is not None]

    def as_lines(self, screen: Screen, *, quiet: bool) -> Iterator[str]:
        """One line for each that was written, unless quiet, or could not be."""
        if self.error is not None:
            yield screen.paint(clean(f"feeds: error: {self.error}"), Role.OVERDUE)
        for feed in self._feeds:
            if feed.error is not None or (feed.written and not quiet):
                yield from (f"{'feed ' if index == 0 else ''}{line}" for index, line in enumerate(_lines(feed, screen)))

    def failures(self) -> list[Failure]:
        """Why there are feeds that are not as they should be."""
        alone = [] if self.error is None else [explain(self.error).of("feeds")]
        return [*alone, *failures(self._feeds)]


def failures(feeds: Sequence[Published]) -> list[Failure]:
    """Why some of them could not be written."""
    return [explain(feed.error).of(f"feed {feed.name}") for feed in feeds if feed.error is not None]


def after_sync(shop: Workshop, desk: Desk) -> FeedsAfter:
    """Write the feeds whose inputs changed. What fails in them is told, and fails nothing else."""
    from deadlines.usecases.feeds import publish  # noqa: PLC0415 # a sync without feeds is spared it

    try:
        with shop.press(desk) as press:
            return FeedsAfter(publish(press))
    except DeadlinesError as error:
        return FeedsAfter(None, error)


def exit_code(publication: Publication) -> Exit:
    """Partial failure where some could be written and others not; what the errors say where none could."""
    failures = [explain(feed.error).exit for feed in publication.feeds if feed.error is not None]
    if not failures:
        return Exit.FINE
    return failures[0] if len(failures) == len(publication.feeds) and len(set(failures)) == 1 else Exit.PARTIAL


def publication_json(publication: Publication) -> dict[str, object]:
    """The documented shape."""
    return {
        "feeds": [_json(feed) for feed in publication.feeds],
        "unreadable": publication.unreadable,
        "abandoned": [{"name": state.name, "file": state.file} for state in publication.abandoned],
    }


def publication_text(publication: Publication, screen: Screen, *, quiet: bool) -> str:
    """One line for each feed; quiet: those that could not be written."""
    shown = [feed for feed in publication.feeds if feed.error is not None or not quiet]
    return "".join(f"{line}\n" for feed in shown for line in _lines(feed, screen))


def remarks(publication: Publication) -> Iterator[str]:
    """What a person should know besides."""
    if publication.unreadable:
        items, them = ("1 item", "it") if publication.unreadable == 1 else (f"{publication.unreadable} items", "them")
        yield f"{items} cannot be read, so no feed shows {them}: deadlines doctor names {them}."
    for state in publication.abandoned:
        yield f"Feed {state.name} is not in the configuration any more; its file stays: {state.file}"


def listed_json(feeds: Sequence[Listed]) -> dict[str, object]:
    """The documented shape."""
    return {
        "feeds": [
            {
                "name": one.feed.name,
                "client": one.feed.client,
                "content": [content.value for content in one.feed.content],
                "details": one.feed.details.value,
                "file": one.file,
                "secret_name": one.feed.secret_name,
                "items": one.items,
                "written": None if one.state is None else one.state.written_at,
            }
            for one in feeds
        ]
    }


def listed_text(feeds: Sequence[Listed], settings: Settings, screen: Screen) -> str:
    """Two lines for each feed: where it is, and what it is."""
    return "".join(f"{line}\n" for one in feeds for line in _described(one, settings, screen))


def _described(one: Listed, settings: Settings, screen: Screen) -> Iterator[str]:
    feed, at = one.feed, None if one.state is None else one.state.written_at
    yield clean(f"{feed.name}: {one.file}")
    whose = f"only {settings.clients[feed.client].name}" if feed.client else "everybody's"
    items = "1 item" if one.items == 1 else f"{one.items} items"
    when = "never written" if at is None else f"{items}, last changed {at.astimezone(zone_at(settings.me, at)):%Y-%m-%d %H:%M}"
    parts = (", ".join(content.value for content in feed.content), feed.details.value, whose, when)
    yield "  " + screen.paint(clean("; ".join(parts)), Role.DIM)


def _json(feed: Published) -> dict[str, object]:
    error = None
    if feed.error is not None:
        error = explain(feed.error).as_json()
    return {
        "name": feed.name,
        "file": feed.file,
        "written": feed.written,
        "items": feed.items,
        "added": feed.delta.added,
        "changed": feed.delta.changed,
        "removed": feed.delta.removed,
        "revoked": feed.revoked,
        "error": error,
    }


def _lines(feed: Published, screen: Screen) -> Iterator[str]:
    if feed.error is not None:
        failure: Failure = explain(feed.error)
        yield screen.paint(f"{clean(feed.name)}: error: {clean(failure.message)}", Role.OVERDUE)
        yield f"  hint: {clean(failure.hint)}"
        return
    counts = ((feed.delta.added, "new"), (feed.delta.changed, "changed"), (feed.delta.removed, "gone"))
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    items = "1 item" if feed.items == 1 else f"{feed.items} items"
    what = "written" if feed.written else "unchanged"
    yield clean(f"{feed.name}: {what}, {items}{f' ({said})' if said else ''}: {feed.file}")
    for file in feed.revoked:
        yield clean(f"  revoked, deleted: {file}")
