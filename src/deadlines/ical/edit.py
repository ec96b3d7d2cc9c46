"""Changing a task in its text: only the lines of what differs, every other byte stays (DESIGN §6).

`apply` compares the wanted `Task` with the one the text holds, property by property, and returns the very same text when
nothing differs. ORGANIZER, ATTENDEE, alarms, X- properties and overrides are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from deadlines.core.task import Task
from deadlines.core.when import When, Zoned, plus
from deadlines.errors import CodecError, InputError
from deadlines.ical.moments import alike, before, same
from deadlines.ical.read import AFTER, KINDS, WARN_BEFORE, is_parent, read
from deadlines.ical.scan import parameter
from deadlines.ical.text import CRLF, clean, duration, escape, format_duration, format_instant, format_when, join_list, unescape
from deadlines.ical.tree import Line, Node, new_line, parse, parse_component
from deadlines.ical.vtimezone import vtimezone_text

__all__ = ["Line", "Node", "apply", "master", "new_line", "parse", "parse_component", "set_text", "set_when", "touch", "with_uid"]

# RFC 5545 §3.8.7.4: a change of these is a new revision for those who were invited.
_REVISED = frozenset({"DTSTART", "DUE", "DURATION", "RRULE", "STATUS"})
_DROPPED_PARAMS = frozenset({"ALTREP"})  # it names another rendering of the old text


def apply(text: str, task: Task, *, now: datetime) -> str:
    """`text` with the properties of `task`. Its `uid`, `sequence` and `last_modified` are not taken over: the edit sets them.

    A start is written with the value type of the due (RFC 5545 §3.8.2.3). `InputError` when the due would be before the start,
    `CodecError` when `text` holds no task.
    """
    current = read(text).task
    if current is None:
        raise CodecError("no task that could be changed")
    root = parse(text)
    todo = master(root)
    changed = [name for name, write in _WRITERS.items() if write(todo, current, task)]
    changed += _write_times(root, todo, current, task)
    if not changed:
        return text
    touch(todo, now=now, revised=not _REVISED.isdisjoint(changed))
    return root.render()


def with_uid(text: str, uid: str) -> str:
    """`text` as another resource: every component of it that had the UID has `uid`."""
    root = parse(text)
    for node in root.nodes():
        if node.name in KINDS and node.get("UID") is not None:
            node.set("UID", escape(uid))
    return root.render()


def master(root: Node) -> Node:
    """The task itself, not one of its overrides. `CodecError` where there is none."""
    for node in root.nodes("VTODO"):
        if node.get("RECURRENCE-ID") is None:
            return node
    raise CodecError("no task that could be changed")


def touch(todo: Node, *, now: datetime, revised: bool) -> None:
    """Set DTSTAMP and LAST-MODIFIED to `now`; a revision also counts SEQUENCE up."""
    stamp = format_instant(now)
    todo.set("DTSTAMP", stamp)
    todo.set("LAST-MODIFIED", stamp)
    if revised:
        line = todo.get("SEQUENCE")
        known = line.value.strip() if line is not None else "0"
        number = int(known) if known.isascii() and known.isdecimal() and len(known) <= len("2147483647") else 0
        todo.set("SEQUENCE", str(number + 1))


def set_when(root: Node, todo: Node, name: str, when: When | None) -> None:
    """Write a time, or take it out, and see to it that its clock is defined in the calendar."""
    if when is None:
        todo.drop(name)
        return
    params, value = format_when(when)
    line = todo.get(name)
    foreign = {key: values for key, values in (line.params if line is not None else ()) if key not in {"TZID", "VALUE"}}
    todo.set(name, value, {**params, **foreign})
    if isinstance(when, Zoned):
        define(root, when)


def set_text(node: Node, name: str, text: str) -> None:
    """Write a text, or take it out where it is empty; its parameters stay. What is there already is left as it is spelt."""
    line = node.get(name)
    if not text:
        node.drop(name)
    elif line is None or unescape(line.value) not in (text, clean(text)):
        kept = {key: values for key, values in (line.params if line is not None else ()) if key not in _DROPPED_PARAMS}
        node.set(name, escape(text), kept)


def define(root: Node, when: Zoned) -> None:
    """Add the VTIMEZONE of a clock that the calendar does not define yet."""
    known = (unescape(line.value).strip() for node in root.nodes("VTIMEZONE") if (line := node.get("TZID")) is not None)
    if when.tzid == "UTC" or when.tzid in known:
        return
    body = vtimezone_text(when.tzid, when.zone).replace(CRLF, root.eol)
    root.add_node(parse_component(body))


def _write_times(root: Node, todo: Node, current: Task, task: Task) -> list[str]:
    moved = [
        name for name, old, new in (("DTSTART", current.start, task.start), ("DUE", current.due, task.due)) if not same(old, new)
    ]
    if not moved:
        return []
    start, due = task.start, task.due
    if start is not None and due is not None:
        start = alike(start, due)
        if before(due, start):
            raise InputError(f"the due {_said(due)} is before the start {_said(start)}", hint="change both")
    if not same(current.start, start):
        set_when(root, todo, "DTSTART", start)
    if todo.get("DURATION") is not None and todo.get("DUE") is None:
        if _runs_until(todo, start, due):
            return moved
        todo.drop("DURATION")
        set_when(root, todo, "DUE", due)
    elif not same(current.due, due):
        set_when(root, todo, "DUE", due)
    return moved


def _runs_until(todo: Node, start: When | None, due: When | None) -> bool:
    """Whether the DURATION that is there still says when the task is due."""
    line = todo.get("DURATION")
    if line is None or start is None:
        return False
    try:
        return same(plus(start, duration(line.value)), due)
    except (CodecError, OverflowError):
        return False


def _said(when: When) -> str:
    return format_when(when)[1]


def _text(name: str, of: Callable[[Task], str]) -> Callable[[Node, Task, Task], bool]:
    def write(todo: Node, current: Task, task: Task) -> bool:
        if of(current) == of(task) or of(current) == clean(of(task)):
            return False
        set_text(todo, name, of(task))
        return True

    return write


def _raw(name: str, of: Callable[[Task], str]) -> Callable[[Node, Task, Task], bool]:
    def write(todo: Node, current: Task, task: Task) -> bool:
        if of(current) == of(task):
            return False
        if of(task):
            todo.set(name, of(task))
        else:
            todo.drop(name)
        return True

    return write


def _related(
    wanted: Callable[[str], bool], params: dict[str, tuple[str, ...]], of: Callable[[Task], Iterable[str]]
) -> Callable[[Node, Task, Task], bool]:
    def write(todo: Node, current: Task, task: Task) -> bool:
        new = [clean(uid) for uid in of(task) if uid]
        if list(of(current)) == new:
            return False
        for line in todo.lines("RELATED-TO"):
            uid = unescape(line.value).strip()
            if not wanted(line.prop[1]):
                continue
            if uid in new:
                new.remove(uid)
            else:
                todo.remove(line)
        for uid in new:
            todo.add(new_line("RELATED-TO", escape(uid), params, eol=todo.eol))
        return True

    return write


def _number(value: int) -> str:
    return str(value) if value else ""


def _is_after(params: str) -> bool:
    return parameter(params, "RELTYPE").upper() in AFTER


_WRITERS: dict[str, Callable[[Node, Task, Task], bool]] = {
    "SUMMARY": _text("SUMMARY", lambda task: task.summary),
    "DESCRIPTION": _text("DESCRIPTION", lambda task: task.description),
    "STATUS": _raw("STATUS", lambda task: task.status.value.upper()),
    "PRIORITY": _raw("PRIORITY", lambda task: _number(task.priority)),
    "PERCENT-COMPLETE": _raw("PERCENT-COMPLETE", lambda task: _number(task.percent_complete)),
    "CATEGORIES": _raw("CATEGORIES", lambda task: join_list(task.categories)),
    "COMPLETED": _raw("COMPLETED", lambda task: format_instant(task.completed) if task.completed is not None else ""),
    "ESTIMATED-DURATION": _raw(
        "ESTIMATED-DURATION", lambda task: format_duration(task.estimate) if task.estimate is not None else ""
    ),
    WARN_BEFORE: _raw(WARN_BEFORE, lambda task: format_duration(task.warn_before) if task.warn_before is not None else ""),
    "RRULE": _raw("RRULE", lambda task: task.rrule),
    "parent": _related(is_parent, {}, lambda task: (task.parent,) if task.parent else ()),
    "after": _related(_is_after, {"RELTYPE": ("DEPENDS-ON",)}, lambda task: task.after),
}
