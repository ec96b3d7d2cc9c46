"""Time spent on a task, as calendar data: a VEVENT from when the work began until it ended, related to the task.

It is what freelancers do by hand in a calendar, so any calendar program can show and correct it. It is TRANSPARENT (nobody is
kept from meeting us by work that is done), RELATED-TO its task as to a parent (RFC 5545 §3.8.4.5), and carries the task's
categories, so that it is the same client's. While the timer runs it has no DTEND and is TENTATIVE; one that was stopped is
CONFIRMED.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deadlines.core.when import utc
from deadlines.errors import CodecError
from deadlines.ical.build import new_event
from deadlines.ical.edit import touch
from deadlines.ical.text import escape, format_when, join_list
from deadlines.ical.tree import Node, parse

RUNNING = "TENTATIVE"
"""The STATUS of an entry whose timer runs."""
_STOPPED = "CONFIRMED"


def new_time_entry(
    *, uid: str, task: str, summary: str, categories: Sequence[str], start: datetime, end: datetime | None, now: datetime
) -> str:
    """A VCALENDAR with the time spent on the task whose UID is `task`, until `end`; None: the timer runs."""
    root = parse(new_event(uid=uid, summary=summary, start=utc(start), end=utc(start if end is None else end), now=now))
    event = _event(root)
    event.set("TRANSP", "TRANSPARENT")
    event.set("RELATED-TO", escape(task))
    if categories:
        event.set("CATEGORIES", join_list(categories))
    event.set("STATUS", RUNNING if end is None else _STOPPED)
    if end is None:
        event.drop("DTEND")
    return root.render()


def stopped(text: str, end: datetime, *, now: datetime) -> str:
    """The entry with its timer stopped at `end`; every line that says nothing of that stays as it is."""
    root = parse(text)
    event = _event(root)
    params, value = format_when(utc(end))
    event.set("DTEND", value, params)
    event.set("STATUS", _STOPPED)
    touch(event, now=now, revised=True)
    return root.render()


def _event(root: Node) -> Node:
    for node in root.nodes("VEVENT"):
        return node
    raise CodecError("no VEVENT that could be a time entry")
