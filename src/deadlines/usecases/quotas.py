"""Where every client's quota stands: the ledger over what was delivered to them, or over the time spent for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Quota, QuotaUnit
from deadlines.core.span import Span, union
from deadlines.core.when import to_local
from deadlines.errors import Refused
from deadlines.planning.quota import Line, Measure, deliverables, hours, ledger, period_of
from deadlines.store.base import OPEN, Query, Row
from deadlines.usecases.deliveries import deliveries
from deadlines.usecases.desk import Desk
from deadlines.usecases.timing import Entry, entries, spent_by_task

_HOUR = timedelta(hours=1)


class Standing(NamedTuple):
    """One client's quota. `lines` ends with the present period and is empty before the first one.

    `planned` is what the open tasks due in it would add: so many deliverables, or hours of estimated work that is left.
    """

    client: Client
    quota: Quota
    lines: tuple[Line, ...]
    planned: float

    @property
    def now(self) -> Line | None:
        """The present period."""
        return self.lines[-1] if self.lines else None

    @property
    def unplanned(self) -> float:
        """What is owed in the present period and is in nobody's task yet."""
        return 0 if self.now is None else max(self.now.left - self.planned, 0)


def standings(desk: Desk, key: str = "") -> Sequence[Standing]:
    """Every client with a quota, or the one that is named. `Refused` where that one has none."""
    named = desk.client(key)
    if named is not None and named.quota is None:
        raise Refused(f"client {key} has no quota", hint=f"[clients.{key}.quota] in {desk.config} says what they are owed")
    chosen: Iterable[Client] = desk.settings.clients.values() if named is None else (named,)
    return [_standing(desk, client, client.quota) for client in chosen if client.quota is not None]


def _standing(desk: Desk, client: Client, quota: Quota) -> Standing:
    measure, first = _measure(desk, client, quota)
    since = quota.since or _first_day(desk, client, quota, first)
    lines = ledger(quota, client.zone, since=since, now=desk.now, measure=measure)
    planned = _planned(desk, client, quota, lines[-1].period.span) if lines else 0
    return Standing(client=client, quota=quota, lines=lines, planned=planned)


def _measure(desk: Desk, client: Client, quota: Quota) -> tuple[Measure, datetime | None]:
    """How to count, and when the first of it was."""
    if quota.unit is QuotaUnit.DELIVERABLES:
        done = [one.completed for one in deliveries(desk, client=client.key)]
        return deliverables(done), min(done, default=None)
    stretches = worked(desk, entries(desk.store, client=client.key))
    return hours(stretches), stretches[0].start if stretches else None


def worked(desk: Desk, found: Iterable[Entry]) -> Sequence[Span]:
    """When somebody worked, by sorted entries; a timer that runs counts until now. Two entries at once count once."""
    return list(union(Span(one.start, one.start + one.spent(desk.now)) for one in found if one.spent(desk.now)))


def _first_day(desk: Desk, client: Client, quota: Quota, first: datetime | None) -> date:
    """The beginning of the whole period in which the first work was done, or of the present one."""
    return period_of(quota.per, to_local(desk.now if first is None else first, client.zone).date())[0]


def _planned(desk: Desk, client: Client, quota: Quota, span: Span) -> float:
    due = [row for row in desk.store.rows(Query(client=client.key, statuses=OPEN)) if _due_in(row, span)]
    if quota.unit is QuotaUnit.DELIVERABLES:
        return len(due)
    spent = spent_by_task(entries(desk.store, client=client.key), now=desk.now)
    return sum(
        max(timedelta(seconds=row.index.estimate or 0) - spent.get(row.uid, timedelta()), timedelta()) / _HOUR for row in due
    )


def _due_in(row: Row, span: Span) -> bool:
    at = row.index.due_at
    return at is not None and datetime.fromtimestamp(at, UTC) <= span.end
