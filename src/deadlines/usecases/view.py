"""A task as it is answered with: to people as text, to scripts as JSON (CLI.md "JSON"); one value for both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, zone_at
from deadlines.core.clocks import both_clocks, time_left
from deadlines.core.findings import Finding
from deadlines.core.settings import Settings
from deadlines.core.when import When
from deadlines.store.base import OPEN, Index, Row
from deadlines.usecases.index import when_of
from deadlines.usecases.task_findings import findings_of


class Moment(NamedTuple):
    """A due or start as it was said, the instant it means, and what the clocks show then (aware, each in its zone)."""

    kind: str
    value: str
    tzid: str
    instant: datetime
    mine: datetime
    client: datetime | None


class TaskView(NamedTuple):
    """One task. `*_clocks` is an instant on both clocks, `left` the time until it is due. Categories lack the client's own."""

    uid: str
    id: int
    summary: str
    client: str
    calendar: str
    status: str
    priority: int
    percent_complete: int
    categories: tuple[str, ...]
    due: Moment | None
    start: Moment | None
    completed: datetime | None
    estimate: timedelta | None
    warn_before: timedelta | None
    repeat: str
    parent: str
    after: tuple[str, ...]
    note: str
    overdue: bool
    findings: tuple[Finding, ...]
    due_clocks: str
    start_clocks: str
    completed_clocks: str
    left: str

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        shown = {name: getattr(self, name) for name in _JSON}
        shown["due"], shown["start"] = _moment_json(self.due), _moment_json(self.start)
        shown["findings"] = [finding.as_json() for finding in self.findings]
        return shown


_JSON = (
    "uid", "id", "summary", "client", "calendar", "status", "priority", "percent_complete", "categories", "due", "start",
    "completed", "estimate", "warn_before", "repeat", "parent", "after", "note", "overdue", "findings",
)  # fmt: skip


def view(row: Row, settings: Settings, *, now: datetime) -> TaskView:
    """A row as it is answered with."""
    index = row.index
    client = settings.clients.get(index.client)
    due = _instant(index.due_at)
    when = when_of(index.due_kind, index.due_value, index.due_tzid)

    def clocks(instant: datetime | None, when: When | None = None) -> str:
        return "" if instant is None else both_clocks(instant, client=client, owner=settings.me, when=when, now=now)

    return TaskView(
        uid=row.uid,
        id=row.id,
        summary=index.summary,
        client=index.client,
        calendar=row.calendar,
        status=index.status,
        priority=index.priority,
        percent_complete=index.percent_complete,
        categories=without_client(index.categories, client),
        due=_moment((index.due_kind, index.due_value, index.due_tzid), due, client, settings),
        start=_moment((index.start_kind, index.start_value, index.start_tzid), _instant(index.start_at), client, settings),
        completed=_instant(index.completed_at),
        estimate=None if index.estimate is None else timedelta(seconds=index.estimate),
        warn_before=None if index.warn_before is None else timedelta(seconds=index.warn_before),
        repeat=index.repeat,
        parent=index.parent,
        after=index.after,
        note=index.note,
        overdue=is_overdue(index, now),
        findings=findings_of(row, settings, now=now),
        due_clocks=clocks(due, when),
        start_clocks=clocks(_instant(index.start_at), when_of(index.start_kind, index.start_value, index.start_tzid)),
        completed_clocks=clocks(_instant(index.completed_at)),
        left="" if due is None or not _is_open(index) else time_left(due, now),
    )


def is_overdue(index: Index, now: datetime) -> bool:
    """Whether it should have been done by now, and is not."""
    return index.due_at is not None and _is_open(index) and index.due_at < now.timestamp()


def without_client(categories: tuple[str, ...], client: Client | None) -> tuple[str, ...]:
    """The categories but for the one that says whose task it is."""
    if client is None:
        return categories
    names = {client.key, client.name.casefold()}
    return tuple(category for category in categories if category.casefold() not in names)


def _is_open(index: Index) -> bool:
    return index.status in OPEN


def _moment(spelt: tuple[str, str, str], instant: datetime | None, client: Client | None, settings: Settings) -> Moment | None:
    if instant is None:
        return None
    kind, value, tzid = spelt
    return Moment(
        kind=kind,
        value=value,
        tzid=tzid,
        instant=instant,
        mine=instant.astimezone(zone_at(settings.me, instant)),
        client=None if client is None else instant.astimezone(zone_at(client, instant)),
    )


def _moment_json(moment: Moment | None) -> Mapping[str, object] | None:
    if moment is None:
        return None
    return {
        "kind": moment.kind,
        "value": moment.value,
        "tzid": moment.tzid or None,
        "instant": moment.instant,
        "mine": moment.mine.isoformat(),
        "client": None if moment.client is None else moment.client.isoformat(),
    }


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
