"""The `FindingMemory` in the SQLite file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from deadlines.store import rows
from deadlines.store.database import Database, Value
from deadlines.store.findings import Mute, Seen


class SqliteFindings:
    """On the connection of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, reader: str) -> Mapping[str, datetime]:
        """When the reader was first told."""
        found = self._database.named("finding_since", {"reader": rows.clean(reader)})
        return {finding: datetime.fromisoformat(since) for finding, since in found}

    def seen(self, reader: str, findings: Iterable[str]) -> Sequence[Seen]:
        """Findings that the reader was told."""
        named = (self._database.one("finding_seen", {"reader": rows.clean(reader), "finding": finding}) for finding in findings)
        return [_seen(columns) for columns in named if columns]

    def told(self, reader: str, *, new: Iterable[Seen], gone: Iterable[str]) -> None:
        """Remember that the reader was told."""
        reader = rows.clean(reader)
        with self._database.transaction():
            self._database.many("finding_seen_put", ({"reader": reader, **_seen_columns(seen)} for seen in new))
            self._database.many("finding_seen_delete", [{"reader": reader, "finding": finding} for finding in gone])

    def beginning(self, prefix: str) -> Sequence[Seen]:
        """Findings by the beginning of their identity."""
        prefix = rows.clean(prefix)
        found = self._database.named("finding_beginning", {"prefix": prefix, "successor": f"{prefix}\U0010ffff"})
        return [_seen(columns) for columns in found]

    def mutes(self) -> Mapping[str, Mute]:
        """Everything that is muted."""
        found = self._database.named("finding_mutes")
        return {
            finding: Mute(finding, severity, datetime.fromisoformat(made), until and datetime.fromisoformat(until))
            for finding, severity, made, until in found
        }

    def mute(self, mutes: Iterable[Mute]) -> None:
        """Mute findings."""
        with self._database.transaction():
            for mute in mutes:
                columns: dict[str, Value] = {"made": rows.to_iso(mute.made), "until": rows.to_iso(mute.until)}
                self._database.named("finding_mute_put", {"finding": mute.finding, "severity": mute.severity, **columns})
                self._database.named("finding_forget", {"finding": mute.finding})

    def unmute(self, findings: Iterable[str]) -> None:
        """Tell them again."""
        with self._database.transaction():
            for finding in findings:
                self._database.named("finding_mute_delete", {"finding": finding})


def _seen(columns: tuple[Any, ...]) -> Seen:
    finding, since, code, severity, uid, summary, client, message, key, at, facts = columns
    return Seen(
        finding=finding,
        since=datetime.fromisoformat(since),
        code=code,
        severity=severity,
        uid=rows.to_text(uid) or "",
        summary=summary,
        client=client,
        message=message,
        key=rows.to_text(key) or "",
        at=None if at is None else datetime.fromisoformat(at),
        facts=facts,
    )


def _seen_columns(seen: Seen) -> dict[str, Value]:
    return {
        "finding": seen.finding,
        "since": rows.to_iso(seen.since),
        "code": seen.code,
        "severity": seen.severity,
        "uid": rows.to_bytes(seen.uid),
        "summary": rows.clean(seen.summary),
        "client": rows.clean(seen.client),
        "message": rows.clean(seen.message),
        "key": rows.to_bytes(seen.key),
        "at": rows.to_iso(seen.at),
        "facts": seen.facts,
    }
