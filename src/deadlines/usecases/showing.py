"""Showing one task whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deadlines.store.base import Change
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import find, record_of, related
from deadlines.usecases.view import TaskView, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One task with its text, what happened to it, and its relatives by name."""

    task: TaskView
    ical: str
    history: Sequence[Change]
    names: dict[str, str]
    """Summaries of the tasks that it is part of or waits for, by UID."""


def show(desk: Desk, key: str) -> Shown:
    """One task whole."""
    row = find(desk, key)
    _, text = record_of(desk, row)
    uids = [uid for uid in (row.index.parent, *row.index.after) if uid]
    names = {uid: record.index.summary for uid in uids if (record := related(desk, uid))}
    return Shown(
        task=view(row, desk.settings, now=desk.now),
        ical=text,
        history=desk.store.changes(record=row.id),
        names=names,
    )
