"""Hours that somebody publishes, as the keys of the configuration that say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from deadlines.core.availability import format_hours
from deadlines.core.away import format_time_off, format_travel
from deadlines.errors import CodecError, InputError
from deadlines.ical.availability_reader import read_availability


def published_hours(text: str, name: str, *, now: datetime) -> tuple[Mapping[str, str | tuple[str, ...] | None], Sequence[str]]:
    """`timezone`, `hours`, `time_off` and `travel` by an iCalendar text, None for what there is none of; and what was left out.

    `InputError` where it tells no hours; `name` is what the text is called.
    """
    try:
        found = read_availability(text, today=now.date())
    except CodecError as error:
        hint = "it takes an .ics with a VAVAILABILITY (RFC 7953)"
        raise InputError(f"{name}: {error.reason}", hint=hint) from error
    availability = found.availability
    fields = {
        "timezone": availability.zone.key,
        "hours": format_hours(availability.weekly),
        "time_off": tuple(map(format_time_off, availability.time_off)) or None,
        "travel": tuple(map(format_travel, availability.travel)) or None,
    }
    return fields, found.problems
