"""Which calendars of a run are kept beside each other, so that their home can be asked about all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from deadlines.core.settings import Account, AccountKind, Calendar
from deadlines.errors import StoreError
from deadlines.remote.base import Collection, Mark
from deadlines.store.base import Store
from deadlines.sync.engine import beginning
from deadlines.sync.foreknowledge import Home


class Homes:
    """The homes of one run, each with the calendars that will be asked only for what changed; one such calendar needs none."""

    def __init__(
        self,
        store: Store,
        calendars: Iterable[Calendar],
        accounts: Mapping[str, Account],
        *,
        full: bool,
        timer: Callable[[], float],
        now: datetime,
    ) -> None:
        self._store = store
        homes: dict[tuple[str, str], dict[str, Mark]] = {}
        for calendar in calendars:
            account = accounts.get(calendar.account)
            state = store.state(calendar.name)
            mark, everything = beginning(state, full=full, now=now)
            if account and account.kind is AccountKind.CALDAV and mark != Mark() and not everything:
                homes.setdefault((calendar.account, _above(state.url)), {})[state.url] = mark
        self._homes: dict[tuple[str, str], Home] = {
            key: Home(store.homes.recall(key[1]), marks, timer=timer, now=now) for key, marks in homes.items() if len(marks) > 1
        }

    def foreknown(self, calendar: Calendar, collection: Collection) -> Collection:
        """The collection of a calendar, asked itself only for what its home does not know."""
        home = self._homes.get((calendar.account, _above(collection.url)))
        return home.foreknown(collection) if home else collection

    def remember(self) -> None:
        """Keep what asking took. Where that cannot be kept, nothing is amiss: it is measured again."""
        with suppress(StoreError):
            for home in self._homes.values():
                if home.is_measured:
                    self._store.homes.keep(home.costs)


def _above(url: str) -> str:
    """The URL of what a collection is in."""
    return url.rstrip("/").rpartition("/")[0] + "/"
