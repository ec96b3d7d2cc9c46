"""A meeting as it is answered with: to people as text, to scripts as JSON (docs/json.md "Meetings"); one value for both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from deadlines.core.client import zone_at
from deadlines.core.clocks import time_left
from deadlines.core.meeting import Meeting
from deadlines.core.meeting_clocks import meeting_clocks
from deadlines.core.overlap import Verdict
from deadlines.core.settings import Settings
from deadlines.core.when import When, Zoned
from deadlines.usecases.spelling import spelt
from deadlines.usecases.verdicts import ME, Judge, parties_of


class MeetingView(NamedTuple):
    """One instance. `clocks` is its time on everybody's clock, `left` the time until it begins."""

    meeting: Meeting
    clocks: str
    left: str
    local: Mapping[str, tuple[datetime, datetime]]
    """Start and end as the clock of each party shows them, mine first."""
    verdicts: Mapping[str, Verdict]
    """How it lies in the hours of each party, mine first; empty where there is no other party, or no time of day."""

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        meeting = self.meeting
        return {
            "uid": meeting.uid,
            "id": meeting.id,
            "summary": meeting.summary,
            "clients": list(meeting.clients),
            "calendar": meeting.calendar,
            "status": meeting.status,
            "start": self._moment(meeting.start, 0),
            "end": self._moment(meeting.end, 1),
            "recurrence_id": meeting.recurrence_id,
            "repeats": meeting.repeats,
            "busy": meeting.busy,
            "location": meeting.location,
            "organizer": meeting.organizer,
            "attendees": list(meeting.attendees),
            "verdicts": {key: verdict.value for key, verdict in self.verdicts.items()},
            "problem": meeting.problem,
        }

    def _moment(self, when: When, which: int) -> dict[str, object]:
        kind, value, tzid = spelt(when)
        return {
            "kind": kind,
            "value": value,
            "tzid": tzid or None,
            "instant": (self.meeting.span.start, when.instant if isinstance(when, Zoned) else self.meeting.span.end)[which],
            "mine": self.local[ME][which].isoformat(),
            "clients": {key: times[which].isoformat() for key, times in self.local.items() if key != ME},
        }


def meeting_view(
    meeting: Meeting, settings: Settings, *, now: datetime, verdicts: Mapping[str, Verdict] | None = None
) -> MeetingView:
    """A meeting as it is answered with; `verdicts` where they are known already."""
    parties = parties_of(meeting, settings)
    span = meeting.span
    zones = {key: zone_at(party, span.start) for key, party in parties.items()}
    own = [party for key, party in parties.items() if key != ME]
    return MeetingView(
        meeting=meeting,
        clocks=meeting_clocks(span, meeting.start, meeting.end, parties=[*own, settings.me], now=now),
        left=time_left(span.start, now) if span.start > now else "",
        verdicts=Judge(settings, span)(meeting) if verdicts is None else verdicts,
        local={key: (span.start.astimezone(zone), span.end.astimezone(zone)) for key, zone in zones.items()},
    )
