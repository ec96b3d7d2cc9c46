"""Showing one task or meeting whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deadlines.store.base import Row
from deadlines.store.journal import Change
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import ITEM, find, record_of, related
from deadlines.usecases.view import TaskView, view

if TYPE_CHECKING:
    from deadlines.usecases.meeting_view import MeetingView


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One task with its text, what happened to it, and its relatives by name."""

    task: TaskView
    ical: str
    history: Sequence[Change]
    names: dict[str, str]
    """Summaries of the tasks that it is part of or waits for, by UID."""

    def as_json(self) -> dict[str, object]:
        """The documented shape of a task."""
        return self.task.as_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMeeting:
    """One event with its text and what happened to it. `view` is its next instance, None where it takes place at no time."""

    row: Row
    view: MeetingView | None
    ical: str
    history: Sequence[Change]

    def as_json(self) -> dict[str, object]:
        """The documented shape of a meeting; only what is known of one that takes place at no time."""
        if self.view is not None:
            return self.view.as_json()
        row, index = self.row, self.row.index
        return {"uid": row.uid, "id": row.id, "summary": index.summary, "calendar": row.calendar, "problem": index.problem}


def show_item(desk: Desk, key: str) -> Shown | ShownMeeting:
    """One task or meeting whole."""
    row = find(desk, key, ITEM)
    return _task(desk, row) if row.index.component == "VTODO" else show_meeting(desk, row)


def show(desk: Desk, key: str) -> Shown:
    """One task whole."""
    return _task(desk, find(desk, key))


def _task(desk: Desk, row: Row) -> Shown:
    _, text = record_of(desk, row)
    uids = [uid for uid in (row.index.parent, *row.index.after) if uid]
    names = {uid: record.index.summary for uid in uids if (record := related(desk, uid))}
    return Shown(
        task=view(row, desk.settings, now=desk.now),
        ical=text,
        history=desk.store.changes(record=row.id),
        names=names,
    )


def show_meeting(desk: Desk, row: Row) -> ShownMeeting:
    """One event whole."""
    from deadlines.usecases.meeting_view import meeting_view  # noqa: PLC0415 # tasks are spared it
    from deadlines.usecases.meetings import next_meeting  # noqa: PLC0415 # likewise

    _, text = record_of(desk, row)
    found = next_meeting(desk.store, desk.settings, row, now=desk.now)
    return ShownMeeting(
        row=row,
        view=None if found is None else meeting_view(found, desk.settings, now=desk.now),
        ical=text,
        history=desk.store.changes(record=row.id),
    )
