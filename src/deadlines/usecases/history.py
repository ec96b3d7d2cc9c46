"""The journal, and taking back what a command or a run of sync did.

Taking back is itself a run. Where a task changed again since, its newer edits stay: the undo is a three-way merge that carries
the difference between after and before over to what is there now. The next sync carries the result to the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deadlines.errors import Refused, UnknownName
from deadlines.store.base import Change, Record, Row, Run, RunKind, Writer
from deadlines.sync.merge import Prefer, merge
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import find
from deadlines.usecases.view import TaskView, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did. `kept` are items that it left alone, each with the reason."""

    run: int
    undid: Run
    tasks: tuple[TaskView, ...]
    removed: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]


def runs(desk: Desk, *, limit: int) -> Sequence[Run]:
    """The newest runs first."""
    return desk.store.runs(limit=limit)


def changes_of_run(desk: Desk, run: int) -> Sequence[Change]:
    """What one run changed."""
    _run(desk, run)
    return desk.store.changes(run=run)


def changes_of_task(desk: Desk, key: str) -> Sequence[Change]:
    """What happened to one task; one that was removed is found by its number or its whole UID."""
    if key.isdigit() and (changes := desk.store.changes(record=int(key))):
        return changes
    return desk.store.changes(record=find(desk, key).id)


def undo(desk: Desk, number: int | None) -> Undone:
    """Take back a run, by default the newest one that was not taken back and is not itself an undo."""
    target = _newest(desk) if number is None else _run(desk, number)
    if target.undone_by is not None:
        raise Refused(
            f"run {target.id} was taken back already by run {target.undone_by}",
            hint=f"deadlines undo {target.undone_by} puts it back",
        )
    run = desk.store.new_run(RunKind.UNDO, desk.command, now=desk.now, undoes=target.id)
    work = _Undo(desk)
    with desk.store.write(RunKind.UNDO, desk.command, now=desk.now, run=run) as writer:
        for change in reversed(desk.store.changes(run=target.id)):
            work.take_back(writer, change)
    rows = [Row(id=record.id, uid=record.uid, calendar=record.calendar, index=record.index) for record in work.restored.values()]
    return Undone(
        run=run,
        undid=target,
        tasks=tuple(view(row, desk.settings, now=desk.now) for row in rows),
        removed=tuple(work.removed),
        kept=tuple(work.kept),
    )


def _newest(desk: Desk) -> Run:
    for run in desk.store.runs(limit=1000):
        if run.kind is not RunKind.UNDO and run.undone_by is None:
            return run
    raise Refused("there is nothing to take back", hint="deadlines log shows what was changed")


def _run(desk: Desk, number: int) -> Run:
    run = desk.store.run(number)
    if run is None:
        raise UnknownName("run", str(number), hint="deadlines log shows the runs with their numbers")
    return run


class _Undo:
    """Takes back the changes of one run, the last first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.restored: dict[int, Record] = {}
        self.removed: list[str] = []
        self.kept: list[tuple[str, str]] = []

    def take_back(self, writer: Writer, change: Change) -> None:
        """Bring a record to what it was before the change."""
        now = self._desk.store.get(change.record)
        current = now.ical if now is not None else None
        if change.before in (change.after, current):
            return
        if current != change.after:
            self._merge_back(writer, change, now)
        elif change.before is None:
            assert now is not None
            writer.put(replace(now, ical=None))
            self.restored.pop(now.id, None)
            self.removed.append(change.summary)
        else:
            self._restore(writer, change, now, change.before)

    def _restore(self, writer: Writer, change: Change, now: Record | None, text: str) -> None:
        uid, index = self._desk.index(text, change.calendar)
        record = now or Record(id=change.record, uid=uid, calendar=change.calendar, ical=text, index=index)
        if now is None:
            other = self._desk.store.by_uid(change.calendar, uid)
            record = record if other is None else other
        saved = writer.put(replace(record, uid=uid, calendar=change.calendar, ical=text, index=index))
        self.restored[saved.id] = saved

    def _merge_back(self, writer: Writer, change: Change, now: Record | None) -> None:
        if now is None or now.ical is None or change.before is None or change.after is None:
            self.kept.append((change.summary, "it was changed again since, and cannot be taken back alone"))
            return
        merged = merge(change.after, now.ical, change.before, Prefer.MINE)
        if merged.conflicts:
            what = ", ".join(merged.conflicts)
            self.kept.append((change.summary, f"{what} changed again since, and keeps its newer value"))
        self._restore(writer, change, now, merged.text)
