"""Findings about the meetings to come: see `core.meeting_findings`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from deadlines.core.findings import Code, Finding
from deadlines.core.span import Span
from deadlines.usecases.context import Context, Look

AHEAD = timedelta(weeks=10)
"""Two weeks more than a slide out of hours must be known before it begins."""
_BEYOND = timedelta(weeks=3)
"""So much farther is looked, to see whether a series fits again, and why."""
_MOST = timedelta(days=400)
"""No series is followed for longer, however far ahead is looked."""


def _of_meetings(context: Context) -> Iterable[Finding]:
    from deadlines.core.meeting_findings import meeting_findings  # noqa: PLC0415 # a check of other codes is spared it
    from deadlines.usecases.meetings import meetings  # noqa: PLC0415 # likewise

    settings, now = context.settings, context.now
    span = Span(now, min(context.horizon, now + _MOST) + _BEYOND)
    found = meetings(context.store, settings, span)
    return meeting_findings(found, owner=settings.me, clients=settings.clients, span=span, now=now)


LOOKS = (
    Look(
        frozenset(
            {
                Code.MEETING_OUTSIDE_HOURS,
                Code.MEETING_ON_HOLIDAY,
                Code.MEETING_SLIDES_OUT,
                Code.DOUBLE_BOOKED,
                Code.MEETING_AT_EDGE,
            }
        ),
        _of_meetings,
        ahead=AHEAD,
    ),
)
