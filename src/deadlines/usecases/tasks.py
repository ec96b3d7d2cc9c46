"""Making, changing, finishing and removing tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from deadlines.core.client import Client
from deadlines.core.task import Task
from deadlines.errors import Refused
from deadlines.ical.read import read
from deadlines.store.base import OPEN, Record, Row, RunKind, Writer
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import NOTHING, Draft, apply
from deadlines.usecases.find import ITEM, find, record_of
from deadlines.usecases.view import TaskView, view, without_client

INSTANCE_DONE = "instance done"
"""What the journal notes where completing a repeating task moved it on: its text before is what was delivered."""

if TYPE_CHECKING:
    from deadlines.usecases.meeting_view import MeetingView


class Changed(NamedTuple):
    """What a command changed. `run` is its number in the journal, 0 when nothing changed."""

    run: int
    tasks: tuple[TaskView, ...]
    meetings: tuple[MeetingView, ...] = ()
    """What was removed beside tasks, each by its next instance."""


def add(desk: Desk, draft: Draft) -> Changed:
    """A new task, in the calendar asked for, else the client's, else the default one."""
    from deadlines.ical.build import new_task  # noqa: PLC0415 # the other verbs are spared it

    blank = Task(uid=desk.new_uid())
    with _transaction(desk) as writer:
        wanted = _wanted(desk, draft)
        calendar = desk.calendar(draft.calendar or (wanted.calendar if wanted else "") or desk.settings.me.default_calendar)
        client, labelled = _labelled(desk, draft, blank, owner=None, calendar=calendar)
        text = new_task(apply(desk, draft, labelled, client), now=desk.now)
        uid, index = desk.index(text, calendar)
        saved = writer.put(Record(uid=uid, calendar=calendar, ical=text, index=index))
        run = writer.run
    return _changed(desk, run, [saved])


def edit(desk: Desk, key: str, draft: Draft) -> Changed:
    """Change one task; what was not asked for keeps its very bytes."""
    with _transaction(desk) as writer:
        saved = revise(desk, writer, *record_of(desk, find(desk, key)), draft)
        run = writer.run
    return _changed(desk, run, [saved])


def revise(desk: Desk, writer: Writer, record: Record, text: str, draft: Draft) -> Record:
    """Change one task within a transaction."""
    from deadlines.ical.edit import apply as apply_edit  # noqa: PLC0415 # the other verbs are spared it

    before = _task_of(text)
    owner = desk.index.client_of(before.categories, record.calendar)
    calendar = record.calendar if draft.calendar is None else desk.calendar(draft.calendar)
    client, labelled = _labelled(desk, draft, before, owner=owner, calendar=calendar)
    edited = apply_edit(text, apply(desk, draft, labelled, client), now=desk.now)
    return save(desk, writer, record, edited, calendar)


def finish(desk: Desk, keys: Sequence[str]) -> Changed:
    """Complete tasks; one that repeats moves on to its next instance."""
    from deadlines.ical.recurring import complete  # noqa: PLC0415 # the other verbs are spared it

    return _each(desk, keys, lambda text: complete(text, now=desk.now), note_if_open=INSTANCE_DONE)


def unfinish(desk: Desk, keys: Sequence[str]) -> Changed:
    """Open completed tasks again."""
    from deadlines.ical.recurring import reopen  # noqa: PLC0415 # the other verbs are spared it

    return _each(desk, keys, lambda text: reopen(text, now=desk.now))


def remove(desk: Desk, keys: Sequence[str], *, run: int | None = None, note: str = "") -> Changed:
    """Remove tasks and meetings here; the next sync removes them on the server. `note` is what the journal says of it."""
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now, run=run) as writer:
        rows = {row.id: row for row in (find(desk, key, ITEM) for key in keys)}
        tasks = tuple(view(row, desk.settings, now=desk.now) for row in rows.values() if row.index.component == "VTODO")
        events = [row for row in rows.values() if row.index.component != "VTODO"]
        meetings = _meetings(desk, events) if events else ()
        for row in rows.values():
            record, _ = record_of(desk, row)
            writer.put(replace(record, ical=None), note=note)
        run = writer.run
    return Changed(run=run, tasks=tasks, meetings=meetings)


