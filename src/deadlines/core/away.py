"""Dated exceptions to the working hours, as people write them.

    time off   2026-12-24..2027-01-02 Christmas      whole days, the last one included
               2026-12-04 12:00-17:00 dentist        part of a day; of every day where there are several
    travel     2027-03-01..2027-03-12 Asia/Tokyo     in another zone, with the usual hours there
               2027-07-05..2027-07-30 Mon-Thu 08:00-14:00
               2027-03-01..2027-03-12 Asia/Tokyo Tue-Sat 10:00-16:00

Dates are those of ISO 8601, for of 03/04 nobody knows which it is. What follows the dates and times of time off is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from deadlines.core.availability import TimeOff, Travel, Window, format_hours, parse_hours, parse_times
from deadlines.core.clock_time import DAY, format_time
from deadlines.core.weekdays import day_number
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError

TIME_OFF_EXAMPLE = "2026-12-24..2027-01-02 Christmas"
TRAVEL_EXAMPLE = "2027-03-01..2027-03-12 Asia/Tokyo"

_E = TypeVar("_E", TimeOff, Travel)
# Not compiled, for every command imports this, and few configurations know of an exception.
_DATES = r"(?P<first>[\w./-]+?)(?: ?(?:\.\.+|…) ?(?P<last>[\w./-]+)| (?:-|–|to) (?P<other>\d[\w./-]+))?(?: (?P<rest>.*))?"
_TIMES = r"(?i:(\d[\w:]*(?: ?[ap]\.?m\.?)?) ?[-–] ?(\d[\w:]*(?: ?[ap]\.?m\.?)?)(?: (.*))?)"
_ISO_DATE = r"(?a:\d{4}-\d\d-\d\d)"


def parse_time_off(text: str) -> TimeOff:
    """The time off that `text` describes. Raises `InputError` naming the part."""
    first, last, rest = _dates("time off", text, TIME_OFF_EXAMPLE)
    found = re.fullmatch(_TIMES, rest)
    if found is None:
        if rest and not rest[0].isalpha():
            why = f"{rest!r} is no time of the form 12:00-17:00; a note begins with a letter"
            raise _wrong("time off", text, why, TIME_OFF_EXAMPLE)
        return TimeOff(first=first, last=last, note=rest)
    start, end = parse_times(f"{found[1]}-{found[2]}")
    return TimeOff(first=first, last=last, start=start, end=end, note=found[3] or "")


def parse_travel(text: str) -> Travel:
    """The journey that `text` describes. Raises `InputError`, for a zone of its kinds `UnknownName` and `AmbiguousInput`."""
    first, last, rest = _dates("travel", text, TRAVEL_EXAMPLE)
    words = rest.split()
    if not words:
        raise _wrong("travel", text, "it needs a zone, or other hours, after the dates", TRAVEL_EXAMPLE)
    at = next((place for place, word in enumerate(words) if _is_days(word)), len(words))
    zone = find_zone(" ".join(words[:at])) if at else None
    return Travel(first=first, last=last, zone=zone, weekly=parse_hours(" ".join(words[at:])) if words[at:] else None)


def format_time_off(off: TimeOff) -> str:
    """The text that `parse_time_off` reads as this."""
    times = "" if off.whole else f"{format_time(off.start)}-{format_time(off.end - DAY if off.end > DAY else off.end)}"
    return " ".join(part for part in (_range(off), times, off.note) if part)


def format_travel(journey: Travel) -> str:
    """The text that `parse_travel` reads as this."""
    weekly: tuple[Window, ...] = journey.weekly or ()
    parts = (_range(journey), journey.zone.key if journey.zone else "", format_hours(weekly))
    return " ".join(part for part in parts if part)


def overlapping(exceptions: Iterable[_E]) -> tuple[_E, _E] | None:
    """Two exceptions that share a date, and on it a time of day; None where none do."""
    ordered = sorted(exceptions, key=lambda one: (one.first, one.last))
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            if other.first > one.last:
                break
            if _meet(one, other):
                return one, other
    return None


def _meet(one: TimeOff | Travel, other: TimeOff | Travel) -> bool:
    if isinstance(one, TimeOff) and isinstance(other, TimeOff):
        return one.start < other.end and other.start < one.end
    return True


def _dates(kind: str, text: str, example: str) -> tuple[date, date, str]:
    found = re.fullmatch(_DATES, " ".join(text.split()))
    if found is None:
        raise _wrong(kind, text, "it begins with a date such as 2026-12-24", example)
    first = _date(kind, text, found["first"], example)
    until = found["last"] or found["other"]
    last = _date(kind, text, until, example) if until else first
    if last < first:
        raise _wrong(kind, text, f"it ends before it starts, on {last}", f'"{last}..{first}" if the dates are swapped')
    return first, last, found["rest"] or ""


def _date(kind: str, text: str, part: str, example: str) -> date:
    if not re.fullmatch(_ISO_DATE, part):
        raise _wrong(kind, text, f"{part!r} is no date of the form 2026-12-24", example)
    try:
        return date.fromisoformat(part)
    except ValueError as error:
        raise _wrong(kind, text, f"there is no {part}", example) from error


def _is_days(word: str) -> bool:
    return all(day_number(part) is not None for part in re.split(r"[-–,]", word) if part) and bool(word.strip("-–,"))


def _range(exception: TimeOff | Travel) -> str:
    first, last = exception.first, exception.last
    return f"{first}" if first == last else f"{first}..{last}"


def _wrong(kind: str, text: str, why: str, example: str) -> InputError:
    shown = " ".join(text.split())
    hint = example if example.startswith('"') else f'for example "{example}"'
    return InputError(f"{kind} {shown[:60]!r}: {why}", hint=hint)
