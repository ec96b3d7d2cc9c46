"""What the store keeps of an event beside the columns of every record, so that meetings are found without reading iCalendar.

The port is separate, for lists and sync need none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class EventIndex(NamedTuple):
    """What is derived from the text of an event. `clients` are keys, addresses in lower case; `end_*` as the start in `Index`.

    `first_at` and `last_at` are Unix seconds between which everything it has takes place; None: nobody knows an end.
    `exdates` are what was taken out of a series, each as kind, value and TZID with a space between. `needs_text` is set where
    these columns do not tell all: dates added, changed instances, a clock that only the text defines.
    """

    clients: tuple[str, ...] = ()
    attendees: tuple[str, ...] = ()
    organizer: str = ""
    location: str = ""
    end_kind: str = ""
    end_value: str = ""
    end_tzid: str = ""
    first_at: int = 0
    last_at: int | None = None
    busy: bool = False
    needs_text: bool = False
    exdates: tuple[str, ...] = ()


class EventRow(NamedTuple):
    """One event as it is found. `start_at`, `end_at` and the rest are as in `Index`; `text` is None where it is not needed."""

    id: int
    uid: str
    calendar: str
    component: str
    summary: str
    status: str
    start_kind: str
    start_value: str
    start_tzid: str
    start_at: int | None
    end_at: int | None
    repeat: str
    problem: str
    event: EventIndex
    text: str | None


class Events(Protocol):
    """Finding events."""

    def events(self, start: int, end: int) -> Iterator[EventRow]:
        """The events that are here and may take place in a span of Unix seconds: some too many, none too few."""
        ...
