"""When a task falls due, as an instant: the rule of DESIGN §4.

A date with a time is that instant. A date alone is the client's: it falls due at their close of business (or where they start
or end the day, as configured), and at the end of that calendar day where they do not work on it. Without a client it is the
owner's. A floating time is read on the client's clock, else the owner's. Whoever travels sets their watch: dates, and floating
times on them, are read in the zone where they are on that date.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from deadlines.core.availability import close_of_business
from deadlines.core.client import AllDayDue, Client, Owner, Party, zone_on
from deadlines.core.when import AllDay, Floating, When, Zoned, end_of_day, start_of_day, to_utc


def due_instant(when: When, *, client: Client | None, owner: Owner) -> datetime:
    """The instant, in UTC, at which something due at `when` is late."""
    if isinstance(when, AllDay):
        return _day_due(when.date, owner if client is None else client)
    return _timed(when, owner if client is None else client)


def start_instant(when: When, *, client: Client | None, owner: Owner) -> datetime:
    """The instant, in UTC, from which something that starts at `when` can be worked on: a date alone is its beginning."""
    party = owner if client is None else client
    return start_of_day(when.date, zone_on(party, when.date)) if isinstance(when, AllDay) else _timed(when, party)


def _timed(when: Floating | Zoned, party: Party) -> datetime:
    match when:
        case Zoned():
            return when.instant
        case Floating(local):
            return to_utc(local, zone_on(party, local.date()))
        case _:
            assert_never(when)


def _day_due(day: date, party: Party) -> datetime:
    match party.all_day_due:
        case AllDayDue.CLOSE_OF_BUSINESS:
            return close_of_business(party.availability, day) or end_of_day(day, zone_on(party, day))
        case AllDayDue.END_OF_DAY:
            return end_of_day(day, zone_on(party, day))
        case AllDayDue.START_OF_DAY:
            return start_of_day(day, zone_on(party, day))
        case _:
            assert_never(party.all_day_due)
