"""The days of the week and the months by their English names: never the locale's."""

from __future__ import annotations

WEEK = 7

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_DAYS = tuple(name[:3] for name in DAYS)
SHORT_MONTHS = tuple(name[:3] for name in MONTHS)

DAY_NUMBERS = {form: number for number, name in enumerate(DAYS) for form in (name.lower(), name[:3].lower())} | {
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
MONTH_NUMBERS = {form: number for number, name in enumerate(MONTHS, 1) for form in (name.lower(), name[:3].lower())} | {
    "sept": 9,
}


def day_number(name: str) -> int | None:
    """0 for Monday or mon, in any case; None for what is no day."""
    return DAY_NUMBERS.get(name.rstrip(".").lower())


def short_name(day: int) -> str:
    """`Mon` for 0."""
    return SHORT_DAYS[day]


def day_range(first: int, last: int) -> list[int]:
    """The days from `first` to `last`, over the end of the week where that is earlier."""
    return [(first + step) % WEEK for step in range((last - first) % WEEK + 1)]


ICAL_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""As RFC 5545 §3.3.10 writes them, Monday first."""
