"""What a sync did, as values: the CLI prints them, `--json` is them, tests compare them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, datetime

from deadlines.errors import DeadlinesError
from deadlines.store.base import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One resource in a report, named as people know it. `detail` says what there is to say beyond that it happened."""

    uid: str
    summary: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A due date that was moved in the calendar, by whomever.

    Instants are aware in UTC; None: there was none, or there is none now.
    """

    uid: str
    summary: str
    client: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Both sides changed the same property differently. `kept` is `mine`, `theirs`, `both`, or empty: it waits for an answer."""

    uid: str
    summary: str
    properties: tuple[str, ...]
    kept: str
    why: str = ""


@dataclass(slots=True)
class Side:
    """What happened to one side; the lists are in the order in which things happened."""

    created: list[Item] = field(default_factory=list)
    updated: list[Item] = field(default_factory=list)
    deleted: list[Item] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything happened."""
        return bool(self.created or self.updated or self.deleted)


class Outcome(enum.Enum):
    """How the sync of one calendar ended."""

    OK = "ok"
    GUARDED = "guarded"
    FAILED = "failed"


@dataclass(slots=True)
class CalendarReport:
    """The sync of one calendar. `pulled` happened here, `pushed` on the server. `seconds` are of the wall."""

    name: str
    requests: int = 0
    seconds: float = 0.0
    pulled: Side = field(default_factory=Side)
    pushed: Side = field(default_factory=Side)
    merged: list[Item] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    skipped: list[Item] = field(default_factory=list)
    moved_due: list[Moved] = field(default_factory=list)
    outcome: Outcome = Outcome.OK
    error: DeadlinesError | None = None

    @property
    def ok(self) -> bool:
        """Whether everything that could be done was done."""
        return self.outcome is Outcome.OK


def moved(uid: str, before: Index, after: Index) -> Moved:
    """How a due date moved, from the indexes of the two texts."""
    return Moved(
        uid=uid, summary=after.summary, client=after.client, before=_instant(before.due_at), after=_instant(after.due_at)
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
