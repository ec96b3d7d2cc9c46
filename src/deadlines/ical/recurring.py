"""Done and open again, also for a task that repeats.

A repeating task is one VTODO whose DTSTART and DUE stand for the instance to do now. Doing it moves both on to the next one, in
local wall time on their own clocks, as Tasks.org, Nextcloud and Apple do; the last one completes the task. What EXDATE takes
out is passed over, and so is an instance whose override is completed or cancelled already.

Other programs tell in two ways that an instance is done, and both can be read: `moved_on` sees that a task was moved on as we
would move it, `finished` the overrides that are completed (jtx Board, RFC 5545 §3.8.4.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from deadlines.core import recurrence
from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError, InputError
from deadlines.ical.edit import apply
from deadlines.ical.moments import before as is_before
from deadlines.ical.moments import instant, moment, moments, same, wall
from deadlines.ical.read import read
from deadlines.ical.scan import Component, scan
from deadlines.ical.zones import Zones

_OVER = frozenset({"COMPLETED", "CANCELLED"})
_MOST_STEPS = 100
"""A task that was moved on further than this was not moved on instance by instance."""


class Finished(NamedTuple):
    """One instance that was done by itself: when, in UTC, which one it is (RECURRENCE-ID), and when it was due."""

    completed: datetime
    start: When
    due: When | None


class Dates(NamedTuple):
    """The dates beside a rule: taken out, added, and done with already, each by itself."""

    exdates: tuple[When, ...]
    rdates: tuple[When, ...]
    over: tuple[When, ...]


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


def moved_on(before: str, after: str) -> bool:
    """Whether `after` is the task of `before` on a later instance of its rule, still open: what was due before is done.

    Start and due must both be where the rule has them, as all the programs leave them that move a task on. Several steps at once
    are one: of those between, nobody knows whether they were done or left out.
    """
    old, new = read(before).task, read(after).task
    if old is None or new is None or not (old.rrule and new.rrule and old.status.is_open and new.status.is_open):
        return False
    step: Task | None = old
    for _ in range(_MOST_STEPS):
        step = _next(before, step) if step is not None else None
        there, here = (None, None) if step is None else (step.start or step.due, new.start or new.due)
        if step is None or there is None or here is None or is_before(here, there):
            return False
        if _alike(step.start, new.start) and _alike(step.due, new.due):
            return True
    return False


def finished(text: str) -> Iterator[Finished]:
    """The instances that have an override of their own which is completed, and says when."""
    task = read(text).task
    anchor = None if task is None else task.start or task.due
    if task is None or anchor is None:
        return
    root = scan(text)
    zones, ignored = Zones(root), list[str]()
    for todo in root.children:
        which, status, done, due = map(todo.first, ("RECURRENCE-ID", "STATUS", "COMPLETED", "DUE"))
        if todo.name != "VTODO" or which is None or status is None or done is None or status[2].strip().upper() != "COMPLETED":
            continue
        when, completed = moment(which, zones, ignored), instant(done, ignored)
        if when is not None and completed is not None:
            yield Finished(completed, when, _moved(task.due, anchor, when) if due is None else moment(due, zones, ignored))


def _alike(one: When | None, other: When | None) -> bool:
    """Also where another program wrote it on another clock."""
    if isinstance(one, Zoned) and isinstance(other, Zoned):
        return one.instant == other.instant
    return same(one, other)


def dates(text: str) -> Dates:
    """The dates beside the rule of a task that repeats. `CodecError` when `text` holds no task."""
    root = scan(text)
    zones, ignored = Zones(root), list[str]()
    todos = [child for child in root.children if child.name == "VTODO"]
    master = next((todo for todo in todos if todo.first("RECURRENCE-ID") is None), None)
    if master is None:
        raise CodecError("no task that repeats")
    exdates, rdates = (moments(master.all(name), zones, ignored) for name in ("EXDATE", "RDATE"))
    return Dates(exdates, rdates, tuple(_over(todos, zones)))


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
    exdates, rdates, over = dates(text)
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
    due = _moved(task.due, anchor, when)
    return None if due is None and task.due is not None else replace(fresh, start=when, due=due)


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
    """`due` as much later on its own clock as `new` is than `old` on theirs; None where time ends before that."""
    step = wall(new) - wall(old)
    try:
        match due:
            case None:
                return None
            case AllDay(date=on):
                return AllDay(on + step)
            case Floating(local=local):
                return Floating(local + step)
            case _:
                return replace(due, local=due.local + step)
    except OverflowError:
        return None
