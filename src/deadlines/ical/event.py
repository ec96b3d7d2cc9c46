"""Changing an event in its text: only the lines of what changes, every other byte stays, as `edit.apply` does it for a task."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from deadlines.core.when import When
from deadlines.errors import CodecError
from deadlines.ical.edit import set_text, set_when, touch
from deadlines.ical.tree import Node, parse


class Revision(NamedTuple):
    """What is to change; None: it stays, an empty text takes the property away. `end` is written as DTEND."""

    summary: str | None = None
    description: str | None = None
    location: str | None = None
    start: When | None = None
    end: When | None = None


def revise(text: str, revision: Revision, *, now: datetime) -> str:
    """`text` with its event revised, a whole series by its master. The very same text where nothing differs."""
    root = parse(text)
    event = _master(root)
    before = event.render()
    if revision.start is not None:
        set_when(root, event, "DTSTART", revision.start)
    if revision.end is not None:
        event.drop("DURATION")
        set_when(root, event, "DTEND", revision.end)
    is_moved = event.render() != before
    for name, value in (
        ("SUMMARY", revision.summary), ("DESCRIPTION", revision.description), ("LOCATION", revision.location),
    ):  # fmt: skip
        if value is not None:
            set_text(event, name, value)
    if event.render() == before:
        return text
    touch(event, now=now, revised=is_moved)
    return root.render()


def _master(root: Node) -> Node:
    for node in root.nodes("VEVENT"):
        if node.get("RECURRENCE-ID") is None:
            return node
    raise CodecError("no event that could be changed")
