"""When everybody works, minute by minute: a thousand pairs and triples against clocks that are looked at every minute.

The expectation knows no conversion from wall time: it walks through the minutes of some days, reads what the clock of each party
shows, and opens or closes a window when that clock first shows its time, or something later.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, Window
from deadlines.core.overlap import overlap
from deadlines.core.span import Span

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BEFORE, AFTER = 3 * DAY, 2 * DAY
ZONES = [
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Europe/Dublin", "Africa/Casablanca", "America/New_York"),
    *("Europe/Oslo", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "America/Santiago", "Africa/Cairo", "UTC"),
]
DAYS = [
    *(date(2027, 3, 14), date(2027, 11, 7), date(2027, 3, 28), date(2027, 10, 31)),  # New York; Oslo and Dublin
    *(date(2027, 4, 4), date(2027, 10, 3), date(2027, 9, 26), date(2027, 9, 5)),  # Lord Howe, by half an hour; Chatham; Santiago
    *(date(2011, 12, 30), date(1994, 12, 31)),  # days that Apia and Kiritimati skip
    *(date(2027, 2, 7), date(2027, 3, 14)),  # Ramadan begins and ends in Casablanca
    *(date(2027, 4, 30), date(2027, 10, 29), date(2027, 1, 13), date(2028, 2, 29)),  # Cairo; nothing at all
]


@cache
def faces(zone: str, first: datetime, minutes: int) -> tuple[list[datetime], list[datetime]]:
    """What the clock shows every minute, and the latest that it has shown so far."""
    shown = [(first + number * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for number in range(minutes)]
    return shown, list(accumulate(shown, max))


def by_the_minute(availability: Availability, first: datetime, minutes: int) -> bytearray:
    """Which minutes they work in, among so many from `first` on."""
    works = bytearray(minutes)
    shown, latest = faces(availability.zone.key, first, minutes)
    for day in sorted({face.date() for face in shown} | {shown[0].date() + number * DAY for number in range(8)}):
        midnight = datetime.combine(day, time())
        for window in availability.weekly:
            if window.weekday != day.weekday() or day in availability.closed or midnight + window.start < shown[0]:
                continue  # one that had begun before has ended before what is looked at
            opens, closes = (bisect_left(latest, midnight + at) for at in (window.start, window.end))
            works[opens:closes] = b"\1" * (closes - opens)
    return works


def a_week(random: Random) -> tuple[Window, ...]:
    """Hours of an office, of a night shift, or any hours at all; to the minute."""
    windows = []
    for _ in range(random.randint(1, 3)):
        start = random.choice([random.randrange(24 * 60), random.randrange(6 * 60, 12 * 60), 0, 22 * 60])
        length = random.choice([random.randint(1, 24 * 60 - 1), random.randint(4 * 60, 10 * 60), 8 * 60])
        days = random.sample(range(7), random.randint(4, 7))
        windows += [Window(day, start * MINUTE, (start + length) * MINUTE) for day in days]
    return tuple(sorted(windows, key=lambda window: (window.weekday, window.start, window.end)))


def parties(random: Random) -> list[Availability]:
    """Two or three of them."""
    day = random.choice(DAYS)
    return [
        Availability(
            zone=ZoneInfo(random.choice(ZONES)),
            weekly=a_week(random),
            closed=frozenset({day} if random.random() < 0.1 else ()),
        )
        for _ in range(random.choice([2, 3]))
    ]


@pytest.mark.parametrize("seed", range(20))
def test_a_thousand_overlaps_are_right_to_the_minute(seed: int) -> None:
    random = Random(seed)  # noqa: S311 # the same cases every time
    for _ in range(50):
        people = parties(random)
        day = random.choice(DAYS)
        noon = datetime.combine(day, time(12), UTC)
        span = Span(noon - random.randrange(36 * 60) * MINUTE, noon + random.randint(1, 36 * 60) * MINUTE)
        first = noon - DAY * 1.5 - BEFORE
        minutes = int((BEFORE + 3 * DAY + AFTER) / MINUTE)
        expected = [True] * minutes
        for one in people:
            works = by_the_minute(one, first, minutes)
            expected = [both and bool(minute) for both, minute in zip(expected, works, strict=True)]

        found = list(overlap(people, span))

        start, end = (int((instant - first) / MINUTE) for instant in (span.start, span.end))
        covered = bytearray(minutes)
        for common in found:
            low, high = (int((instant - first) / MINUTE) for instant in (common.start, common.end))
            covered[low:high] = b"\1" * (high - low)
        assert [bool(minute) for minute in covered[start:end]] == expected[start:end], (seed, people, span)
        assert not any(covered[:start])
        assert not any(covered[end:])
