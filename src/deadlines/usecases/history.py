"""The journal, and taking back what a command or a run of sync did.

Taking back is itself a run, and the next sync carries it on to the server. For each change of the run, the last first:

    what is here now says what the change left     it becomes what it was before, or is removed if the change created it
    it was edited since                            a three-way merge takes the change back and keeps the newer edits; what both
                                                   touched keeps its newer value, and is named
    it was removed since, came back since,         it stays as it is, and is named
    or was created and then edited
    a sync brought it                              it goes here alone, and the next sync brings it again: an undo must not delete
                                                   on the server what others made there

*Says* is not *spells*: a server that stores a task in other words did not edit it.

A run that was taken back is in force again when the undo is itself taken back, and so on. `undo` without a number takes the
newest command or sync that is in force; so several in a row go back step by step, and after `undo` of an undo begin again there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from deadlines.core.settings import TIME
from deadlines.errors import Refused, UnknownName
from deadlines.ical.edit import master, touch
from deadlines.ical.read import read
from deadlines.ical.tree import parse
from deadlines.store.base import Record, Row, RunKind, Writer
from deadlines.store.journal import Change, Run
from deadlines.sync.merge import Prefer, merge, same_meaning
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import ITEM, find
from deadlines.usecases.mail_notes import is_of_mail
from deadlines.usecases.view import TaskView, view

if TYPE_CHECKING:
    from deadlines.usecases.showing import ShownMeeting

_FAR_BACK = 1000
"""How many runs are looked at for one to take back."""
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did. `run` is 0 when nothing changed. `kept` are items left alone at least in part, each with the reason.

    `returning` are those of `removed` that are gone here alone, so that the next sync brings them again.
    """

    run: int
    undid: Run
    tasks: tuple[TaskView, ...]
    removed: tuple[str, ...]
    returning: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    meetings: tuple[ShownMeeting, ...] = ()
    """Those of `tasks` that are none, as `show` has them."""
    mailed: tuple[tuple[str, str], ...] = ()
    """Items of which somebody was told by mail, and who; nobody is told that this was taken back."""


def runs(desk: Desk, *, limit: int) -> Sequence[Run]:
    """The newest runs first."""
    return desk.store.runs(limit=limit)


def changes_of_run(desk: Desk, run: int) -> Sequence[Change]:
    """What one run changed."""
    _run(desk, run)
    return desk.store.changes(run=run)


def changes_of_task(desk: Desk, key: str) -> Sequence[Change]:
    """What happened to one task; one that was removed is found by its number or its whole UID."""
    if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_NUMBER and (changes := desk.store.changes(record=int(key))):
        return changes
    return desk.store.changes(record=find(desk, key, ITEM).id)


def undo(desk: Desk, number: int | None) -> Undone:
    """Take back a run, by default the newest one that is in force and not itself an undo."""
    target = _newest(desk) if number is None else _run(desk, number)
    run = desk.store.new_run(RunKind.UNDO, desk.command, now=desk.now, undoes=target.id)
    work = _Undo(desk, brought=_brought(desk, target))
    with desk.store.write(RunKind.UNDO, desk.command, now=desk.now, run=run) as writer:
        _refuse_twice(desk, _run(desk, target.id))
        for change in reversed(desk.store.changes(run=target.id)):
            work.take_back(writer, change)
        work.have_listed(writer)
    rows = [Row(id=record.id, uid=record.uid, calendar=record.calendar, index=record.index) for record in work.restored.values()]
    return Undone(
        run=0 if desk.store.run(run) is None else run,
        undid=target,
        tasks=tuple(view(row, desk.settings, now=desk.now) for row in rows),
        removed=tuple(work.removed),
        returning=tuple(work.returning),
        kept=tuple(work.kept),
        meetings=tuple(_meetings(desk, rows)),
        mailed=tuple(work.mailed),
    )


def _meetings(desk: Desk, rows: Sequence[Row]) -> Iterator[ShownMeeting]:
    events = [row for row in rows if row.index.component == "VEVENT" and row.calendar != TIME]
    if events:
        from deadlines.usecases.showing import show_meeting  # noqa: PLC0415 # tasks are spared it

        yield from (show_meeting(desk, row) for row in events)


def in_force(desk: Desk, number: int) -> bool:
    """Whether what a run did was not taken back."""
    run = desk.store.run(number)
    return run is not None and _undone_by(desk, run) is None


def _newest(desk: Desk) -> Run:
    for run in desk.store.runs(limit=_FAR_BACK):
        if run.kind is not RunKind.UNDO and _undone_by(desk, run) is None:
            return run
    raise Refused("there is nothing to take back", hint="deadlines log shows what was changed")


def _brought(desk: Desk, run: Run) -> bool:
    """Whether what this run created is what a sync brought: a sync did, and so did the undo of an undo of one."""
    in_force = True
    while run.undoes is not None and (undone := desk.store.run(run.undoes)) is not None:
        run, in_force = undone, not in_force
    return in_force and run.kind is RunKind.SYNC


