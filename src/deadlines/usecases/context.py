"""What those who look for findings are given, and how they are registered: see `usecases.check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from deadlines.core.findings import Code, Finding
from deadlines.core.settings import Settings
from deadlines.store.base import Row, Store
from deadlines.usecases.desk import Desk


class Context(NamedTuple):
    """What is to be looked at. `horizon` (aware in UTC) is how far ahead; what lies beyond it is dropped whoever finds it.

    `client` is a key where only that client's findings are wanted: a look may spare itself the others, and need not.
    """

    desk: Desk
    horizon: datetime
    open_tasks: Callable[[], Sequence[Row]]
    """Every open task of everybody by due instant, read once however many look at it."""
    client: str = ""

    @property
    def store(self) -> Store:
        """The database."""
        return self.desk.store

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.desk.settings

    @property
    def now(self) -> datetime:
        """The present, aware in UTC."""
        return self.desk.now


class Look(NamedTuple):
    """One way to look: the codes it may find, how, and how far ahead unless `--within` says otherwise (None: no limit)."""

    codes: frozenset[Code]
    find: Callable[[Context], Iterable[Finding]]
    ahead: timedelta | None
