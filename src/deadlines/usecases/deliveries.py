"""What was delivered: tasks that were completed, and the instances of repeating ones.

A repeating task that is done moves on, so its text does not say what was delivered; the journal does (`INSTANCE_DONE`), as long
as the run that noted it is in force. Instances that another program completed leave no such note and do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from deadlines.store.base import Change, Index, Query
from deadlines.usecases.desk import Desk
from deadlines.usecases.history import in_force
from deadlines.usecases.tasks import INSTANCE_DONE


class Delivery(NamedTuple):
    """One thing done. Instants are in UTC; `due` is None where there was none."""

    uid: str
    summary: str
    client: str
    completed: datetime
    due: datetime | None
    estimate: timedelta | None
    categories: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether it came after its due instant."""
        return self.due is not None and self.completed > self.due


def deliveries(desk: Desk, *, client: str = "") -> Sequence[Delivery]:
    """All that was delivered to one client, or to anybody, the first first."""
    found = [*_completed(desk, client), *_instances(desk, client)]
    return sorted(found, key=lambda one: (one.completed, one.uid))


def _completed(desk: Desk, client: str) -> Iterator[Delivery]:
    for row in desk.store.rows(Query(client=client, statuses=("completed",))):
        if row.index.completed_at is not None:
            yield _delivery(row.uid, row.index, datetime.fromtimestamp(row.index.completed_at, UTC))


def _instances(desk: Desk, client: str) -> Iterator[Delivery]:
    runs: dict[int, bool] = {}
    for change in desk.store.noted(INSTANCE_DONE):
        if runs.setdefault(change.run, in_force(desk, change.run)) and change.before is not None:
            delivery = _delivery(change.uid, _index(desk, change, change.before), change.at)
            if client in {"", delivery.client}:
                yield delivery


def _index(desk: Desk, change: Change, text: str) -> Index:
    return desk.index(text, change.calendar)[1]


def _delivery(uid: str, index: Index, completed: datetime) -> Delivery:
    return Delivery(
        uid=uid,
        summary=index.summary,
        client=index.client,
        completed=completed,
        due=None if index.due_at is None else datetime.fromtimestamp(index.due_at, UTC),
        estimate=None if index.estimate is None else timedelta(seconds=index.estimate),
        categories=index.categories,
    )
