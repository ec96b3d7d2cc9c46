"""Asking one home about all the calendars in it, where that is cheaper than asking each.

*Which way is cheaper.* One request for all pays where it takes less time than the requests that it spares. So we remember how
long the last one took and of what share of the calendars it told that nothing changed, and how long a calendar takes that is
asked by itself and has nothing to tell; the way that is expected to take less is taken. What is not known, or was not measured
for a day, is measured by taking that way once.

Servers and lines decide it between them: Radicale looks at every calendar of a home, also at those that we do not sync, while
over a long line each request costs as much as any other. Where most calendars change between two syncs, or a home tells its
tokens in another spelling, little is spared, and the same figures show it.

*Why nothing is lost.* What the home tells stands in for the first question of a run alone, and only for "nothing changed since
this mark". It was asked before, so something may have happened since: the mark stays, and the next run finds it, as it finds what
happens right after a report. Everything else is the calendar's own business: a first download, a listing of everything, whatever
is asked after a write, and whatever the home does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from deadlines.errors import CredentialsRefused
from deadlines.remote.base import Changes, Collection, Mark, Page
from deadlines.store.homes import HomeCosts, Took
from deadlines.sync.behind import Behind

AGAIN: Final = timedelta(days=1)
"""After which a way is measured again: lines and servers change."""


def pays(costs: HomeCosts, calendars: int, *, now: datetime) -> bool:
    """Whether to ask a home about so many calendars at once."""
    together, alone = costs.together, costs.alone
    if together is None or alone is None:
        return together is None
    if now - min(together.at, alone.at) > AGAIN:
        return together.at < alone.at
    return together.seconds < alone.seconds * costs.told * calendars


class Home:
    """One home in one run: asked once at most, when the first of its calendars wants to know.

    `marks` are those of its calendars that are to be asked only for what changed, by their URLs.
    """

    def __init__(self, costs: HomeCosts, marks: Mapping[str, Mark], *, timer: Callable[[], float], now: datetime) -> None:
        self._before = costs
        self._marks = marks
        self._timer = timer
        self._now = now
        self._together = pays(costs, len(marks), now=now)
        self._took: float | None = None
        self._unchanged: frozenset[str] = frozenset()
        self._asked = self._told = 0
        self._alone: list[float] = []

    def foreknown(self, collection: Collection) -> Collection:
        """A collection that is asked itself only for what the home does not know."""
        return Foreknown(collection, self) if collection.url in self._marks else collection

    def stands(self, collection: Collection, mark: Mark) -> bool:
        """Whether the home says that nothing changed in a collection since `mark`."""
        self._asked += 1
        if self._together and self._took is None:
            self._ask(collection)
        told = collection.url in self._unchanged and self._marks[collection.url] == mark
        self._told += told
        return told

    def _ask(self, collection: Collection) -> None:
        began = self._timer()
        try:
            self._unchanged = collection.unchanged(self._marks)
        except CredentialsRefused:
            self._took = self._timer() - began  # it spared nothing, so the next run asks the calendars, which may be open to us
            raise
        self._took = self._timer() - began

    def changes(self, collection: Collection, mark: Mark) -> Changes:
        """What a collection says itself, watched for how long it takes to say that nothing changed."""
        began = self._timer()
        changes = collection.changes(mark, full=False)
        return changes if changes.full else changes._replace(pages=self._watched(changes.pages, began))

    def _watched(self, pages: Iterator[Page], began: float) -> Iterator[Page]:
        news = False
        for page in pages:
            news |= bool(page.present or page.removed or page.missing)
            yield page
        if not news:
            self._alone.append(self._timer() - began)

    @property
    def is_measured(self) -> bool:
        """Whether this run tells anything of what asking takes."""
        return self.costs != self._before

    @property
    def costs(self) -> HomeCosts:
        """What is known now of what asking takes."""
        costs = self._before
        if self._took is not None:
            costs = costs._replace(together=Took(self._took, self._now), told=self._told / self._asked)
        if self._alone:
            costs = costs._replace(alone=Took(sum(self._alone) / len(self._alone), self._now))
        return costs


class Foreknown(Behind):
    """A collection whose first question of a run, what changed since its mark, is put to its home.

    Its requests are those of the real one, and among them the one to the home where this was the first to want to know.
    """

    def __init__(self, collection: Collection, home: Home) -> None:
        super().__init__(collection)
        self._home = home
        self._asked = False

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """Nothing, where the home says so the first time; else as the real one."""
        first, self._asked = not self._asked, True
        if full or mark == Mark() or not first:
            return self._real.changes(mark, full=full)
        if self._home.stands(self._real, mark):
            return Changes(full=False, pages=iter([Page(mark=mark)]))
        return self._home.changes(self._real, mark)
