"""A `Task` as the rest of the program sees it: the meaning of a VTODO (RFC 5545 §3.6.2), without its text."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from deadlines.core.when import When


class Status(enum.Enum):
    """RFC 5545 §3.8.1.11, as the command line writes them."""

    NEEDS_ACTION = "needs-action"
    IN_PROCESS = "in-process"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self in {Status.NEEDS_ACTION, Status.IN_PROCESS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One VTODO. `due` is DUE, or DTSTART plus DURATION where the text says it so.

    `after` are the UIDs this task waits for (RELATED-TO;RELTYPE=FINISHTOSTART or DEPENDS-ON, RFC 9253), `parent` the one it is
    part of (RELTYPE=PARENT, the default). `rrule` is the value of RRULE as written. `estimate` is ESTIMATED-DURATION
    (draft-ietf-calext-ical-tasks), `warn_before` X-DEADLINES-WARN-BEFORE: how long before it should be done it is due soon.
    Instants are aware in UTC.
    """

    uid: str
    summary: str = ""
    description: str = ""
    status: Status = Status.NEEDS_ACTION
    priority: int = 0
    percent_complete: int = 0
    categories: tuple[str, ...] = ()
    due: When | None = None
    start: When | None = None
    completed: datetime | None = None
    estimate: timedelta | None = None
    warn_before: timedelta | None = None
    rrule: str = ""
    parent: str = ""
    after: tuple[str, ...] = ()
    sequence: int = 0
    last_modified: datetime | None = None
