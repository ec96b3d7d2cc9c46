"""From a text to the columns that lists and checks need; and again (`refresh`), when what they were derived with has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from deadlines.core.client import Client
from deadlines.core.due import due_instant, start_instant
from deadlines.core.settings import Settings
from deadlines.core.when import When
from deadlines.store.base import Index
from deadlines.usecases.spelling import spelt, when_of

if TYPE_CHECKING:
    from deadlines.core.task import Task
    from deadlines.ical.glance import Glance, Time
    from deadlines.ical.read import Resource
    from deadlines.ical.scan import Component

__all__ = ["EVENTS", "Indexer", "spelt", "when_of"]

_MOST_INSTANTS = 4096
EVENTS = ("VEVENT", "VFREEBUSY")
"""The components that say when somebody is busy."""


class Indexer:
    """Derives indexes under one configuration."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._instants: dict[tuple[str, str, str], int | None] = {}

    def __call__(self, text: str, calendar: str) -> tuple[str, Index]:
        """UID and index of a text in a calendar. `CodecError` where it cannot be read."""
        scan, glance, meaning = _codec()
        plain = glance(text)
        if plain is not None:
            return plain.uid, self._plain(plain, calendar)
        root = scan(text)
        resource = meaning(text, root)
        if resource.component in EVENTS:
            from deadlines.usecases.event_index import event_index  # noqa: PLC0415 # tasks are spared it

            return resource.uid, event_index(root, resource, self, calendar)
        problem = "; ".join(resource.problems)
        if resource.task is not None:
            return resource.uid, self.task(resource.task, calendar, problem)
        return resource.uid, Index(component=resource.component, problem=problem)

    def task(self, task: Task, calendar: str, problem: str = "") -> Index:
        """The index of a task."""
        client = self.client_of(task.categories, calendar)
        due_kind, due_value, due_tzid = spelt(task.due)
        start_kind, start_value, start_tzid = spelt(task.start)
        return Index(
            component="VTODO",
            summary=task.summary,
            note=task.description,
            client=client.key if client else "",
            status=task.status.value,
            priority=task.priority,
            percent_complete=task.percent_complete,
            categories=task.categories,
            due_kind=due_kind,
            due_value=due_value,
            due_tzid=due_tzid,
            due_at=self._due_at(task.due, client),
            start_kind=start_kind,
            start_value=start_value,
            start_tzid=start_tzid,
            start_at=self._start_at(task.start, client),
            completed_at=None if task.completed is None else int(task.completed.timestamp()),
            estimate=None if task.estimate is None else int(task.estimate.total_seconds()),
            warn_before=None if task.warn_before is None else int(task.warn_before.total_seconds()),
            repeat=task.rrule,
            parent=task.parent,
            after=task.after,
            problem=problem,
        )

    def _plain(self, task: Glance, calendar: str) -> Index:
        """The index of a task at a glance: what `task` makes of the same one (a test says so), of fewer values on the way."""
        client = self.client_of(task.categories, calendar)
        due, start = task.due, task.start
        return Index(  # by position, in the order of the fields: keywords take ten times as long
            "VTODO",
            task.summary,
            task.description,
            client.key if client else "",
            task.status,
            task.priority,
            task.percent_complete,
            due.kind,
            due.value,
            due.tzid,
            due.at if due.at is not None or not due.kind else self._plain_at(due, client, self._due_at),
            start.kind,
            start.value,
            start.tzid,
            start.at if start.at is not None or not start.kind else self._plain_at(start, client, self._start_at),
            None,
            task.completed_at,
            task.estimate,
            task.warn_before,
            task.rrule,
            task.parent,
            "",
            task.categories,
            task.after,
        )

    def _plain_at(self, time: Time, client: Client | None, at: Callable[[When | None, Client | None], int | None]) -> int | None:
        """The instant of a date or of a wall time on nobody's clock. It is remembered, for many tasks share it."""
        key = (at.__name__, time.value, client.key if client else "")
        found = self._instants.get(key)
        if found is None:
            if len(self._instants) >= _MOST_INSTANTS:
                self._instants.clear()
            found = self._instants[key] = at(when_of(time.kind, time.value, ""), client)
        return found

    def client_of(self, categories: Iterable[str], calendar: str) -> Client | None:
        """Whose task it is: the first client that a category calls by key or name, else the only one with that calendar."""
        clients = self.settings.clients
        if not clients:
            return None
        for label in map(str.casefold, categories):
            if label in clients:
                return clients[label]
            for client in clients.values():
                if client.name.casefold() == label:
                    return client
        if calendar == self.settings.me.default_calendar:
            return None
        owners = [client for client in clients.values() if client.calendar == calendar]
        return owners[0] if len(owners) == 1 else None

    def _due_at(self, when: When | None, client: Client | None) -> int | None:
        return None if when is None else _seconds(due_instant(when, client=client, owner=self.settings.me))

    def _start_at(self, when: When | None, client: Client | None) -> int | None:
        return None if when is None else _seconds(start_instant(when, client=client, owner=self.settings.me))

    def again(self, index: Index, calendar: str) -> Index:
        """The same index under this configuration. It needs no text, unless a zone came with it that only the text defines."""
        client = self.client_of(index.categories, calendar)
        due = when_of(index.due_kind, index.due_value, index.due_tzid)
        start = when_of(index.start_kind, index.start_value, index.start_tzid)
        index = index._replace(client=client.key if client else "")
        if due is not None:
            index = index._replace(due_at=self._due_at(due, client))
        if start is not None:
            shift = (self._start_at(start, client) or 0) - (index.start_at or 0)
            ends = None if index.end_at is None else index.end_at + shift
            index = index._replace(start_at=self._start_at(start, client), end_at=ends)
        return index


@cache
def _codec() -> tuple[Callable[[str], Component], Callable[[str], Glance | None], Callable[[str, Component], Resource]]:
    """What reads a text; a list, which derives nothing, is spared its import."""
    from deadlines.ical.glance import glance  # noqa: PLC0415
    from deadlines.ical.read import meaning  # noqa: PLC0415
    from deadlines.ical.scan import scan  # noqa: PLC0415

    return scan, glance, meaning


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
