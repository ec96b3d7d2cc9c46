"""Time spent on tasks: a timer that is started and stopped, or so many hours said afterwards.

Each stretch of work is a calendar object of its own in the calendar `time` (`ical/time_entry.py`), so journal, undo, backup and,
if a calendar of that name is configured, sync hold for it as for everything else. One timer runs at a time: starting the next
stops the one before, for one person does one thing at a time. What lasted less than a minute is a slip, and is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import zone_on
from deadlines.core.effort import Effort
from deadlines.core.phrase import parse_when
from deadlines.core.settings import TIME
from deadlines.core.when import AllDay, start_of_day
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError, Refused
from deadlines.ical.time_entry import RUNNING, new_time_entry, stopped
from deadlines.store.base import Query, Record, Row, RunKind, Store, Writer
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import find, record_of

_LONG = timedelta(hours=12)
_LEAST = timedelta(minutes=1)
_DAY_BEGINS = timedelta(hours=9)


class Entry(NamedTuple):
    """One stretch of work on the task with the UID `task`, in UTC; `end` is None while the timer runs."""

    id: int
    uid: str
    task: str
    summary: str
    client: str
    start: datetime
    end: datetime | None

    def spent(self, now: datetime) -> timedelta:
        """How long it was, or is by now."""
        return max((now if self.end is None else self.end) - self.start, timedelta())

    def as_json(self, now: datetime) -> dict[str, object]:
        """The documented shape."""
        return {
            "id": self.id,
            "uid": self.uid,
            "task": self.task,
            "summary": self.summary,
            "client": self.client,
            "start": self.start,
            "end": self.end,
            "spent": self.spent(now),
        }


class Timed(NamedTuple):
    """What a command did: the entries it stopped, the one it began or wrote, and the time spent on that task in all.

    `dropped` are those that were stopped within their first minute and are kept no more.
    """

    run: int
    stopped: tuple[Entry, ...]
    entry: Entry | None
    total: timedelta
    dropped: tuple[Entry, ...] = ()

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        """Entries that ran so long that the timer was probably forgotten."""
        return tuple(one for one in self.stopped if one.end is not None and one.end - one.start > _LONG)


def start(desk: Desk, key: str, *, ago: timedelta) -> Timed:
    """Start the timer for a task, `ago` before now; what ran until then stops there, or where it began if that was later."""
    at = desk.now - ago
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        row = find(desk, key)
        running = _running(desk.store)
        if any(one.task == row.uid for one in running):
            raise Refused(f"the timer for {row.index.summary} runs already", hint="deadlines stop ends it")
        ended, dropped = _stop(desk, writer, running, at)
        entry = _write(desk, writer, row, at, None)
        run = writer.run
    return Timed(run=run, stopped=ended, entry=entry, total=_total(desk, row.uid), dropped=dropped)


def stop(desk: Desk, *, ago: timedelta) -> Timed:
    """Stop the timer, `ago` before now. `Refused` where none runs."""
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        running = _running(desk.store)
        if not running:
            raise Refused("no timer runs", hint="deadlines start ID starts one; deadlines spent ID 2h says it afterwards")
        ended, dropped = _stop(desk, writer, running, desk.now - ago)
        run = writer.run
    return Timed(run=run, stopped=ended, entry=None, total=_total(desk, running[0].task), dropped=dropped)


def spend(desk: Desk, key: str, length: timedelta, *, on: str) -> Timed:
    """Say that `length` was spent on a task: until now, or from nine o'clock on my clock on a day gone by."""
    if length < _LEAST:
        raise InputError("time spent: less than a minute is not kept", hint="for example 15m or 1h30")
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        row = find(desk, key)
        begin = desk.now - length if not on else _on(desk, on)
        if begin + length > desk.now:
            raise InputError(f"time spent {on!r}: that is not over yet", hint="leave out --on for what was done just now")
        entry = _write(desk, writer, row, begin, begin + length)
        run = writer.run
    return Timed(run=run, stopped=(), entry=entry, total=_total(desk, row.uid))