def _run(desk: Desk, number: int) -> Run:
    run = desk.store.run(number)
    if run is None:
        raise UnknownName("run", str(number), hint="deadlines log shows the runs with their numbers")
    return run


def _undone_by(desk: Desk, run: Run) -> Run | None:
    """The undo because of which a run is not in force; an undo that was itself taken back does not count."""
    undo = None if run.undone_by is None else desk.store.run(run.undone_by)
    return undo if undo is not None and _undone_by(desk, undo) is None else None


def _refuse_twice(desk: Desk, target: Run) -> None:
    undo = _undone_by(desk, target)
    if undo is not None:
        raise Refused(f"run {target.id} was taken back already by run {undo.id}", hint=f"deadlines undo {undo.id} puts it back")


class _Undo:
    """Takes back the changes of one run, the last first."""

    def __init__(self, desk: Desk, *, brought: bool) -> None:
        self._desk = desk
        self._brought = brought
        self.restored: dict[int, Record] = {}
        self.removed: list[str] = []
        self.returning: list[str] = []
        self.kept: list[tuple[str, str]] = []
        self.mailed: list[tuple[str, str]] = []
        self._stayed: set[str] = set()
        self._unlisted: set[str] = set()

    def take_back(self, writer: Writer, change: Change) -> None:
        """Bring a record to what it was before the change."""
        if is_of_mail(change.note):
            self.mailed.append((change.summary, change.note))
        now = self._now(change)
        current = None if now is None else now.ical
        match change.before, current:
            case before, here if before in (change.after, here):
                pass
            case str(), _ if change.after is None and change.uid in self._stayed:
                pass  # the other half of a move
            case None, str(here):
                assert now is not None
                self._remove(writer, change, now, here)
            case str(before), None if change.after is None:
                self._restore(writer, change, now, before)
            case str(), None:
                self.kept.append((change.summary, "it was removed since"))
            case str(before), str(here):
                assert now is not None
                self._merge(writer, change, replace(now, ical=here), before)

    def _now(self, change: Change) -> Record | None:
        """What became of the record; one that was forgotten may have come back under another number.

        An edit is followed into the calendar to which the record was moved; what was taken out of a calendar is looked for there.
        """
        record = self._desk.store.get(change.record)
        if record is not None and change.after is None and record.calendar != change.calendar:
            record = None
        return record or self._desk.store.by_uid(change.calendar, change.uid)

    def _remove(self, writer: Writer, change: Change, now: Record, here: str) -> None:
        if change.after is None or not _says(here, change.after):
            self.kept.append((change.summary, "it was changed again since, so it stays"))
            self._stayed.add(change.uid)
            return
        if self._brought:
            writer.forget(now, note="taken back here alone")
            self.returning.append(change.summary)
            self._unlisted.add(now.calendar)
        else:
            writer.put(replace(now, ical=None))
        self.restored.pop(now.id, None)
        self.removed.append(change.summary)

    def have_listed(self, writer: Writer) -> None:
        """Have the next sync list everything where something went here alone: the server does not call it changed."""
        for calendar in sorted(self._unlisted):
            writer.save_state(self._desk.store.state(calendar)._replace(sync_token="", ctag=""))

    def _merge(self, writer: Writer, change: Change, now: Record, before: str) -> None:
        assert now.ical is not None
        if change.after is None:
            self.kept.append((change.summary, "it came back since"))
        elif now.ical == change.after:
            self._restore(writer, change, now, before)
        else:
            merged = merge(change.after, now.ical, before, Prefer.MINE)
            if merged.conflicts:
                what = ", ".join(merged.conflicts)
                self.kept.append((change.summary, f"{what} changed again since, and keeps its newer value"))
            if not _says(merged.text, now.ical):
                self._restore(writer, change, now, merged.text)

    def _restore(self, writer: Writer, change: Change, now: Record | None, text: str) -> None:
        if now is not None and now.base is not None and not _says(text, now.base):
            text = _stamped(text, now=self._desk.now)
        calendar = change.calendar if now is None else now.calendar
        uid, index = self._desk.index(text, calendar)
        number = 0 if self._desk.store.get(change.record) else change.record  # a removal that the server is to be told has it
        record = now or Record(id=number, uid=uid, calendar=calendar, ical=text, index=index)
        saved = writer.put(replace(record, ical=text, index=index))
        self.restored[saved.id] = saved


def _stamped(text: str, *, now: datetime) -> str:
    """What the server knows otherwise was changed now: that decides a conflict with somebody else's edit."""
    if read(text).task is None:
        return text
    root = parse(text)
    touch(master(root), now=now, revised=False)
    return root.render()


def _says(one: str, other: str) -> bool:
    return one == other or same_meaning(one, other)
