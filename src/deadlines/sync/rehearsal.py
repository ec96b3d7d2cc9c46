"""A server that only pretends to write: what makes a real sync a dry run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deadlines.remote.base import Changes, Collection, Listed, Mark, Page, Written
from deadlines.sync.behind import Behind


class Rehearsal(Behind):
    """Reads from a real collection once; every later reading says that nothing changed, every write that it succeeded."""

    def __init__(self, collection: Collection) -> None:
        super().__init__(collection)
        self._read = False
        self._written: dict[str, Listed] = {}

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """As the real one, the first time."""
        if self._read:
            return Changes(full=False, pages=iter([Page(mark=mark)]))
        self._read = True
        return self._real.changes(mark, full=full)

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """What was written here, and as the real one for everything else."""
        yield from (self._written[href] for href in hrefs if href in self._written)
        if rest := [href for href in hrefs if href not in self._written]:
            yield from self._real.fetch(rest)

    def create(self, href: str, text: str) -> Written:
        """Nothing happens, but a later look finds it."""
        return self._write(href, text)

    def update(self, listed: Listed, text: str) -> Written:
        """Nothing happens, but a later look finds it."""
        return self._write(listed.href, text)

    def _write(self, href: str, text: str) -> Written:
        self._written[href] = Listed(href=href, etag="rehearsed", text=text)
        return Written(href=href, etag="rehearsed")

    def delete(self, listed: Listed) -> None:
        """Nothing happens."""

    def clone(self) -> Collection:
        """Itself: it holds no connection that threads would share."""
        return self
