"""What was typed about a task, turned into a `Task`: shared by `add` and `edit`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import NamedTuple

from deadlines.core.client import Client
from deadlines.core.clocks import both_clocks
from deadlines.core.due import due_instant, start_instant
from deadlines.core.duration import parse_duration, parse_lead
from deadlines.core.phrase import parse_when
from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, When, Zoned
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError, Refused
from deadlines.store.base import Index
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import find, related

NOTHING = ("", "none")
"""What is typed to take a property away."""


class Draft(NamedTuple):
    """What was typed; None: nothing was said about it. An empty text or `none` takes the property away."""

    summary: str | None = None
    client: str | None = None
    due: str | None = None
    start: str | None = None
    estimate: str | None = None
    priority: int | None = None
    calendar: str | None = None
    categories: tuple[str, ...] | None = None
    repeat: str | None = None
    parent: str | None = None
    after: tuple[str, ...] | None = None
    note: str | None = None
    status: str | None = None
    percent_complete: int | None = None
    warn: str | None = None


def apply(desk: Desk, draft: Draft, task: Task, client: Client | None) -> Task:
    """`task` as the draft wants it, but for its categories; `client` is whose it is, on whose clock phrases are read."""
    changed = task
    if draft.summary is not None:
        changed = replace(changed, summary=_summary(draft.summary))
    if draft.note is not None:
        changed = replace(changed, description="" if draft.note in NOTHING else draft.note)
    if draft.priority is not None:
        changed = replace(changed, priority=draft.priority)
    if draft.percent_complete is not None:
        changed = replace(changed, percent_complete=draft.percent_complete)
    if draft.status is not None:
        changed = _in_status(changed, Status(draft.status), desk.now)
    if draft.estimate is not None:
        changed = replace(changed, estimate=None if draft.estimate in NOTHING else parse_duration(draft.estimate))
    if draft.warn is not None:
        changed = replace(changed, warn_before=None if draft.warn in NOTHING else parse_lead(draft.warn))
    if draft.repeat is not None:
        changed = replace(changed, rrule="" if draft.repeat in NOTHING else _rule(draft.repeat))
    changed = _times(desk, draft, changed, client)
    return _relations(desk, draft, changed)


def _rule(text: str) -> str:
    from deadlines.core.repeat import parse_repeat  # noqa: PLC0415 # only a task that repeats pays for it

    return parse_repeat(text)


def _summary(text: str) -> str:
    summary = " ".join(text.split())
    if not summary:
        raise InputError("a task needs a summary", hint='for example: deadlines add "Send the draft" --due "fri 17:00"')
    return summary


def _in_status(task: Task, status: Status, now: datetime) -> Task:
    """COMPLETED and PERCENT-COMPLETE say what STATUS says (RFC 5545 §3.8.1.11); a series ends, where `done` moves it on."""
    if status is task.status:
        return task
    if status is Status.COMPLETED:
        return replace(task, status=status, completed=now, percent_complete=100)
    was_done = task.status is Status.COMPLETED
    return replace(task, status=status, completed=None, percent_complete=0 if was_done else task.percent_complete)


def _times(desk: Desk, draft: Draft, task: Task, client: Client | None) -> Task:
    """What comes from elsewhere may be due before it starts; it stays so until its times are what is changed."""
    if draft.due is None and draft.start is None and draft.repeat is None:
        return task
    due = task.due if draft.due is None else _when(desk, draft.due, client)
    start = task.start if draft.start is None else _when(desk, draft.start, client)
    if draft.start is None and start is not None and start == task.due:
        start = due if task.rrule else None  # it is there for the sake of the rule alone (RFC 5545 §3.8.5.3)
    if task.rrule and start is None:
        if due is None:
            raise InputError("a task that repeats needs a due date", hint='add --due, for example --due "fri 17:00"')
        start = due
    if isinstance(start, Zoned) and isinstance(due, AllDay):
        raise InputError(
            "the start has a time of day, the due has none (RFC 5545 wants both alike)",
            hint="give both a time, or neither",
        )
    if isinstance(start, AllDay) and due is not None and not isinstance(due, AllDay):
        start = _midnight(start, due)
    _refuse_inverted(desk, due, start, client)
    return replace(task, due=due, start=start)


def _refuse_inverted(desk: Desk, due: When | None, start: When | None, client: Client | None) -> None:
    if due is None or start is None:
        return
    owner = desk.settings.me
    falls, begins = due_instant(due, client=client, owner=owner), start_instant(start, client=client, owner=owner)
    if isinstance(due, AllDay) and isinstance(start, AllDay) and due.date < start.date:  # its end is their start
        raise Refused(f"it would be due before its start: {due.date} is before {start.date}", hint="change --due or --start")
    if falls < begins:
        clocks = [both_clocks(instant, client=client, owner=owner, now=desk.now) for instant in (falls, begins)]
        raise Refused(f"it would be due before its start: {clocks[0]} is before {clocks[1]}", hint="change --due or --start")


def _midnight(start: AllDay, due: When) -> When:
    """The start of a day, in the form that `due` has: both must be alike (RFC 5545 §3.8.2.3)."""
    local = datetime.combine(start.date, time())
    return Zoned(local, due.tzid, due.zone) if isinstance(due, Zoned) else due


def _when(desk: Desk, text: str, client: Client | None) -> When | None:
    if text.strip() in NOTHING:
        return None
    return parse_when(text, now=desk.now, client=client, owner=desk.settings.me, find_zone=find_zone)


def _relations(desk: Desk, draft: Draft, task: Task) -> Task:
    parent = task.parent if draft.parent is None else _parent(desk, draft.parent, task)
    after = task.after if draft.after is None else _uids(desk, draft.after, task)
    return replace(task, parent=parent, after=after)


def _uids(desk: Desk, keys: Iterable[str], task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys(uid for key in keys if (uid := _after(desk, key, task))))


def _parent(desk: Desk, key: str, task: Task) -> str:
    if key in NOTHING:
        return ""
    uid = find(desk, key).uid
    _refuse_circle(desk, task, uid, "be part of", lambda index: (index.parent,) if index.parent else ())
    return uid


def _after(desk: Desk, key: str, task: Task) -> str:
    if key in NOTHING:
        return ""
    uid = find(desk, key).uid
    _refuse_circle(desk, task, uid, "wait for", lambda index: index.after)
    return uid


def _refuse_circle(desk: Desk, task: Task, uid: str, verb: str, onward: Callable[[Index], tuple[str, ...]]) -> None:
    """Refuse a relation that leads from `uid` back to the task, and name the way."""
    waiting: list[tuple[str, tuple[str, ...]]] = [(uid, (task.summary,))]
    seen = {uid}
    while waiting:
        here, path = waiting.pop()
        if here == task.uid:
            raise Refused(f"a task cannot {verb} itself: {' -> '.join((*path, task.summary))}")
        record = related(desk, here)
        if record is None:
            continue
        for there in onward(record.index):
            if there not in seen:
                seen.add(there)
                waiting.append((there, (*path, record.index.summary)))
