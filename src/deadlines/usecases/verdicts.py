"""How meetings lie in the hours of everybody who takes part, and which of them are at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from deadlines.core.client import Party
from deadlines.core.meeting import Meeting
from deadlines.core.overlap import Timetable, Verdict
from deadlines.core.settings import Settings
from deadlines.core.span import Span
from deadlines.core.when import AllDay

ME = "me"
"""The key of the owner among verdicts and clocks; no client may be called so."""
_NONE: Mapping[str, Verdict] = MappingProxyType({})


class Judge:
    """Gives verdicts on meetings within a span; the hours of each party are worked out once."""

    def __init__(self, settings: Settings, span: Span) -> None:
        self._settings = settings
        self._span = span
        self._timetables: dict[str, Timetable] = {}
        self._known: dict[tuple[str, ...], list[tuple[str, Timetable]]] = {}

    def __call__(self, meeting: Meeting) -> Mapping[str, Verdict]:
        """The verdict of each party, mine first. None where nobody else takes part, or what takes whole days."""
        if not meeting.clients or isinstance(meeting.start, AllDay):
            return _NONE
        known = self._known.get(meeting.clients)
        if known is None:
            parties = parties_of(meeting, self._settings)
            known = self._known[meeting.clients] = [(key, self._timetable(key, party)) for key, party in parties.items()]
        return {key: timetable.verdict(meeting.span) for key, timetable in known}

    def _timetable(self, key: str, party: Party) -> Timetable:
        found = self._timetables.get(key)
        if found is None:
            found = self._timetables[key] = Timetable(party.availability, self._span)
        return found


def parties_of(meeting: Meeting, settings: Settings) -> dict[str, Party]:
    """Everybody whose hours it is about, by key: me, then the clients that are still configured."""
    found: dict[str, Party] = {ME: settings.me}
    found |= {key: client for key in meeting.clients if (client := settings.clients.get(key)) is not None}
    return found


def double_booked(meetings: Sequence[Meeting]) -> frozenset[int]:
    """The places, in a sequence sorted by start, of busy meetings that overlap another busy one."""
    found = set[int]()
    latest, until = -1, None
    for place, meeting in enumerate(meetings):
        if not meeting.busy:
            continue
        span = meeting.span
        if until is None or span.start >= until:
            latest, until = place, span.end
            continue
        found.add(latest)
        found.add(place)
        if span.end > until:
            latest, until = place, span.end
    return frozenset(found)
