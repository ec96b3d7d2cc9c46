"""How the store's columns spell a time, and the time that they spell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.ical.zones import find


def spelt(when: When | None) -> tuple[str, str, str]:
    """Kind, value and TZID of a time, as the index keeps them."""
    match when:
        case None:
            return "", "", ""
        case AllDay(day):
            return "all-day", day.isoformat(), ""
        case Floating(local):
            return "floating", local.isoformat(), ""
        case Zoned(local, tzid):
            return "zoned", local.isoformat(), tzid


def spelt_dates(dates: Iterable[When]) -> tuple[str, ...]:
    """A word for each time, of which `dates_of` makes it again."""
    return tuple(" ".join(spelt(when)) for when in dates)


def dates_of(words: Iterable[str]) -> tuple[When, ...]:
    """The times that `spelt_dates` has spelt; without those whose zone nobody knows any more."""
    return tuple(when for word in words if (when := _date(word)) is not None)


@lru_cache(maxsize=4096)
def _date(word: str) -> When | None:
    return when_of(*word.split(" ", 2))


def when_of(kind: str, value: str, tzid: str) -> When | None:
    """The time that an index keeps; None where there is none, or where only the text defines its zone."""
    match kind:
        case "all-day":
            return AllDay(datetime.fromisoformat(value).date())
        case "floating":
            return Floating(datetime.fromisoformat(value))
        case "zoned":
            zone = find(tzid)
            return None if zone is None else Zoned(datetime.fromisoformat(value), tzid, zone)
        case _:
            return None
