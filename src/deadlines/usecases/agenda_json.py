"""The agenda as JSON (docs/json.md "Meetings")."""

from __future__ import annotations

from datetime import datetime

from deadlines.core.settings import Settings
from deadlines.usecases.agenda import Agenda, Due, Takes
from deadlines.usecases.meeting_view import meeting_view
from deadlines.usecases.view import view


def agenda_json(agenda: Agenda, settings: Settings, *, now: datetime) -> dict[str, object]:
    """The documented shape."""

    def item(one: Due | Takes) -> dict[str, object]:
        if isinstance(one, Due):
            return {"task": view(one.row, settings, now=now).as_json()}
        shown = meeting_view(one.meeting, settings, now=now, verdicts=one.verdicts).as_json()
        return {"meeting": {**shown, "double_booked": one.doubled}}

    return {
        "late": [view(one.row, settings, now=now).as_json() for one in agenda.late],
        "days": [{"date": day.date.isoformat(), "items": [item(one) for one in day.items]} for day in agenda.days],
    }
