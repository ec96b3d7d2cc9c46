"""What every use case works with: the ports and the present, chosen once per command by `wiring`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from deadlines.core.client import Client
from deadlines.core.settings import LOCAL, Settings
from deadlines.errors import UnknownName
from deadlines.store.base import Store
from deadlines.usecases.index import Indexer
from deadlines.usecases.names import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`now` is aware in UTC. `command` is what was typed, for the journal; `config` the path of the configuration file."""

    store: Store
    settings: Settings
    index: Indexer
    now: datetime
    new_uid: Callable[[], str]
    command: str
    config: str

    def client(self, key: str) -> Client | None:
        """The client of that key, None for no key. Raises `UnknownName` with the nearest keys."""
        if not key:
            return None
        if key not in self.settings.clients:
            near = nearest(key, self.settings.clients)
            hint = "deadlines client list shows them, deadlines client add makes one"
            raise UnknownName("client", key, near, hint="" if near else hint)
        return self.settings.clients[key]

    def calendar(self, name: str) -> str:
        """The calendar of that name. Raises `UnknownName` with the nearest names."""
        if name not in (LOCAL, self.settings.me.default_calendar) and name not in self.settings.calendars:
            known = [*self.settings.calendars, LOCAL]
            near = nearest(name, known)
            raise UnknownName("calendar", name, near, hint="" if near else f"known are {', '.join(known)}")
        return name
