"""Making, changing, finishing and removing tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from deadlines.core.client import Client
from deadlines.core.task import Task
from deadlines.errors import Refused
from deadlines.ical.read import read
from deadlines.store.base import Record, Row, RunKind, Writer
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import NOTHING, Draft, apply
from deadlines.usecases.find import find, record_of
from deadlines.usecases.view import TaskView, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a command changed. `run` is its number in the journal, 0 when nothing changed."""

    run: int
    tasks: tuple[TaskView, ...]


def add(desk: Desk, draft: Draft) -> Changed:
    """A new task, in the calendar asked for, else the client's, else the default one."""
    from deadlines.ical.build import new_task  # noqa: PLC0415 # the other verbs are spared it

    client = desk.client(draft.client or "")
    blank = Task(uid=desk.new_uid(), categories=() if client is None else (client.key,))
    if client is not None and draft.categories is not None:
        draft = replace(draft, categories=(client.key, *draft.categories))
    calendar = desk.calendar(draft.calendar or (client.calendar if client else "") or desk.settings.me.default_calendar)
    task = apply(desk, draft, blank, client)
    text = new_task(task, now=desk.now)
    with _transaction(desk) as writer:
        uid, index = desk.index(text, calendar)
        saved = writer.put(Record(uid=uid, calendar=calendar, ical=text, index=index))
        run = writer.run
    return _changed(desk, run, [saved])


def edit(desk: Desk, key: str, draft: Draft) -> Changed:
    """Change one task; what was not asked for keeps its very bytes."""
    from deadlines.ical.edit import apply as apply_edit  # noqa: PLC0415 # the other verbs are spared it

    with _transaction(desk) as writer:
        record, text = record_of(desk, find(desk, key))
        before = _task_of(text)
        owner = desk.index.client_of(before.categories, record.calendar)
        client, draft = _client_wanted(desk, draft, before, owner)
        calendar = record.calendar if draft.calendar is None else desk.calendar(draft.calendar)
        after = apply(desk, draft, before, client)
        edited = apply_edit(text, after, now=desk.now)
        saved = _move(desk, writer, record, edited, calendar)
        run = writer.run
    return _changed(desk, run, [saved])


def finish(desk: Desk, keys: Sequence[str]) -> Changed:
    """Complete tasks; one that repeats moves on to its next instance."""
    from deadlines.ical.recurring import complete  # noqa: PLC0415 # the other verbs are spared it

    return _each(desk, keys, lambda text: complete(text, now=desk.now))


def unfinish(desk: Desk, keys: Sequence[str]) -> Changed:
    """Open completed tasks again."""
    from deadlines.ical.recurring import reopen  # noqa: PLC0415 # the other verbs are spared it

    return _each(desk, keys, lambda text: reopen(text, now=desk.now))


def remove(desk: Desk, keys: Sequence[str]) -> Changed:
    """Remove tasks here; the next sync removes them on the server."""
    with _transaction(desk) as writer:
        rows = {row.id: row for row in (find(desk, key) for key in keys)}
        views = tuple(view(row, desk.settings, now=desk.now) for row in rows.values())
        for row in rows.values():
            record, _ = record_of(desk, row)
            writer.put(replace(record, ical=None))
        run = writer.run
    return Changed(run=run, tasks=views)


def preview(desk: Desk, keys: Sequence[str]) -> Sequence[Row]:
    """The tasks that `keys` mean, to be named before something is done to them."""
    return list({row.id: row for row in (find(desk, key) for key in keys)}.values())


def _each(desk: Desk, keys: Sequence[str], change: Callable[[str], str]) -> Changed:
    saved = []
    with _transaction(desk) as writer:
        for row in {row.id: row for row in (find(desk, key) for key in keys)}.values():
            record, text = record_of(desk, row)
            changed = change(text)
            _, index = desk.index(changed, record.calendar)
            saved.append(writer.put(replace(record, ical=changed, index=index)))
        run = writer.run
    return _changed(desk, run, saved)


def _task_of(text: str) -> Task:
    task = read(text).task
    if task is None:
        raise Refused("it has only changed instances and no task they belong to", hint="edit it in the program that made it")
    return task


def _client_wanted(desk: Desk, draft: Draft, task: Task, owner: Client | None) -> tuple[Client | None, Draft]:
    """Whose the task will be, and the draft with the categories that say so."""
    client = owner if draft.client is None else (None if draft.client in NOTHING else desk.client(draft.client))
    if draft.client is None and draft.categories is None:
        return client, draft
    names = set() if owner is None else {owner.key, owner.name.casefold()}
    old = [category for category in task.categories if category.casefold() in names]
    others = draft.categories
    if others is None:
        others = tuple(category for category in task.categories if category not in old)
    elif client is owner:
        return client, replace(draft, categories=(*old, *others))
    return client, replace(draft, categories=others if client is None else (client.key, *others))


def _move(desk: Desk, writer: Writer, record: Record, text: str, calendar: str) -> Record:
    """Save an edited text; in another calendar it is a new resource there, and removed where it was."""
    _, index = desk.index(text, calendar)
    if calendar == record.calendar:
        return writer.put(replace(record, ical=text, index=index))
    moved = Record(uid=record.uid, calendar=calendar, ical=text, index=index)
    if record.base is None and record.sent is None:
        return writer.put(replace(moved, id=record.id))
    writer.put(replace(record, ical=None), note=f"moved to calendar {calendar}")
    return writer.put(moved, note=f"moved from calendar {record.calendar}")


def _transaction(desk: Desk) -> AbstractContextManager[Writer]:
    return desk.store.write(RunKind.COMMAND, desk.command, now=desk.now)


def _changed(desk: Desk, run: int, records: Sequence[Record]) -> Changed:
    rows = [Row(id=record.id, uid=record.uid, calendar=record.calendar, index=record.index) for record in records]
    return Changed(run=run, tasks=tuple(view(row, desk.settings, now=desk.now) for row in rows))
