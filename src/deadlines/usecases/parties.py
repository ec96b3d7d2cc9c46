"""Whose meeting an event is, and whether it takes my time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from deadlines.core.meeting import clients_at
from deadlines.core.settings import Settings

if TYPE_CHECKING:
    from deadlines.core.series import Part
    from deadlines.usecases.index import Indexer


class Parties:
    """Whose the parts of events in one calendar are."""

    def __init__(self, indexer: Indexer, calendar: str) -> None:
        self._indexer = indexer
        self._calendar = calendar
        self._settings: Settings = indexer.settings

    def of(self, part: Part) -> tuple[str, ...]:
        """The clients whom a category names and those who take part; else the one whose calendar it is."""
        clients = self._settings.clients
        if not clients:
            return ()
        found = dict.fromkeys(self._named(part.categories))
        for address in (*part.attendees, part.organizer):
            found |= dict.fromkeys(clients_at(address, clients))
        if not found and (owner := self._indexer.client_of((), self._calendar)) is not None:
            return (owner.key,)
        return tuple(found)

    def zone(self, clients: tuple[str, ...]) -> tzinfo:
        """The clock on which dates and floating times are read: the client's where there is one alone, else the owner's."""
        return self._settings.clients[clients[0]].zone if len(clients) == 1 else self._settings.me.zone

    def is_busy(self, part: Part) -> bool:
        """Whether it takes my time: not transparent, not cancelled, not declined by me, and of some length."""
        me = self._settings.me.email.casefold()
        length = part.end != part.start
        return length and not part.transparent and not part.is_cancelled and not (me and me in part.declined)

    def _named(self, categories: Iterable[str]) -> Iterable[str]:
        for category in categories:
            owner = self._indexer.client_of((category,), self._settings.me.default_calendar)  # which is nobody's own
            if owner is not None:
                yield owner.key
