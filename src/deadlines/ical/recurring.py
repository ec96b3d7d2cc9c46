"""Done and open again, also for a task that repeats.

A repeating task is one VTODO whose DTSTART and DUE stand for the instance to do now. Doing it moves both on to the next one, in
local wall time on their own clocks, as Tasks.org, Nextcloud and Apple do; the last one completes the task. What EXDATE takes
out is passed over, and so is an instance whose override is completed or cancelled already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from deadlines.core import recurrence
from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, When
from deadlines.errors import CodecError, InputError
from deadlines.ical.edit import apply
from deadlines.ical.moments import moment, moments, same, wall
from deadlines.ical.read import read
from deadlines.ical.scan import Component, scan
from deadlines.ical.zones import Zones

_OVER = frozenset({"COMPLETED", "CANCELLED"})


def complete(text: str, *, now: datetime) -> str:
    """`text` with its task done, or moved on to the next instance. A task that is done already stays as it is.

    A rule that nobody can follow has no next instance. `CodecError` when `text` holds no task.
    """
    task = _task(text)
    if task.status is Status.COMPLETED:
        return text
    moved = _next(text, task) if task.rrule else None
    done = replace(task, status=Status.COMPLETED, completed=now, percent_complete=100)
    return apply(text, done if moved is None else moved, now=now)


def reopen(text: str, *, now: datetime) -> str:
    """`text` with its task to do again. One that is open stays as it is."""
    task = _task(text)
    if task.status.is_open:
        return text
    return apply(text, replace(task, status=Status.NEEDS_ACTION, completed=None, percent_complete=0), now=now)


def _task(text: str) -> Task:
    task = read(text).task
    if task is None:
        raise CodecError("no task that could be changed")
    return task


def _next(text: str, task: Task) -> Task | None:
    """The task on its next instance; None where none is left, or nothing says when it is."""
    anchor = task.start or task.due
    if anchor is None:
        return None
    root = scan(text)
    zones, ignored = Zones(root), list[str]()
    todos = [child for child in root.children if child.name == "VTODO"]
    master = next(todo for todo in todos if todo.first("RECURRENCE-ID") is None)
    exdates = moments(master.all("EXDATE"), zones, ignored)
    rdates = moments(master.all("RDATE"), zones, ignored)
    over = _over(todos, zones)
    try:
        step = recurrence.following(task.rrule, anchor, exdates=exdates, rdates=rdates)
        while step is not None and any(same(step.when, other) for other in over):
            step = recurrence.following(step.rrule, step.when, exdates=exdates, rdates=rdates)
    except InputError:
        return None
    if step is None:
        return None
    when = step.when
    fresh = replace(task, rrule=step.rrule, status=Status.NEEDS_ACTION, completed=None, percent_complete=0)
    if task.start is None:
        return replace(fresh, due=when)
    return replace(fresh, start=when, due=_moved(task.due, anchor, when))


def _over(todos: list[Component], zones: Zones) -> list[When]:
    """The instances that are done with, each by itself."""
    found = []
    for todo in todos:
        which, status = todo.first("RECURRENCE-ID"), todo.first("STATUS")
        if which is not None and status is not None and status[2].strip().upper() in _OVER:
            when = moment(which, zones, [])
            found += [when] if when is not None else []
    return found


def _moved(due: When | None, old: When, new: When) -> When | None:
    """`due` as much later on its own clock as `new` is than `old` on theirs."""
    step = wall(new) - wall(old)
    match due:
        case None:
            return None
        case AllDay(date=on):
            return AllDay(on + step)
        case Floating(local=local):
            return Floating(local + step)
        case _:
            return replace(due, local=due.local + step)