def _meetings(desk: Desk, rows: Sequence[Row]) -> tuple[MeetingView, ...]:
    from deadlines.usecases.meeting_view import meeting_view  # noqa: PLC0415 # tasks are spared it
    from deadlines.usecases.meetings import next_meeting  # noqa: PLC0415 # likewise

    found = (next_meeting(desk.store, desk.settings, row, now=desk.now) for row in rows)
    return tuple(meeting_view(one, desk.settings, now=desk.now) for one in found if one is not None)


def preview(desk: Desk, keys: Sequence[str]) -> Sequence[Row]:
    """The tasks and meetings that `keys` mean, to be named before something is done to them."""
    return list({row.id: row for row in (find(desk, key, ITEM) for key in keys)}.values())


def _each(desk: Desk, keys: Sequence[str], change: Callable[[str], str], *, note_if_open: str = "") -> Changed:
    saved = []
    with _transaction(desk) as writer:
        for row in {row.id: row for row in (find(desk, key) for key in keys)}.values():
            record, text = record_of(desk, row)
            _task_of(text)
            saved.append(save(desk, writer, record, change(text), record.calendar, note_if_open=note_if_open))
        run = writer.run
    return _changed(desk, run, saved)


def _task_of(text: str) -> Task:
    task = read(text).task
    if task is None:
        raise Refused("it has only changed instances and no task they belong to", hint="edit it in the program that made it")
    return task


def _wanted(desk: Desk, draft: Draft) -> Client | None:
    return None if draft.client is None or draft.client in NOTHING else desk.client(draft.client)


def _labelled(desk: Desk, draft: Draft, task: Task, *, owner: Client | None, calendar: str) -> tuple[Client | None, Task]:
    """Whose the task will be in that calendar, and the task with the categories that say so.

    What is the client's stays so when it moves; what is nobody's becomes the client's into whose calendar it moves.
    """
    client = owner if draft.client is None else _wanted(desk, draft)
    others = without_client(task.categories, owner)
    theirs = tuple(category for category in task.categories if category not in others) if client is owner else ()
    if draft.categories is not None:
        categories = (*theirs, *(category for category in draft.categories if category not in (*NOTHING, *theirs)))
    else:
        categories = task.categories if client is owner else others
    if client is not None and desk.index.client_of(categories, calendar) is not client:
        categories = (client.key, *categories)
    found = desk.index.client_of(categories, calendar)
    if draft.client is not None and client is None and found is not None:
        raise Refused(
            f"what is kept in calendar {calendar} or has such a category belongs to client {found.key}",
            hint="name another --calendar or --category too",
        )
    return found, replace(task, categories=tuple(dict.fromkeys(categories)))


def save(desk: Desk, writer: Writer, record: Record, text: str, calendar: str, *, note_if_open: str = "") -> Record:
    """Save an edited text; in another calendar it is a new resource there, and removed where it was.

    `Refused` where that calendar has its UID already.
    """
    if calendar == record.calendar and text == record.ical:
        return record
    _, index = desk.index(text, calendar)
    if calendar == record.calendar:
        return writer.put(replace(record, ical=text, index=index), note=note_if_open if index.status in OPEN else "")
    there = desk.store.by_uid(calendar, record.uid)
    if there is not None and there.ical is not None:
        raise Refused(f"calendar {calendar} has this task already", hint=f"it is number {there.id} there")
    writer.put(replace(record, ical=None), note=f"moved to calendar {calendar}")
    if there is not None:
        moved = replace(there, ical=text, index=index)
    else:
        unknown = record.base is None and record.sent is None
        moved = Record(id=record.id if unknown else 0, uid=record.uid, calendar=calendar, ical=text, index=index)
    return writer.put(moved, note=f"moved from calendar {record.calendar}")


def _transaction(desk: Desk) -> AbstractContextManager[Writer]:
    return desk.store.write(RunKind.COMMAND, desk.command, now=desk.now)


def _changed(desk: Desk, run: int, records: Sequence[Record]) -> Changed:
    rows = [Row(id=record.id, uid=record.uid, calendar=record.calendar, index=record.index) for record in records]
    return Changed(run=run, tasks=tuple(view(row, desk.settings, now=desk.now) for row in rows))
