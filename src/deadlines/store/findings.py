"""What is remembered about findings: who has seen which, and which nobody wants to see.

Findings are derived anew every time; only this is kept. It is no part of the journal: it changes no task, and sync knows
nothing of it.

A *reader* is somebody who is told findings for himself: `check` on the command line, a digest. For each reader there is one row
for every finding that he was told and that, as far as he knows, still holds. A *mute* holds for all readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Seen(NamedTuple):
    """A finding as it was when a reader was first told, so that it can be named when it is gone. `facts` is its JSON."""

    finding: str
    since: datetime
    code: str
    severity: str
    uid: str
    summary: str
    client: str
    message: str
    key: str
    at: datetime | None
    facts: str


class Mute(NamedTuple):
    """That a finding is not to be told, as long as it is not graver than `severity`: for ever, or `until` then."""

    finding: str
    severity: str
    made: datetime
    until: datetime | None = None


class FindingMemory(Protocol):
    """Errors are those of `Store`. Writing is one transaction each."""

    def since(self, reader: str) -> Mapping[str, datetime]:
        """When the reader was first told of each finding that he believes to hold."""
        ...

    def seen(self, reader: str, findings: Iterable[str]) -> Sequence[Seen]:
        """Those of them, whole."""
        ...

    def told(self, reader: str, *, new: Iterable[Seen], gone: Iterable[str]) -> None:
        """Remember that the reader was told of `new` ones, and that those that are `gone` hold no more."""
        ...

    def beginning(self, prefix: str) -> Sequence[Seen]:
        """Every finding that any reader believes to hold and whose identity begins so."""
        ...

    def mutes(self) -> Mapping[str, Mute]:
        """Everything that is acknowledged or snoozed, also where the snooze has ended."""
        ...

    def mute(self, mutes: Iterable[Mute]) -> None:
        """Mute findings, or replace how they were muted; every reader forgets them, so they are new when they come back."""
        ...

    def unmute(self, findings: Iterable[str]) -> None:
        """Tell them again."""
        ...
