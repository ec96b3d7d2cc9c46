"""Reading what changed on the server, and folding it into what is here in batches.

What a listing cannot settle is postponed to its end. A resource whose UID we know under another href was moved when that href is
gone, and is a duplicate when it is not; a duplicate is put aside with its reason until its twin goes. What is gone is only
collected: the guard looks at it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from deadlines.errors import CodecError
from deadlines.remote.base import Collection, Listed, Mark, Page
from deadlines.store.base import Known, Record, RunKind, Store, Writer
from deadlines.sync.fold import Folder, Left
from deadlines.sync.report import Item
from deadlines.sync.terms import Terms

BATCH = 2_000
"""How many resources are folded in one transaction, and held in memory. In any order of theirs each batch touches most pages of
the indexes of the database: four batches of 500 write them four times.
"""
_LONGEST = 2_000_000
"""Characters in a batch, whatever the number."""


@dataclass(slots=True)
class Reading:
    """What one reading leaves to be done: `gone` are the records that the server has no more."""

    mark: Mark
    full: bool
    gone: list[Record] = field(default_factory=list)


class Reader:
    """Reads one collection, round after round. `recheck` are hrefs to look at again whatever the server says of them.

    `owes` tells that what was read before is not all done yet (deletions go last), so that no newer mark may be saved meanwhile.
    """

    def __init__(self, store: Store, collection: Collection, folder: Folder, terms: Terms) -> None:
        self._store = store
        self._remote = collection
        self._folder = folder
        self._terms = terms
        self._name = folder.calendar
        self._aside = {item.href: Listed(href=item.href, etag=item.etag, text=item.text) for item in store.unreadable(self._name)}
        self._held: set[int] = set()
        self._read = 0
        self._of = 0
        self.recheck: set[str] = set()
        self.owes = False

    def holds(self, record: Record) -> bool:
        """Whether this run must not write the record."""
        return record.id in self._held or record.href in self._aside

    def read(self, mark: Mark, *, full: bool) -> Reading:
        """Ask what changed since `mark`, and fold all of it but what is gone."""
        changes = self._remote.changes(mark, full=full)
        everything = changes.full or mark == Mark()
        listing = _Listing(mark=mark, known=self._known() if everything else None)
        for page in changes.pages:
            self._page(page, listing)
        if listing.known is not None and not changes.full:
            listing.wanted += sorted(listing.known.keys() - listing.present)  # a query does not decide what exists
        self._fold(self._fetched(listing), listing)
        self._postponed(listing, full=changes.full)
        gone = self._gone(listing, full=changes.full)
        return Reading(mark=mark if listing.unknown else listing.mark, full=changes.full and not listing.unknown, gone=gone)

    def _known(self) -> dict[str, Known]:
        return {known.href: known for known in self._store.known(self._name)}

    def _page(self, page: Page, listing: _Listing) -> None:
        listing.present.difference_update(page.removed)
        listing.removed.update(page.removed)
        listing.removed.difference_update(listed.href for listed in page.present)
        listing.unknown.update(page.missing)
        listing.present.update(page.missing)
        for href in page.missing:
            detail = "the server would not say what became of it; it is looked at again next time"
            self._folder.report.skipped.append(Item(uid="", summary=href, detail=detail))
        with_text = []
        for listed in page.present:
            listing.present.add(listed.href)
            if not self._is_news(listed, listing):
                continue
            if listed.text is None:
                listing.wanted.append(listed.href)
            else:
                with_text.append(listed)
        self._fold(with_text, listing)
        listing.mark = page.mark
        listing.unsaved |= bool(with_text)
        if listing.unsaved and listing.is_settled and not self.owes and page.mark != Mark():
            self._save(page.mark)
            listing.unsaved = False

    def _save(self, mark: Mark) -> None:
        """Nothing of the pages so far is left to be done: a run that dies goes on from here (RFC 6578 §3.6)."""
        state = self._store.state(self._name)._replace(sync_token=mark.sync_token, ctag=mark.ctag)
        with self._transaction() as writer:
            writer.save_state(state)

    def _is_news(self, listed: Listed, listing: _Listing) -> bool:
        if listed.href in self.recheck or not listed.etag:
            return True
        aside = self._aside.get(listed.href)
        if aside is not None:
            return aside.etag != listed.etag or (listing.known is not None and self._is_orphan(aside))
        known = self._look_up(listed.href) if listing.known is None else listing.known.get(listed.href)
        if known is None or known.etag != listed.etag or known.unsettled:
            return True
        # Told as a change, with its text: SOGo gives what is deleted and created anew the ETag it had.
        return listing.known is None and listed.text is not None

    def _is_orphan(self, aside: Listed) -> bool:
        """Whether it was put aside for a twin that is no more: not here, and not waiting to be deleted there."""
        if self._store.by_href(self._name, aside.href) is not None:
            return False
        try:
            return self._store.by_uid(self._name, self._folder.uid_of(aside)) is None
        except CodecError:
            return False

    def _look_up(self, href: str) -> Known | None:
        record = self._store.by_href(self._name, href)
        if record is None:
            return None
        return Known(id=record.id, uid=record.uid, href=href, etag=record.etag, unsettled=record.sent is not None)

    def _fetched(self, listing: _Listing) -> Iterator[Listed]:
        """The texts that did not come with the listing, and those of records about which we are in doubt."""
        doubtful = {record.href for record in self._doubtful()} | self.recheck
        hrefs = [*listing.wanted, *sorted(doubtful - listing.folded - set(listing.wanted) - listing.removed)]
        asked = set(hrefs)
        if not hrefs:
            return
        self._of = self._read + len(hrefs)
        for found in self._remote.fetch(hrefs):
            if isinstance(found, str):
                listing.removed.add(found)
                listing.present.discard(found)
                asked.discard(found)
            else:
                listing.present.add(found.href)
                asked.discard(found.href)
                yield found
        listing.unknown.update(asked)
        listing.present.update(asked)

    def _doubtful(self) -> Iterator[Record]:
        """Records that wait to be written, but whose version on the server we do not know."""
        for number in self._store.pending(self._name):
            record = self._store.get(number)
            if record is None or not record.href or record.id in self._held:
                continue
            if record.sent is not None or not record.etag:
                yield record

    def _fold(self, items: Iterable[Listed], listing: _Listing) -> None:
        for batch in _batches(items):
            with self._transaction() as writer:
                for listed in self._arrived(writer, batch, listing):
                    self._present(writer, listed, listing)
            self._read += len(batch)
            self._terms.progress("read", self._read, self._of)

    def _arrived(self, writer: Writer, batch: Sequence[Listed], listing: _Listing) -> Iterable[Listed]:
        """Take over at once what is new in a listing of everything. Returns the rest of the batch."""
        known, folded, aside = listing.known, listing.folded, self._aside
        if known is None:
            return batch
        new = [one for one in batch if one.href not in known and one.href not in folded and one.href not in aside]
        left = self._folder.arrivals(writer, new)
        arrived = {one.href for one in new}.difference(one.href for one in left)
        folded |= arrived
        return [one for one in batch if one.href not in arrived]

    def _present(self, writer: Writer, listed: Listed, listing: _Listing) -> None:
        listing.folded.add(listed.href)
        record = self._store.by_href(self._name, listed.href)
        left = self._folder.present(writer, record, listed)
        if left is Left.ELSEWHERE:
            listing.postponed.append(listed)
        elif left is Left.ASIDE:
            self._aside[listed.href] = listed
        else:
            if left is Left.HELD and (held := self._store.by_href(self._name, listed.href)) is not None:
                self._held.add(held.id)
            self._release(writer, listed.href)

    def _release(self, writer: Writer, href: str) -> None:
        if self._aside.pop(href, None) is not None:
            writer.release(self._name, [href])

    def _postponed(self, listing: _Listing, *, full: bool) -> None:
        with self._transaction() as writer:
            for listed in listing.postponed:
                uid = self._folder.uid_of(listed)
                twin = self._store.by_uid(self._name, uid)
                assert twin is not None
                moved = twin.href not in listing.present if full else twin.href in listing.removed
                if moved or not twin.href:
                    self._folder.present(writer, replace(twin, href=listed.href), listed)
                else:
                    self._folder.quarantine(writer, listed, f"has the UID {uid}, as {twin.href} has")
                    self._aside[listed.href] = listed

    def _gone(self, listing: _Listing, *, full: bool) -> list[Record]:
        """The records that the server has no more. One whose duplicate was put aside takes that one's place instead."""
        hrefs = listing.removed - listing.present
        if full and listing.known is not None:
            hrefs |= listing.known.keys() - listing.present
        gone = []
        with self._transaction() as writer:
            for href in sorted(hrefs):
                self._release(writer, href)
                record = self._store.by_href(self._name, href)
                if record is not None and not self._replaced(writer, record):
                    gone.append(record)
        return gone

    def _replaced(self, writer: Writer, record: Record) -> bool:
        for listed in self._aside.values():
            try:
                same = self._folder.uid_of(listed) == record.uid
            except CodecError:
                continue
            if same:
                self._folder.present(writer, replace(record, href=listed.href), listed)
                self._release(writer, listed.href)
                return True
        return False

    def _transaction(self) -> AbstractContextManager[Writer]:
        return self._store.write(RunKind.SYNC, "sync", now=self._terms.now, run=self._terms.run)


@dataclass(slots=True)
class _Listing:
    """What was seen so far in one reading. `known` is None where only changes are listed."""

    mark: Mark
    known: dict[str, Known] | None
    present: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    folded: set[str] = field(default_factory=set)
    wanted: list[str] = field(default_factory=list)
    postponed: list[Listed] = field(default_factory=list)
    unsaved: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether all that was listed so far is folded. Not so where everything is listed: what is gone shows at its end."""
        return self.known is None and not (self.removed or self.unknown or self.wanted or self.postponed)


def _batches(items: Iterable[Listed]) -> Iterator[list[Listed]]:
    batch, size = list[Listed](), 0
    for item in items:
        batch.append(item)
        size += len(item.text or "")
        if len(batch) >= BATCH or size >= _LONGEST:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
