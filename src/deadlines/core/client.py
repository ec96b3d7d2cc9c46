"""The people whose clocks count: the owner and the clients."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability


class AllDayDue(enum.Enum):
    """When on its date a date-only due falls due, on the client's clock."""

    CLOSE_OF_BUSINESS = "close-of-business"
    END_OF_DAY = "end-of-day"
    START_OF_DAY = "start-of-day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Me. `all_day_due` is for tasks without a client, which fall due when the day is over (DESIGN §4)."""

    name: str = ""
    email: str = ""
    zone: ZoneInfo
    availability: Availability
    default_calendar: str = "local"
    all_day_due: AllDayDue = AllDayDue.END_OF_DAY


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
