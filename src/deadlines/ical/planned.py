"""Planned work as calendar data: a VEVENT that is TRANSPARENT.

A plan keeps nobody from meeting us, and does not stand in the way of the next plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deadlines.core.when import When, Zoned
from deadlines.errors import CodecError
from deadlines.ical.build import new_event
from deadlines.ical.read import read
from deadlines.ical.tree import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWork:
    """One event; `start` and `end` are on one clock."""

    uid: str
    summary: str
    description: str
    start: When
    end: When


def new_planned(work: PlannedWork, *, sequence: int = 0, now: datetime) -> str:
    """A VCALENDAR with the event."""
    text = new_event(uid=work.uid, summary=work.summary, description=work.description, start=work.start, end=work.end, now=now)
    root = parse(text)
    for event in root.nodes("VEVENT"):
        event.set("TRANSP", "TRANSPARENT")
        if sequence:
            event.set("SEQUENCE", str(sequence))
    return root.render()


def revision(text: str, work: PlannedWork) -> int | None:
    """The SEQUENCE that a new version of `text` has; None where it says just that already, however its server spells it."""
    try:
        event = read(text).event
    except CodecError:
        return 1
    if event is None:
        return 1
    same = (
        event.summary == work.summary
        and event.description == work.description
        and _instant(event.start) == _instant(work.start)
        and _instant(event.end) == _instant(work.end)
        and event.transparent
        and not event.rrule
        and event.status != "CANCELLED"
    )
    return None if same else event.sequence + 1


def _instant(when: When | None) -> datetime | None:
    return when.instant if isinstance(when, Zoned) else None
