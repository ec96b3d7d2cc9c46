"""What was delivered: tasks that were completed, and the instances of repeating ones.

A repeating task that is done moves on, so its text does not say what was delivered; the journal does, as long as the run that
noted it is in force (`INSTANCE_DONE`, and `DONE_THERE` where another program moved it on). An override that is completed says
it itself. Programs that leave a completed copy behind (Apple, Evolution) tell the same thing twice: it counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from deadlines.core.due import due_instant, start_instant
from deadlines.ical.read import read
from deadlines.ical.recurring import finished
from deadlines.store.base import Index, Query
from deadlines.store.journal import Change
from deadlines.sync.fold import DONE_THERE
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import record_of
from deadlines.usecases.history import in_force
from deadlines.usecases.tasks import INSTANCE_DONE


class Delivery(NamedTuple):
    """One thing done. Instants are in UTC; `due` is None where there was none.

    `instance` tells those of one task apart: when it was due, else when it could be begun.
    """

    uid: str
    summary: str
    client: str
    completed: datetime
    due: datetime | None
    instance: datetime | None
    estimate: timedelta | None
    categories: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether it came after its due instant."""
        return self.due is not None and self.completed > self.due


def deliveries(desk: Desk, *, client: str = "") -> Sequence[Delivery]:
    """All that was delivered to one client, or to anybody, the first first."""
    whole, here = list(_completed(desk, client)), list(_instances(desk, client, INSTANCE_DONE, _said_here))
    copies = {(one.summary, one.client, one.instance) for one in whole}
    told = {(one.uid, one.instance) for one in here}
    found = [*whole, *here]
    for one in (*_finished(desk, client), *_instances(desk, client, DONE_THERE, _said_there)):
        if (one.uid, one.instance) not in told and (one.summary, one.client, one.instance) not in copies:
            told.add((one.uid, one.instance))
            found.append(one)
    return sorted(found, key=lambda one: (one.completed, one.uid))


def _completed(desk: Desk, client: str) -> Iterator[Delivery]:
    for row in desk.store.rows(Query(client=client, statuses=("completed",))):
        if row.index.completed_at is not None:
            yield _delivery(row.uid, row.index, datetime.fromtimestamp(row.index.completed_at, UTC))


def _instances(desk: Desk, client: str, note: str, completed: Callable[[Change], datetime]) -> Iterator[Delivery]:
    runs: dict[int, bool] = {}
    for change in desk.store.noted(note):
        if runs.setdefault(change.run, in_force(desk, change.run)) and change.before is not None:
            delivery = _delivery(change.uid, _index(desk, change, change.before), completed(change))
            if client in {"", delivery.client}:
                yield delivery


def _said_here(change: Change) -> datetime:
    return change.at


def _said_there(change: Change) -> datetime:
    """When the other program says that it changed the task; if it says nothing new, or a time to come, when a sync brought it."""
    known, edited = map(_edited, (change.before, change.after))
    return change.at if edited is None or edited == known else min(edited, change.at)


def _edited(text: str | None) -> datetime | None:
    task = None if text is None else read(text).task
    return None if task is None else task.last_modified


def _finished(desk: Desk, client: str) -> Iterator[Delivery]:
    me = desk.settings.me
    for row in desk.store.rows(Query(client=client, repeating=True)):
        _, text = record_of(desk, row)
        party = desk.settings.clients.get(row.index.client)
        for one in finished(text):
            due = None if one.due is None else due_instant(one.due, client=party, owner=me)
            instance = start_instant(one.start, client=party, owner=me) if due is None else due
            yield _delivery(row.uid, row.index, one.completed)._replace(due=due, instance=instance)


def _index(desk: Desk, change: Change, text: str) -> Index:
    return desk.index(text, change.calendar)[1]


def _delivery(uid: str, index: Index, completed: datetime) -> Delivery:
    due = _instant(index.due_at)
    return Delivery(
        uid=uid,
        summary=index.summary,
        client=index.client,
        completed=completed,
        due=due,
        instance=_instant(index.start_at) if due is None else due,
        estimate=None if index.estimate is None else timedelta(seconds=index.estimate),
        categories=index.categories,
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
