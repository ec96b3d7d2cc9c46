"""The `DigestLedger` in the SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from deadlines.store import rows
from deadlines.store.database import Database, Value
from deadlines.store.digests import Delivery, Outcome


class SqliteDigests:
    """On the connection of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliveries(self, reader: str, *, since: date) -> Sequence[Delivery]:
        """What became of the digests of a reader."""
        found = self._database.named("digest_deliveries", {"reader": rows.clean(reader), "since": since.isoformat()})
        return [
            Delivery(name, date.fromisoformat(day), Outcome(outcome), datetime.fromisoformat(at), message_id, problem)
            for name, day, outcome, at, message_id, problem in found
        ]

    def claim(self, delivery: Delivery) -> bool:
        """Write down that it is about to be sent."""
        return bool(self._database.named("digest_claim", _columns(delivery)))

    def settle(self, delivery: Delivery) -> None:
        """Write down what became of it."""
        self._database.named("digest_settle", _columns(delivery))


def _columns(delivery: Delivery) -> dict[str, Value]:
    return {
        "reader": rows.clean(delivery.reader),
        "day": delivery.day.isoformat(),
        "outcome": delivery.outcome.value,
        "at": rows.to_iso(delivery.at),
        "message_id": delivery.message_id,
        "problem": rows.clean(delivery.problem),
    }
