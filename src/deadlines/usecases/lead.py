"""How long before its due instant a task is due soon, in seconds: what a list or a check of 10,000 compares so many times.

`core.task_findings` has the rule; this is the same of an index.
"""

from __future__ import annotations

from deadlines.core.settings import Settings
from deadlines.store.base import Index


class Leads:
    """The lead times under one configuration."""

    def __init__(self, settings: Settings) -> None:
        clients = settings.clients.items()
        self._buffers = {key: client.buffer.total_seconds() for key, client in clients}
        self._wholes = {key: (client.warn_before + client.buffer).total_seconds() for key, client in clients}
        self._mine = settings.me.warn_before.total_seconds()

    def __call__(self, index: Index) -> float:
        """The lead time of a task and its client's buffer."""
        if index.warn_before is None:
            return self._wholes.get(index.client, self._mine)
        return index.warn_before + self._buffers.get(index.client, 0)
