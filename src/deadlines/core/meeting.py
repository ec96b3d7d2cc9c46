"""A `Meeting`: one time that an event takes place, and whose it is."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from deadlines.core.client import Client
from deadlines.core.span import Span
from deadlines.core.when import AllDay, When, Zoned


class Meeting(NamedTuple):
    """One instance of a VEVENT that is not cancelled.

    `clients` are the keys of those whose meeting it is, none for my own affairs. `start` and `end` are as written, `span` what
    they mean; an event without a length is placed as one second. `recurrence_id` names the instance in its series, as RFC 5545
    writes it, and is empty for a single event. `busy` is False for what is transparent, has no length, or was declined by me.
    `problem` says what was read with doubt or left out in the whole series. A named tuple, since there are 10,000 at a time.
    """

    uid: str
    id: int
    calendar: str
    summary: str
    clients: tuple[str, ...]
    span: Span
    start: When
    end: When
    recurrence_id: str = ""
    repeats: bool = False
    status: str = ""
    busy: bool = True
    location: str = ""
    organizer: str = ""
    attendees: tuple[str, ...] = ()
    problem: str = ""


def spelt_id(when: When | None) -> str:
    """RECURRENCE-ID as a value (RFC 5545 §3.8.4.4): a date, a wall time, or a time in UTC; empty for none."""
    if when is None:
        return ""
    if isinstance(when, AllDay):
        return when.date.isoformat().replace("-", "")
    return _spelt(when.local) + ("Z" if isinstance(when, Zoned) and when.tzid == "UTC" else "")


@lru_cache(maxsize=8192)
def _spelt(local: datetime) -> str:
    """Meetings begin at few times of day, so most of them are known."""
    return local.isoformat(timespec="seconds").replace("-", "").replace(":", "")


def clients_at(address: str, clients: Mapping[str, Client]) -> list[str]:
    """The keys of the clients one of whose patterns matches an address; case means nothing in either."""
    if not address:
        return []
    return [key for key, client in clients.items() if client.emails and _pattern(client.emails).fullmatch(address.casefold())]


def shared(addresses: Iterable[str], clients: Mapping[str, Client]) -> str:
    """What is odd where an address matches the patterns of two clients: the meeting is of both. Empty where none does."""
    for address in addresses:
        if len(keys := clients_at(address, clients)) > 1:
            return f"{address} matches the emails of clients {' and '.join(keys)}; it is taken to be a meeting with each of them"
    return ""


@lru_cache(maxsize=256)
def _pattern(emails: tuple[str, ...]) -> re.Pattern[str]:
    """What one of the patterns matches. `*` and `?` are the only wildcards that an address can be meant to have."""
    return re.compile("|".join(fnmatch.translate(email.strip().casefold()) for email in emails))
