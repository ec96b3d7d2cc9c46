"""The digest of today, from what `check` finds, the day's meetings, and when calendars were last synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from deadlines.core.client import zone_at
from deadlines.core.meeting import Meeting
from deadlines.core.span import Span
from deadlines.core.when import end_of_day, start_of_day, to_local
from deadlines.digest.compose import ON_TIME, Delay, Digest, Entry, State, Synced, compose
from deadlines.store.base import OPEN, Query
from deadlines.usecases.check import Checked, check
from deadlines.usecases.desk import Desk
from deadlines.usecases.meetings import meetings

READER = "digest"
"""Whose memory a digest that is only printed is compared with, where no mail goes to anybody."""


def digest(desk: Desk, *, reader: str = READER, day: date | None = None, delay: Delay = ON_TIME) -> tuple[Digest, Checked]:
    """What `reader` is told; `day` is the one that it is for, on my clock, left out: today. Nothing is remembered yet."""
    me = desk.settings.me
    zone = zone_at(me, desk.now)
    checked = check(desk, reader=reader)
    today = to_local(desk.now, zone).date()
    return (
        compose(
            _entries(checked),
            owner=me,
            clients=desk.settings.clients,
            day=day or today,
            now=desk.now,
            delay=delay,
            meetings=_rest_of(desk, Span(start_of_day(today, zone), end_of_day(today, zone))),
            synced=tuple(Synced(name, desk.store.state(name).synced_at) for name in desk.settings.calendars),
            open_tasks=desk.store.count(Query(statuses=OPEN)),
        ),
        checked,
    )


def digest_json(digest: Digest, checked: Checked) -> Mapping[str, object]:
    """The documented shape."""
    delay = digest.delay
    return {
        "digest": {
            "day": digest.day,
            "calm": digest.is_calm,
            "late_since": delay.since,
            "missed_days": list(delay.missed),
            "open_tasks": digest.open_tasks,
            "synced": {one.calendar: one.at for one in digest.synced},
            "meetings": [
                {
                    "uid": one.uid,
                    "summary": one.summary,
                    "clients": list(one.clients),
                    "start": one.span.start,
                    "end": one.span.end,
                }
                for one in digest.meetings
            ],
        },
        "findings": [one.as_json() for one in (*checked.holding, *checked.resolved)],
    }


def _entries(checked: Checked) -> Iterator[Entry]:
    return (Entry(one.finding, State(one.state.value)) for one in (*checked.holding, *checked.resolved))


def _rest_of(desk: Desk, span: Span) -> tuple[Meeting, ...]:
    """The meetings with somebody that day that are not over."""
    found = meetings(desk.store, desk.settings, span)
    return tuple(one for one in found if one.clients and one.span.end > desk.now)
