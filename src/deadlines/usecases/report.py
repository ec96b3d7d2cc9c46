"""The record of every client over some months: deliveries, lateness, hours, and answers to due dates that were moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Owner, Period, QuotaUnit
from deadlines.core.phrase import parse_when
from deadlines.core.when import AllDay
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError
from deadlines.planning.quota import period_of
from deadlines.planning.record import Done, Line, Move, day_of, record
from deadlines.store.base import OPEN, Query, RunKind
from deadlines.store.journal import Change, Run
from deadlines.usecases.deliveries import Delivery, deliveries
from deadlines.usecases.desk import Desk
from deadlines.usecases.quotas import standings, worked
from deadlines.usecases.timing import Entry, entries

_MONTHS = 3
_MOST_YEARS = 20
_MOST_RUNS = 1_000_000


class Asked(NamedTuple):
    """What was typed: whose record, from which day until which, by week or by month. Empty: all, three months, today."""

    client: str = ""
    since: str = ""
    until: str = ""
    per: Period = Period.MONTH


class Owed(NamedTuple):
    """What the quota asked for in a period, with what was carried over into it, and what was done."""

    done: float
    owed: float
    unit: QuotaUnit


class Record(NamedTuple):
    """One client's record; `client` is empty for what was nobody's. `overdue` is how many open tasks are late now.

    `quota` has the ledger's line for each period that is one of the quota's, by its first day.
    """

    client: str
    name: str
    lines: tuple[Line, ...]
    overdue: int
    quota: Mapping[date, Owed]


def report(desk: Desk, asked: Asked) -> Sequence[Record]:
    """The records of all clients in the order of the configuration, then of what was nobody's if there is any; or of one."""
    named = desk.client(asked.client)
    chosen: list[Client | Owner] = [*desk.settings.clients.values(), desk.settings.me] if named is None else [named]
    past = _Past(
        delivered=deliveries(desk, client=asked.client),
        spent=entries(desk.store, client=asked.client),
        moved=tuple(_moves(desk)),
    )
    found = [_record(desk, asked, party, past) for party in chosen]
    return [one for one in found if one.client or any(line.delivered or line.worked for line in one.lines)]


class _Past(NamedTuple):
    """All there is to report on; a move comes with its client."""

    delivered: Sequence[Delivery]
    spent: Sequence[Entry]
    moved: Sequence[tuple[str, Move]]


def _record(desk: Desk, asked: Asked, party: Client | Owner, past: _Past) -> Record:
    key = party.key if isinstance(party, Client) else ""
    open_tasks = Query(statuses=OPEN, due_before=int(desk.now.timestamp()), client=key)
    lines = record(
        party.availability,
        asked.per,
        span=_days(desk, asked, party),
        done=[Done(one.completed, one.due) for one in past.delivered if one.client == key],
        moves=[move for client, move in past.moved if client == key],
        worked=worked(desk, [one for one in past.spent if one.client == key]),
    )
    overdue = sum(row.index.client == key for row in desk.store.rows(open_tasks))
    return Record(client=key, name=party.name or key, lines=lines, overdue=overdue, quota=_quota(desk, asked, party))


def _quota(desk: Desk, asked: Asked, party: Client | Owner) -> Mapping[date, Owed]:
    quota = party.quota if isinstance(party, Client) else None
    if not isinstance(party, Client) or quota is None or quota.per is not asked.per:
        return {}
    (standing,) = standings(desk, party.key)
    return {line.period.first: Owed(line.done, line.owed + line.carried, quota.unit) for line in standing.lines}


def _days(desk: Desk, asked: Asked, party: Client | Owner) -> tuple[date, date]:
    """From which day until which on the party's clock."""
    today = day_of(party.availability, desk.now)
    until = _day(desk, asked.until) if asked.until else today
    since = _day(desk, asked.since) if asked.since else _months_before(until, _MONTHS - 1)
    if since > until:
        raise InputError(f"a report from {since} until {until} has no day in it", hint="--since comes before --until")
    if until.year - since.year > _MOST_YEARS:
        raise InputError(f"a report from {since} is longer than {_MOST_YEARS} years", hint="name a later --since")
    return since, until


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many before that of `day`."""
    first = day
    for _ in range(months):
        first = period_of(Period.MONTH, first)[0] - timedelta(days=1)
    return period_of(Period.MONTH, first)[0]


def _day(desk: Desk, phrase: str) -> date:
    when = parse_when(phrase, now=desk.now, client=None, owner=desk.settings.me, find_zone=find_zone)
    if not isinstance(when, AllDay):
        raise InputError(f"day {phrase!r}: a day is wanted, without a time", hint="for example --since 2026-09-01")
    return when.date


def _moves(desk: Desk) -> Iterator[tuple[str, Move]]:
    """Due dates that came otherwise with a sync, each with whose task it is and when a command touched that task next."""
    runs = {run.id: run for run in desk.store.runs(limit=_MOST_RUNS)}
    for run in runs.values():
        if run.kind is not RunKind.SYNC:
            continue
        for change in desk.store.changes(run=run.id):
            found = _move(desk, change)
            if found is not None:
                client, move = found
                yield client, move._replace(answered=_answer(desk, change, runs))


def _answer(desk: Desk, change: Change, runs: Mapping[int, Run]) -> datetime | None:
    """When a command changed the record next."""
    later = (
        other.at
        for other in desk.store.changes(record=change.record)
        if other.run > change.run and other.run in runs and runs[other.run].kind is RunKind.COMMAND
    )
    return min(later, default=None)


def _move(desk: Desk, change: Change) -> tuple[str, Move] | None:
    """How a change of a sync moved the due date, and whose it is; None where it did not."""
    if change.before is None or change.after is None:
        return None
    before, after = (desk.index(text, change.calendar)[1] for text in (change.before, change.after))
    if before.due_at is None or after.due_at is None or before.due_at == after.due_at or before.repeat:
        return None
    return after.client, Move(change.at, _instant(before.due_at), _instant(after.due_at))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
