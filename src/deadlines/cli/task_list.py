"""Tasks in a list, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import Client, zone_at
from deadlines.core.clocks import amount, city, one_clock
from deadlines.core.settings import Settings
from deadlines.core.weekdays import SHORT_DAYS
from deadlines.core.when import AllDay
from deadlines.store.base import OPEN, Row
from deadlines.usecases.lead import Leads

_COLUMNS = (
    Column("ID"),
    Column("DUE HERE"),
    Column("DUE THERE", spared=3),
    Column("LEFT", spared=1),
    Column("CLIENT", spared=2),
    Column("TASK", flexible=True),
)
_MARKS = {"in-process": "~", "completed": "x", "cancelled": "/"}


def task_table(rows: Iterable[Row], settings: Settings, screen: Screen, *, now: datetime) -> str:
    """The rows of a list. A person is spared columns in which nothing stands; a script finds every column every time."""
    seconds, leads = now.timestamp(), Leads(settings)
    cells = [_cells(row, settings, now, seconds, leads) for row in rows]
    shown = list(range(len(_COLUMNS)))
    if screen.columns is not None:
        shown = [number for number in shown if any(row[number] for row in cells)]
    return table([_COLUMNS[number] for number in shown], ([row[number] for number in shown] for row in cells), screen)


def _cells(row: Row, settings: Settings, now: datetime, seconds: float, leads: Leads) -> Sequence[str]:
    """One row; `seconds` is `now` as the index counts, for comparing 10,000 dates costs what comparing numbers does not."""
    index = row.index
    mark = _MARKS.get(index.status, "")
    summary = f"[{mark}] {index.summary}" if mark else index.summary
    if index.due_at is None:
        return str(row.id), "", "", "", index.client, summary
    due = datetime.fromtimestamp(index.due_at, UTC)
    client = settings.clients.get(index.client)
    day = AllDay(date.fromisoformat(index.due_value)) if index.due_kind == "all-day" else None
    here = one_clock(due, zone_at(settings.me, due), now=now, when=day)
    there = "" if client is None else _there(due, client, day)
    ahead = index.due_at - seconds
    is_open = index.status in OPEN
    left = _left(ahead) if is_open else ""
    if ahead < 0 and is_open:
        return str(row.id), Painted(here, Role.OVERDUE), there, Painted(left, Role.OVERDUE), index.client, summary
    if is_open and ahead <= leads(index):
        return str(row.id), Painted(here, Role.SOON), there, Painted(left, Role.SOON), index.client, summary
    return str(row.id), here, there, left, index.client, summary


def _there(due: datetime, client: Client, day: AllDay | None) -> str:
    """Day, time and city: clocks are less than two days apart, so the date stands in the column before."""
    zone = zone_at(client, due)
    local = due.astimezone(zone)
    if day is not None and not local.hour and not local.minute and day.date < local.date():
        return f"{SHORT_DAYS[day.date.weekday()]} 24:00 {city(zone.key)}"
    return f"{SHORT_DAYS[local.weekday()]} {local.hour:02}:{local.minute:02} {city(zone.key)}"


def _left(seconds: float) -> str:
    """As short as a column wants it: `4 d 6 h`, `3 h late`."""
    minutes = int(abs(seconds)) // 60
    if not minutes:
        return "now"
    return amount(minutes) if seconds > 0 else f"{amount(minutes)} late"
