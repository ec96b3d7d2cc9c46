"""The people whose clocks count: the owner and the clients."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, travel_zone_at, travel_zone_on


class AllDayDue(enum.Enum):
    """When on its date a date-only due falls due, on the client's clock."""

    CLOSE_OF_BUSINESS = "close-of-business"
    END_OF_DAY = "end-of-day"
    START_OF_DAY = "start-of-day"


class QuotaUnit(enum.Enum):
    """What a quota counts: tasks completed, or hours of work."""

    DELIVERABLES = "deliverables"
    HOURS = "hours"


class Period(enum.Enum):
    """What a quota is for, in the client's zone; weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"


class Quota(NamedTuple):
    """What a client is owed in every period. `carry_over` is how much of it may move on to the next one, in the same unit.

    `since` is the first day, of a period that counts pro rata; None: the period in which the first work for them was done.
    """

    unit: QuotaUnit
    amount: float
    per: Period = Period.WEEK
    carry_over: float = 0
    since: date | None = None


class Rate(NamedTuple):
    """A new rate: what it will be, as a text for people, from which day on, and how long before they must be told.

    `told` is the day on which they were; None as long as they were not.
    """

    new: str
    since: date
    notice: timedelta = timedelta()
    told: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Me. `all_day_due` and `warn_before` are for tasks without a client, which fall due when the day is over (DESIGN §4)."""

    name: str = ""
    email: str = ""
    zone: ZoneInfo
    availability: Availability
    default_calendar: str = "local"
    all_day_due: AllDayDue = AllDayDue.END_OF_DAY
    warn_before: timedelta = timedelta(days=1)
    language: str = "en"
    """What I read digests in: `en`, `nb`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Somebody we deliver to. `emails` are patterns such as `*@acme.example`; `calendar` is where their tasks go."""

    key: str
    name: str
    zone: ZoneInfo
    availability: Availability
    emails: tuple[str, ...] = ()
    calendar: str = ""
    all_day_due: AllDayDue = AllDayDue.CLOSE_OF_BUSINESS
    warn_before: timedelta = timedelta(days=3)
    buffer: timedelta = timedelta()
    quota: Quota | None = None
    check_in: timedelta | None = None
    """How often we want to have talked to them, in whole days."""
    rate: Rate | None = None
    language: str = "en"
    """What they read in."""


Party = Client | Owner


def zone_at(party: Party, instant: datetime) -> ZoneInfo:
    """Whose clock they look at then: that of the place they have travelled to, else the one at home."""
    return travel_zone_at(party.availability, instant) or party.zone


def zone_on(party: Party, day: date) -> ZoneInfo:
    """The same for a date, which is one on the clock of that place."""
    return travel_zone_on(party.availability, day) or party.zone
