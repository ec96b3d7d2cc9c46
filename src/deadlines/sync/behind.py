"""A collection in front of another one: what it does not do itself, the real one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deadlines.remote.base import Capabilities, Changes, Collection, Listed, Mark, Written


class Behind:
    """Passes everything on to the real one, which is behind it."""

    def __init__(self, collection: Collection) -> None:
        self._real = collection
        self.url = collection.url

    @property
    def requests(self) -> int:
        """The requests that the real one made."""
        return self._real.requests

    def capabilities(self) -> Capabilities:
        """As the real one."""
        return self._real.capabilities()

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """As the real one."""
        return self._real.changes(mark, full=full)

    def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:
        """As the real one."""
        return self._real.unchanged(marks)

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """As the real one."""
        return self._real.fetch(hrefs)

    def create(self, href: str, text: str) -> Written:
        """As the real one."""
        return self._real.create(href, text)

    def update(self, listed: Listed, text: str) -> Written:
        """As the real one."""
        return self._real.update(listed, text)

    def delete(self, listed: Listed) -> None:
        """As the real one."""
        self._real.delete(listed)

    def href_for(self, uid: str) -> str:
        """As the real one."""
        return self._real.href_for(uid)

    def find(self, uid: str) -> Listed | None:
        """As the real one."""
        return self._real.find(uid)

    def clone(self) -> Collection:
        """The real one over a connection of its own."""
        return self._real.clone()

    def close(self) -> None:
        """Close the real one."""
        self._real.close()
