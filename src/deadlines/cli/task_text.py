"""Tasks as text for people: one line each in a list, a few in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import Client
from deadlines.core.clocks import city, one_clock, time_left
from deadlines.core.display import clean
from deadlines.core.duration import format_duration
from deadlines.core.findings import Finding
from deadlines.core.repeat import human
from deadlines.core.settings import Settings
from deadlines.core.weekdays import SHORT_DAYS
from deadlines.store.base import Row
from deadlines.usecases.view import TaskView

_SOON = timedelta(days=1)
_COLUMNS = (
    Column("ID"),
    Column("DUE HERE"),
    Column("DUE THERE"),
    Column("LEFT"),
    Column("CLIENT"),
    Column("TASK", flexible=True),
)
_OPEN = frozenset({"needs-action", "in-process"})  # asking `Status` for each row would take a tenth of the list's time
_MARKS = {"in-process": "~", "completed": "x", "cancelled": "/"}


def task_table(rows: Iterable[Row], settings: Settings, screen: Screen, *, now: datetime) -> str:
    """The rows of a list. A person is spared columns in which nothing stands; a script finds every column every time."""
    cells = [_cells(row, settings, now) for row in rows]
    shown = list(range(len(_COLUMNS)))
    if screen.columns is not None:
        shown = [number for number in shown if any(row[number] for row in cells)]
    return table([_COLUMNS[number] for number in shown], ([row[number] for number in shown] for row in cells), screen)


def _cells(row: Row, settings: Settings, now: datetime) -> Sequence[str]:
    index = row.index
    mark = _MARKS.get(index.status, "")
    summary = f"[{mark}] {index.summary}" if mark else index.summary
    if index.due_at is None:
        return str(row.id), "", "", "", index.client, summary
    due = datetime.fromtimestamp(index.due_at, UTC)
    client = settings.clients.get(index.client)
    here = one_clock(due, settings.me.zone, now=now)
    there = "" if client is None else _there(due, client)
    left = "" if index.status in {"completed", "cancelled"} else _left(due, now)
    if due < now and index.status in _OPEN:
        return str(row.id), Painted(here, Role.OVERDUE), there, Painted(left, Role.OVERDUE), index.client, summary
    if left and due - now < (client.warn_before if client else _SOON):
        return str(row.id), Painted(here, Role.SOON), there, Painted(left, Role.SOON), index.client, summary
    return str(row.id), here, there, left, index.client, summary


def _there(due: datetime, client: Client) -> str:
    """Day, time and city: clocks are less than two days apart, so the date stands in the column before."""
    local = due.astimezone(client.zone)
    return f"{SHORT_DAYS[local.weekday()]} {local:%H:%M} {city(client.zone.key)}"


def _left(due: datetime, now: datetime) -> str:
    """As short as a column wants it: `4 d 6 h`, `3 h late`."""
    return time_left(due, now).removeprefix("in ").replace("overdue", "late")


def answer(task: TaskView, verb: str, screen: Screen) -> str:
    """What a command says about one task that it changed: what, when on both clocks, and the warnings."""
    lines = [f"{verb} {task.id}: {clean(task.summary)}" + (f" ({task.client})" if task.client else "")]
    if task.due_clocks:
        lines.append(f"  due {task.due_clocks}" + (f" ({task.left})" if task.left else ""))
    if task.repeat:
        lines.append(f"  repeats {human(task.repeat)}")
    lines += [screen.paint(f"  warning: {clean(finding.message)}", Role.SOON) for finding in _worth_saying(task)]
    return "\n".join(lines) + "\n"


def _worth_saying(task: TaskView) -> Iterator[Finding]:
    return (finding for finding in task.findings if finding.code.value != "D102")


def details(task: TaskView, names: dict[str, str]) -> Sequence[tuple[str, str]]:
    """Everything about a task that is not empty, by name."""
    pairs = (
        ("client", task.client),
        ("calendar", task.calendar),
        ("status", task.status + (f", {task.percent_complete} %" if task.percent_complete else "")),
        ("due", task.due_clocks + (f" ({task.left})" if task.left else "")),
        ("start", task.start_clocks),
        ("completed", task.completed_clocks),
        ("estimate", "" if task.estimate is None else format_duration(task.estimate)),
        ("repeats", human(task.repeat) if task.repeat else ""),
        ("priority", str(task.priority) if task.priority else ""),
        ("categories", ", ".join(task.categories)),
        ("part of", names.get(task.parent, task.parent)),
        ("after", ", ".join(names.get(uid, uid) for uid in task.after)),
        ("note", task.note),
        ("uid", task.uid),
    )
    return [(name, value) for name, value in pairs if value]
