"""The port through which the journal is read: which runs changed what. It is written by the store itself, with each text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from deadlines.store.base import RunKind


class Run(NamedTuple):
    """One command, sync or undo that changed something. `undoes` is the run an undo takes back, `undone_by` the reverse."""

    id: int
    kind: RunKind
    command: str
    at: datetime
    undoes: int | None = None
    undone_by: int | None = None
    changes: int = 0


class Change(NamedTuple):
    """One line of the journal: a text before and after. `before` None: it was created; `after` None: it was removed.

    `other` is the version of a conflict that did not win, kept here so that it exists somewhere; `note` says why.
    """

    run: int
    at: datetime
    record: int
    uid: str
    calendar: str
    summary: str
    before: str | None
    after: str | None
    other: str | None = None
    note: str = ""


class Journal(Protocol):
    """What was changed, by whom, and what it was before."""

    def runs(self, *, limit: int = 20) -> Sequence[Run]:
        """The newest runs first."""
        ...

    def run(self, run: int) -> Run | None:
        """One run by its number."""
        ...

    def changes(self, *, run: int | None = None, record: int | None = None) -> Sequence[Change]:
        """The journal of a run or of a record, oldest first."""
        ...

    def noted(self, note: str) -> Sequence[Change]:
        """The lines with that note, or with that, `; ` and another; oldest first. Costs nothing where there are none."""
        ...

    def synced_changes(self, since: datetime) -> Sequence[Change]:
        """What syncs changed since then in texts that were here and stay, oldest first, but for runs that were taken back."""
        ...

    def settled_conflicts(self, since: datetime) -> Sequence[Change]:
        """The changes with which syncs settled a conflict since then (`other` is set), likewise."""
        ...
