"""The port to the other side: exactly the operations a sync needs of one collection.

A collection is anything that keeps resources under hrefs and can say what changed: a CalDAV collection (RFC 4791), a folder of
`.ics` files, a subscription. hrefs are decoded, absolute paths within the server (`/kari/tasks/a b.ics`), spelt one way, so that
they can be compared. Text is `str` with surrogateescape.

Every method raises the `RemoteError` family and nothing else that a server could cause. What there are thousands of is a named
tuple, made in half the time of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What was seen of the collection; kept by nobody, asked for by `doctor` and a first sync."""

    display_name: str = ""
    sync_token: bool = False
    ctag: bool = False
    writable: bool = True
    components: frozenset[str] = frozenset()
    """supported-calendar-component-set; empty: not said."""
    server: str = ""


class Mark(NamedTuple):
    """Where we left off. Both may be empty, then everything is listed."""

    sync_token: str = ""
    ctag: str = ""


class Listed(NamedTuple):
    """One resource that exists. `etag` is empty where the server named none; `text` is there when it came along."""

    href: str
    etag: str = ""
    schedule_tag: str = ""
    text: str | None = None


class Page(NamedTuple):
    """A part of an answer. `missing` are hrefs whose row failed: they exist, but nothing more is known of them.

    A page takes precedence over the ones before it: what an earlier page of the same answer called present may be `removed` now.
    """

    present: tuple[Listed, ...] = ()
    removed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mark: Mark = Mark()
    """Where to go on once this page is saved; empty while there is nothing to remember yet.

    The mark of the *last* page counts even when it is empty: then what is remembered must be forgotten (rows failed, or the mark
    proves nothing), and the next run asks for everything with `full=True`.
    """


class Changes(NamedTuple):
    """What happened since a mark. `full`: every href that exists is named, so one that is not named is gone.

    `pages` is lazy and may be read once. The full answer is known to be whole only when the iteration ends without an error.
    """

    full: bool
    pages: Iterator[Page]


class Written(NamedTuple):
    """A write that the server confirmed. `etag` is empty where it named none: the stored text is then unknown."""

    href: str
    etag: str = ""
    schedule_tag: str = ""


class Collection(Protocol):
    """One collection of one account."""

    url: str
    """What identifies it: another URL is another collection."""

    def capabilities(self) -> Capabilities:
        """Ask what it is and can. `CollectionMissing` where there is none, `NotCalDAV` where it is no calendar."""
        ...

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """What changed since `mark`; all there is when `full`, or when the mark is empty or refused (RFC 6578 §3.8).

        An empty mark without `full` is a first download: texts come along where the server gives them, and where that does not
        prove what exists it is not `full`: ask for everything some time later. With `full`, or after a refused mark, texts do not
        come along: the caller knows most of them, and fetches those whose ETag is new.
        """
        ...

    def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:
        """The URLs, among those that `marks` has marks for, of collections in which nothing changed since; one request for all.

        They are this collection and others that are kept beside it. What the answer does not tell for certain is left out, and so
        is everything where there is no answer: it can be asked by `changes`. Only what the whole account would meet is raised
        (`CredentialsRefused`, `Untrusted`, `Unreachable`).
        """
        ...

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """The resources with their text, in any order; a bare href is one that does not exist (any more).

        A resource that the server would not give now is left out: it is neither here nor gone.
        """
        ...

    def create(self, href: str, text: str) -> Written:
        """Write a resource that must not exist yet (`If-None-Match: *`); `PreconditionFailed` where it does."""
        ...

    def update(self, listed: Listed, text: str) -> Written:
        """Replace the version `listed` (`If-Match`, or `If-Schedule-Tag-Match`); `PreconditionFailed` where it moved on.

        Where its ETag is weak or empty, `listed.text` is compared with what is there now, so give the text both sides last had.
        `Unreachable`, and `Rejected` with a status of 500, leave the outcome unknown, here as in `create` and `delete`.
        """
        ...

    def delete(self, listed: Listed) -> None:
        """Delete the version `listed`; one that is gone already is fine."""
        ...

    def href_for(self, uid: str) -> str:
        """The href under which a new resource is created: always the same for a UID, never outside the collection."""
        ...

    def find(self, uid: str) -> Listed | None:
        """Where a UID lives that the server says it has already (RFC 4791 §7.8.6), with its text."""
        ...

    @property
    def requests(self) -> int:
        """How many requests were sent to the account so far, by this collection and its clones."""
        ...

    def clone(self) -> Collection:
        """The same collection over a connection of its own, for another thread."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Account(Protocol):
    """What can be asked of an account as a whole (RFC 6764, RFC 4791 §6.2.1)."""

    def discover(self) -> Iterable[Found]:
        """Every calendar collection of the account; the tried URLs are in the error when there are none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A calendar collection that discovery found."""

    path: str
    display_name: str
    components: frozenset[str]
    writable: bool = True
