"""Moving what is kept on this computer alone to a calendar that is synced, once there is one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from deadlines.core.settings import LOCAL, Calendar, Mode, Settings
from deadlines.ical.read import read
from deadlines.store.base import Query, RunKind, Store
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.find import record_of
from deadlines.usecases.tasks import revise, save

_COMPONENTS = ("VTODO", "VEVENT")


class Kept(NamedTuple):
    """How much there is in the calendar `local`, tasks that are done included."""

    tasks: int
    meetings: int


class Moved(NamedTuple):
    """What went, in which run (0: nothing did), and how many items stay: the calendar does not take them, or has them already."""

    run: int
    items: int
    left: int


def kept_here(store: Store) -> Kept:
    """What is on this computer alone."""
    tasks, meetings = (store.count(Query(component=component, calendar=LOCAL)) for component in _COMPONENTS)
    return Kept(tasks, meetings)


def destination(settings: Settings) -> Calendar | None:
    """Where it could go: the default calendar, else the first that may be written."""
    calendars = settings.calendars
    first = [calendars[settings.me.default_calendar]] if settings.me.default_calendar in calendars else []
    return next((one for one in (*first, *calendars.values()) if one.mode is Mode.TWO_WAY), None)


def move_here_to(desk: Desk, calendar: str, components: Collection[str]) -> Moved:
    """Move all there is, in one run. `components` are what the calendar takes (RFC 4791 §5.2.3); empty: everything."""
    rows = [row for component in _COMPONENTS for row in desk.store.rows(Query(component=component, calendar=LOCAL))]
    moved = 0
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        for row in rows:
            there = desk.store.by_uid(calendar, row.uid)
            if (components and row.index.component not in components) or (there is not None and there.ical is not None):
                continue
            record, text = record_of(desk, row)
            if row.index.component == "VTODO" and read(text).task is not None:
                revise(desk, writer, record, text, Draft(calendar=calendar))
            else:
                save(desk, writer, record, text, calendar)
            moved += 1
        run = writer.run
    return Moved(run=run, items=moved, left=len(rows) - moved)
