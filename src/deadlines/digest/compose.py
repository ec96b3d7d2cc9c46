"""The digest as a value: what a reader is told on one day, in the order in which it matters.

The health of our own data comes first, because everything after it is only as good as that. Then client by client, those
who have the worst first: what was missed, what will be (not told again as due soon), what is due soon, meetings to look at,
what was moved in the calendar, dates that look odd, quotas and relations. Then what was put right since the last digest, and the
day's meetings.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from deadlines.core.client import Client, Owner
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.meeting import Meeting


class State(enum.Enum):
    """What a finding is to the reader: he was not told of it, he was, or it holds no more."""

    NEW = "new"
    STILL = "still"
    RESOLVED = "resolved"


class Entry(NamedTuple):
    """A finding, and what it is to the reader."""

    finding: Finding
    state: State


class Kind(enum.Enum):
    """What a section of a client is about, in the order of a digest."""

    MISSED = "missed"
    WILL_BE_MISSED = "will-be-missed"
    DUE_SOON = "due-soon"
    MEETINGS = "meetings"
    MOVED = "moved"
    DATES = "dates"
    QUOTAS = "quotas"
    RELATIONS = "relations"


_KINDS = {
    Code.MISSED: Kind.MISSED,
    Code.WILL_BE_MISSED: Kind.WILL_BE_MISSED,
    Code.DUE_SOON: Kind.DUE_SOON,
    Code.DUE_MOVED: Kind.MOVED,
}
_FAMILIES = {"D": Kind.DATES, "M": Kind.MEETINGS, "Q": Kind.QUOTAS, "C": Kind.RELATIONS}
_HEALTH = "S"


class Synced(NamedTuple):
    """When a calendar was last synced (UTC), None for never."""

    calendar: str
    at: datetime | None


class Section(NamedTuple):
    """What there is of one kind."""

    kind: Kind
    entries: tuple[Entry, ...]


class Group(NamedTuple):
    """Everything about one client; None: what is nobody's."""

    client: Client | None
    sections: tuple[Section, ...]


class Delay(NamedTuple):
    """That the digest comes late: when it was due (UTC), None where it is on time; and days before of which none came.

    `unsure` are days whose digest may or may not have arrived.
    """

    since: datetime | None = None
    missed: tuple[date, ...] = ()
    unsure: tuple[date, ...] = ()


ON_TIME = Delay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What `owner` is told on `day`, which is one on his clock. `now` is in UTC. `open_tasks` is how many there are.

    `meetings` are those of the day that are still to come, by start.
    """

    owner: Owner
    day: date
    now: datetime
    delay: Delay
    health: tuple[Entry, ...]
    groups: tuple[Group, ...]
    resolved: tuple[Entry, ...]
    meetings: tuple[Meeting, ...]
    clients: Mapping[str, Client]
    synced: tuple[Synced, ...]
    open_tasks: int

    @property
    def holding(self) -> tuple[Entry, ...]:
        """Every finding that holds."""
        return (*self.health, *(entry for group in self.groups for section in group.sections for entry in section.entries))

    @property
    def is_calm(self) -> bool:
        """Whether nothing has to be said: nothing is new or put right, and nothing that holds is a warning or worse."""
        grave = any(entry.state is State.NEW or entry.finding.severity.rank >= Severity.WARNING.rank for entry in self.holding)
        return not (grave or self.resolved)


def compose(
    entries: Iterable[Entry],
    *,
    owner: Owner,
    clients: Mapping[str, Client],
    day: date,
    now: datetime,
    delay: Delay = ON_TIME,
    meetings: Sequence[Meeting] = (),
    synced: Sequence[Synced] = (),
    open_tasks: int = 0,
) -> Digest:
    """Put findings in their places. The order among those of one section, and among clients, is that of `entries`."""
    resolved: list[Entry] = []
    health: list[Entry] = []
    grouped: dict[str, list[Entry]] = {}
    found = tuple(entries)
    doomed = {
        entry.finding.uid for entry in found if entry.finding.code is Code.WILL_BE_MISSED and entry.state is not State.RESOLVED
    }
    for entry in found:
        if entry.state is State.RESOLVED:
            resolved.append(entry)
        elif _is_health(entry.finding.code):
            health.append(entry)
        elif entry.finding.code is not Code.DUE_SOON or entry.finding.uid not in doomed:
            grouped.setdefault(entry.finding.client, []).append(entry)
    return Digest(
        owner=owner,
        day=day,
        now=now,
        delay=delay,
        health=tuple(health),
        groups=tuple(Group(clients.get(key), _sections(found)) for key, found in grouped.items()),
        resolved=tuple(resolved),
        meetings=tuple(meetings),
        clients=clients,
        synced=tuple(synced),
        open_tasks=open_tasks,
    )


def _is_health(code: Code) -> bool:
    return code.family == _HEALTH


def _kind(entry: Entry) -> Kind:
    code = entry.finding.code
    return _KINDS.get(code) or _FAMILIES[code.value[0]]


def _sections(entries: Sequence[Entry]) -> tuple[Section, ...]:
    found: dict[Kind, list[Entry]] = {}
    for entry in entries:
        found.setdefault(_kind(entry), []).append(entry)
    return tuple(Section(kind, tuple(found[kind])) for kind in Kind if kind in found)
