"""Meetings, half of them recurring, over eight weeks, against recurring-ical-events; the agenda, against a list."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import icalendar
import recurring_ical_events

from bench import corpus
from bench.measure import in_turns, of_call
from bench.place import NOW, Place, open_tasks
from bench.table import Fact, Row
from deadlines.config.read import read
from deadlines.core.meeting import Meeting
from deadlines.core.span import Span
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.meetings import meetings
from deadlines.usecases.verdicts import Judge, double_booked

COUNT = 10_000
WEEKS = Span(NOW, NOW + timedelta(weeks=8))
RUNS = 3
RUNS_OF_COMMANDS = 5
_RULES = (
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=DAILY;COUNT=30",
    "FREQ=WEEKLY;UNTIL=20270101T000000Z", "FREQ=MONTHLY", "FREQ=WEEKLY;WKST=SU",
)  # fmt: skip
_MONDAY = datetime(2026, 11, 2)  # noqa: DTZ001 - wall time
_WHO = ("ann@acme.example", "kenji@globex.example", "somebody@example.org")


def measure(folder: Path) -> Iterator[Row | Fact]:
    """The peer is given the parsed calendar: only what it does with it is counted."""
    place = Place(folder, '\n[clients.edo]\ntimezone = "Asia/Tokyo"\nemails = ["*@acme.example"]\n')
    place.seed([*map(event, range(COUNT)), *map(corpus.resource, open_tasks(COUNT))])
    settings = read(place.config, holidays=lambda _: frozenset(), local_zone="Europe/Oslo")
    calendar = icalendar.Calendar.from_ical(_wrapped(map(_vevent, range(COUNT))))
    store = SqliteStore(place.database)
    gc.freeze()  # a million objects of the parsed calendar would be looked through in the middle of ours, and of theirs

    def expanded() -> Sequence[Meeting]:
        return meetings(store, settings, WEEKS)

    def judged() -> object:
        found, judge = expanded(), Judge(settings, WEEKS)
        return [judge(meeting) for meeting in found], double_booked(found)

    def theirs() -> Sequence[object]:
        return list(recurring_ical_events.of(calendar).between(WEEKS.start, WEEKS.end))

    ours, found = len(expanded()), len(theirs())
    same = "ok" if ours == found else "missed"
    yield Fact(part="events", what="meetings found by both", found=f"{ours:,} and {found:,}", target="the same", verdict=same)
    one, checked, other = in_turns(RUNS, lambda: of_call(expanded), lambda: of_call(judged), lambda: of_call(theirs))
    for what, cost in (("10,000 events over 8 weeks", one), ("the same with everybody's verdict", checked)):
        yield Row(part="events", what=what, ours=cost.cpu, reference=other.cpu, against="recurring-ical-events", budget=1 / 10)
    store.close()
    gc.unfreeze()
    for days, budget in ((7, 3), (56, 0)):
        arguments = ("agenda", "--days", str(days))
        agenda, listed = in_turns(RUNS_OF_COMMANDS, partial(place.run, *arguments), partial(place.run, "list"))
        what = f"agenda of {days} days, 10,000 tasks and events"
        yield Row(part="events", what=what, ours=agenda.wall, reference=listed.wall, against="list of all", budget=budget)


def event(number: int) -> str:
    """The calendar object of an event."""
    return _wrapped([_vevent(number)]).replace("\n", "\r\n")


def _vevent(number: int) -> str:
    zone = corpus.ZONES[number % len(corpus.ZONES)]
    repeats = number % 2 == 1
    week, day, quarter = number * 7919 % 8, number * 31 % 5, number * 17 % 36
    start = _MONDAY + timedelta(weeks=week - 52 * repeats, days=day, minutes=8 * 60 + quarter * 15)
    lines = [
        "BEGIN:VEVENT", f"UID:event-{number:06d}@example.com", "DTSTAMP:20261001T000000Z", f"SUMMARY:Meeting {number}",
        f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{start + timedelta(minutes=45):%Y%m%dT%H%M%S}",
        f"ATTENDEE:mailto:{_WHO[number % len(_WHO)]}",
    ]  # fmt: skip
    if repeats:
        lines.append(f"RRULE:{_RULES[number // 2 % len(_RULES)]}")
    if number % 6 == 1:
        lines.append(f"EXDATE;TZID={zone}:{start:%Y%m%dT%H%M%S}")
    return "\n".join([*lines, "END:VEVENT", ""])


def _wrapped(events: Iterator[str] | Sequence[str]) -> str:
    return "".join(["BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//bench//EN\n", *events, "END:VCALENDAR\n"])
