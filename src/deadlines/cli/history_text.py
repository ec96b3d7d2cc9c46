"""The journal as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deadlines.cli.table import Column, Screen, table
from deadlines.core.client import Owner
from deadlines.core.clocks import own_clock
from deadlines.store.journal import Change, Run


@dataclass(frozen=True, slots=True)
class Clock:
    """Mine: where and when I read the journal."""

    me: Owner
    now: datetime

    def __call__(self, instant: datetime) -> str:
        """`Mon 23 Nov 13:28`."""
        return own_clock(instant, self.me, now=self.now)


def verb(change: Change) -> str:
    """What happened to the record."""
    if change.before is None:
        return "created"
    if change.after is None:
        return "removed"
    return "changed" if change.before != change.after else "kept"


def changes_text(changes: Sequence[Change], clock: Clock, screen: Screen) -> str:
    """One line a change; the newest last, as it was written."""
    columns = (
        Column("RUN"),
        Column("WHEN", spared=1),
        Column("WHAT"),
        Column("ID"),
        Column("TASK", flexible=True),
        Column("WHY", spared=2),
    )
    rows = [
        (str(change.run), clock(change.at), verb(change), str(change.record), change.summary, change.note) for change in changes
    ]
    return table(columns, rows, screen)


def life_text(changes: Sequence[Change], clock: Clock, screen: Screen) -> str:
    """What happened to one task, whose name the reader has before him."""
    columns = (Column("RUN"), Column("WHEN"), Column("WHAT"), Column("WHY", flexible=True))
    return table(columns, [(str(change.run), clock(change.at), verb(change), change.note) for change in changes], screen)


def changes_json(changes: Sequence[Change]) -> Sequence[dict[str, object]]:
    """The documented shape; `other` is the version of a conflict that did not win."""
    return [
        {
            "run": change.run,
            "at": change.at,
            "id": change.record,
            "uid": change.uid,
            "calendar": change.calendar,
            "summary": change.summary,
            "what": verb(change),
            "note": change.note,
            "before": change.before,
            "after": change.after,
            "other": change.other,
        }
        for change in changes
    ]


def runs_text(runs: Sequence[Run], clock: Clock, screen: Screen) -> str:
    """One line a run, the newest first."""
    columns = (
        Column("RUN"),
        Column("WHEN", spared=1),
        Column("KIND", spared=2),
        Column("CHANGES", spared=3),
        Column("COMMAND", flexible=True),
        Column("UNDO"),
    )
    rows = [(str(run.id), clock(run.at), run.kind.value, str(run.changes), run.command, _undone(run)) for run in runs]
    return table(columns, rows, screen)


def runs_json(runs: Sequence[Run]) -> Sequence[dict[str, object]]:
    """The documented shape."""
    return [
        {
            "run": run.id,
            "kind": run.kind.value,
            "command": run.command,
            "at": run.at,
            "changes": run.changes,
            "undoes": run.undoes,
            "undone_by": run.undone_by,
        }
        for run in runs
    ]


def _undone(run: Run) -> str:
    if run.undone_by is not None:
        return f"taken back by {run.undone_by}"
    return "" if run.undoes is None else f"takes back {run.undoes}"
