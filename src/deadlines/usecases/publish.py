"""The plan as events of a calendar that is kept for it, so that every device shows what to work on when.

The calendar is replaced as a whole by the slots of the days asked for, and holds nothing else: one that does is refused, and left
alone. An event is made anew only where it says something else, so publishing the same plan again changes nothing, here or on the
server. The events keep nobody from anything (TRANSPARENT), and are not busy for the next plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from deadlines.core.client import zone_at
from deadlines.core.clocks import both_clocks
from deadlines.core.planned import is_planned, planned_uid
from deadlines.core.settings import LOCAL, TIME, Mode
from deadlines.core.when import on_clock, to_local
from deadlines.errors import Refused, UnknownName
from deadlines.ical.planned import PlannedWork, new_planned, revision
from deadlines.planning.job import Slot
from deadlines.store.base import Query, Record, Row, RunKind, Writer
from deadlines.usecases.desk import Desk
from deadlines.usecases.names import nearest
from deadlines.usecases.plan import Planned

_OWN = "make a calendar for the plan on the server, and name it under [calendars] in the configuration"


class Published(NamedTuple):
    """What became of the events of the calendar; `run` is its number in the journal, 0 when nothing changed."""

    run: int
    calendar: str
    created: int
    updated: int
    removed: int
    unchanged: int


def publish(desk: Desk, planned: Planned, calendar: str) -> Published:
    """Write the slots into the calendar. `Refused` where it is not kept for the plan, `UnknownName` where there is none."""
    _refuse_unfit(desk, calendar)
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        rows = list(desk.store.rows(Query(component="", calendar=calendar)))
        _refuse_foreign(calendar, rows, len(desk.store.unreadable(calendar)))
        wanted = {work.uid: work for work in _works(desk, planned)}
        gone = [row.id for row in rows if row.uid not in wanted]
        for number in gone:
            record = desk.store.get(number)
            if record is not None:
                writer.put(replace(record, ical=None))
        done = Counter(_write(desk, writer, calendar, work) for work in wanted.values())
        run = writer.run
    return Published(run, calendar, done["created"], done["updated"], len(gone), done["unchanged"])


def _refuse_unfit(desk: Desk, calendar: str) -> None:
    settings = desk.settings
    if calendar in {LOCAL, TIME}:
        raise Refused(f"calendar {calendar} is for something else", hint=_OWN)
    if calendar not in settings.calendars:
        near = nearest(calendar, settings.calendars)
        raise UnknownName("calendar", calendar, near, hint="" if near else _OWN)
    clients = [key for key, client in settings.clients.items() if client.calendar == calendar]
    if calendar == settings.me.default_calendar or clients:
        whose = "" if not clients else f" of {clients[0]}"
        raise Refused(f"calendar {calendar} is where tasks{whose} go; the plan wants one of its own", hint=_OWN)
    if settings.calendars[calendar].mode is Mode.READ_ONLY:
        raise Refused(f"calendar {calendar} is read-only", hint='give it mode = "two-way", or name another one')
    if desk.store.state(calendar).synced_at is None:
        hint = f"deadlines sync --calendar {calendar} shows what is in it; then publish"
        raise Refused(f"calendar {calendar} was never synced, so nobody knows what it holds", hint=hint)


def _refuse_foreign(calendar: str, rows: list[Row], unreadable: int) -> None:
    foreign = [row.index.summary or row.uid for row in rows if row.index.component != "VEVENT" or not is_planned(row.uid)]
    if foreign or unreadable:
        named = f", such as {foreign[0]}" if foreign else ""
        count = len(foreign) + unreadable
        things = "1 item that is" if count == 1 else f"{count} items that are"
        raise Refused(f"calendar {calendar} holds {things} not of the plan{named}; nothing was changed", hint=_OWN)


def _works(desk: Desk, planned: Planned) -> Iterator[PlannedWork]:
    """The events for the slots of the days asked for."""
    numbers: Counter[tuple[str, date]] = Counter()
    for slot in planned.plan.slots:
        if slot.start >= planned.until:
            return
        row = planned.rows.get(slot.uid)
        task = slot.uid if row is None else row.uid
        zone = zone_at(desk.settings.me, slot.start)
        day = to_local(slot.start, zone).date()
        numbers[task, day] += 1
        summary, description = _texts(desk, planned, slot)
        yield PlannedWork(
            uid=planned_uid(task, day, numbers[task, day]),
            summary=summary,
            description=description,
            start=on_clock(slot.start, zone),
            end=on_clock(slot.end, zone),
        )


def _texts(desk: Desk, planned: Planned, slot: Slot) -> tuple[str, str]:
    job, settings = planned.jobs[slot.uid], desk.settings
    client = settings.clients.get(job.client)
    name = " ".join(job.summary.split()) or "Task"
    summary = name if client is None else f"{name} ({client.name})"
    if job.due is None:
        return summary, ""
    return summary, f"due {both_clocks(job.due, client=client, owner=settings.me, now=desk.now)}"


def _write(desk: Desk, writer: Writer, calendar: str, work: PlannedWork) -> str:
    """Write one event where that changes something; what was done."""
    record = desk.store.by_uid(calendar, work.uid)
    before = None if record is None else record.ical or record.base
    sequence = 0 if before is None else revision(before, work)
    if record is not None and record.ical is not None and sequence is None:
        return "unchanged"
    if record is not None and sequence is None and before is not None:
        text = before  # it was removed here, and the server not told yet
    else:
        text = new_planned(work, sequence=sequence or 0, now=desk.now)
    _, index = desk.index(text, calendar)
    if record is None:
        writer.put(Record(uid=work.uid, calendar=calendar, ical=text, index=index))
        return "created"
    writer.put(replace(record, ical=text, index=index))
    return "updated"
