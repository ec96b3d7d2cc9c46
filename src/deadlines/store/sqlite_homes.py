"""The `HomeMemory` in the SQLite file."""

from __future__ import annotations

from datetime import datetime

from deadlines.store import rows
from deadlines.store.database import Database
from deadlines.store.homes import HomeCosts, Took


class SqliteHomes:
    """On the connection of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, url: str) -> HomeCosts:
        """What was kept of a home."""
        found = self._database.one("home_get", {"url": rows.clean(url)})
        if not found:
            return HomeCosts(url)
        together, together_at, told, alone, alone_at = found
        return HomeCosts(url, _took(together, together_at), told, _took(alone, alone_at))

    def keep(self, costs: HomeCosts) -> None:
        """Remember them."""
        together, alone = costs.together, costs.alone
        self._database.named(
            "home_put",
            {
                "url": rows.clean(costs.url),
                "together": together and together.seconds,
                "together_at": rows.to_iso(together and together.at),
                "told": costs.told,
                "alone": alone and alone.seconds,
                "alone_at": rows.to_iso(alone and alone.at),
            },
        )


def _took(seconds: float | None, at: str | None) -> Took | None:
    return None if seconds is None or at is None else Took(seconds, datetime.fromisoformat(at))