def entries(store: Store, *, task: str = "", client: str = "") -> Sequence[Entry]:
    """Every stretch of work, the first first; of one task or client."""
    found = [_entry(row) for row in store.rows(Query(component="VEVENT", calendar=TIME, client=client)) if row.index.parent]
    return sorted((one for one in found if task in {"", one.task}), key=lambda one: (one.start, one.id))


def entries_of(desk: Desk, key: str) -> tuple[Row, Sequence[Entry]]:
    """A task and the time spent on it."""
    row = find(desk, key)
    return row, entries(desk.store, task=row.uid)


def spent_by_task(found: Iterable[Entry], *, now: datetime) -> dict[str, timedelta]:
    """The time spent on each task, by its UID."""
    spent: dict[str, timedelta] = {}
    for entry in found:
        spent[entry.task] = spent.get(entry.task, timedelta()) + entry.spent(now)
    return spent


def efforts(store: Store, *, now: datetime) -> Sequence[Effort]:
    """Finished tasks with an estimate and time spent on them: what the past says of estimates."""
    spent = spent_by_task(entries(store), now=now)
    if not spent:
        return ()
    return tuple(
        Effort(row.uid, row.index.client, timedelta(seconds=row.index.estimate), spent[row.uid])
        for row in store.rows(Query(statuses=("completed",)))
        if row.index.estimate and row.uid in spent
    )


def _running(store: Store) -> Sequence[Entry]:
    return [one for one in entries(store) if one.end is None]


def _stop(desk: Desk, writer: Writer, running: Iterable[Entry], at: datetime) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Stop the timers that run: what is kept of it, and what was too short for that."""
    ended, dropped = list[Entry](), list[Entry]()
    for one in running:
        record = desk.store.get(one.id)
        assert record is not None
        assert record.ical is not None
        end = max(at, one.start)
        if end - one.start < _LEAST:
            writer.put(replace(record, ical=None), note="less than a minute")
            dropped.append(one._replace(end=end))
            continue
        text = stopped(record.ical, end, now=desk.now)
        saved = writer.put(replace(record, ical=text, index=desk.index(text, TIME)[1]))
        ended.append(_entry(Row(id=saved.id, uid=saved.uid, calendar=TIME, index=saved.index)))
    return tuple(ended), tuple(dropped)


def _write(desk: Desk, writer: Writer, row: Row, begin: datetime, end: datetime | None) -> Entry:
    record_of(desk, row)
    client = desk.settings.clients.get(row.index.client)
    categories = row.index.categories
    if client is not None and desk.index.client_of(categories, TIME) is not client:
        categories = (client.key, *categories)  # the task's calendar said whose it is
    text = new_time_entry(
        uid=desk.new_uid(), task=row.uid, summary=row.index.summary, categories=categories, start=begin, end=end, now=desk.now
    )
    uid, index = desk.index(text, TIME)
    saved = writer.put(Record(uid=uid, calendar=TIME, ical=text, index=index))
    return _entry(Row(id=saved.id, uid=uid, calendar=TIME, index=index))


def _on(desk: Desk, phrase: str) -> datetime:
    when = parse_when(phrase, now=desk.now, client=None, owner=desk.settings.me, find_zone=find_zone)
    if not isinstance(when, AllDay):
        raise InputError(f"day {phrase!r}: a day is wanted, without a time", hint="for example --on yesterday or --on 2026-11-23")
    return start_of_day(when.date, zone_on(desk.settings.me, when.date)) + _DAY_BEGINS


def _total(desk: Desk, task: str) -> timedelta:
    return sum((one.spent(desk.now) for one in entries(desk.store, task=task)), timedelta())


def _entry(row: Row) -> Entry:
    index = row.index
    runs = index.status == RUNNING.lower()
    return Entry(
        id=row.id,
        uid=row.uid,
        task=index.parent,
        summary=index.summary,
        client=index.client,
        start=datetime.fromtimestamp(index.start_at or 0, UTC),
        end=None if runs else datetime.fromtimestamp(index.end_at or index.start_at or 0, UTC),
    )
