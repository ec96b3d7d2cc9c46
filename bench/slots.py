"""Free slots of ten people in ten zones over a year with 10,000 busy spans, against a bare sorted sweep in Python.

The sweep turns every window into two instants by asking its zone, puts the ends of all windows and busy spans into one list,
sorts it and counts. It ranks nothing and minds no skipped or repeated hour; both must find the same free time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.measure import in_turns, of_call
from bench.table import Row
from deadlines.core import offsets
from deadlines.core.availability import Availability, parse_hours
from deadlines.core.slots import STEP, Request, free, inside
from deadlines.core.span import Span

_ZONES = (
    *("Europe/Oslo", "Europe/London", "Africa/Casablanca", "Europe/Athens", "Asia/Dubai"),
    *("Asia/Kolkata", "America/New_York", "America/Sao_Paulo", "Africa/Nairobi", "Europe/Lisbon"),
)
_START = datetime(2027, 1, 1, tzinfo=UTC)
_DAYS = 365
_MEETING = timedelta(minutes=45)
_DAY = timedelta(days=1)
_RUNS = 15


def measure(_folder: Path) -> Iterator[Row]:
    """Two comparisons with the same sweep."""
    request = _request()
    assert [(one.start, one.end) for one in free(request)] == _sweep(request)

    def cold(find: object) -> object:
        offsets.forget()
        return list(find(request))  # type: ignore[operator] # one of the two below

    free_cost, slots_cost, sweep_cost = in_turns(
        _RUNS,
        lambda: of_call(lambda: cold(free)),
        lambda: of_call(lambda: cold(inside)),
        lambda: of_call(lambda: _sweep(request)),
    )
    against = "a bare sorted sweep"
    what = "10 people, a year, 10,000 busy spans: "
    yield Row(part="slots", what=what + "free time", ours=free_cost.cpu, reference=sweep_cost.cpu, against=against, budget=2)
    yield Row(part="slots", what=what + "ranked slots", ours=slots_cost.cpu, reference=sweep_cost.cpu, against=against, budget=2)


def _request() -> Request:
    weekly = parse_hours("Mon-Fri 08:00-19:00")
    people = {f"client{number}": Availability(zone=ZoneInfo(zone), weekly=weekly) for number, zone in enumerate(_ZONES)}
    random = Random(1)  # noqa: S311 # the same spans every time
    quarters = [(random.randrange(_DAYS * 96), random.randint(1, 4)) for _ in range(10_000)]
    spans = [Span(_START + at * STEP, _START + (at + length) * STEP) for at, length in quarters]
    busy = tuple(sorted(spans, key=lambda span: span.start))
    return Request(people, busy, Span(_START, _START + _DAYS * _DAY), _MEETING)


def _sweep(request: Request) -> list[tuple[datetime, datetime]]:
    events: list[tuple[datetime, int, int]] = []
    for person in request.parties.values():
        for number in range(-1, _DAYS + 1):
            day = date(2027, 1, 1) + number * _DAY
            midnight = datetime(day.year, day.month, day.day, tzinfo=person.zone)
            for window in person.weekly:
                if window.weekday == day.weekday():
                    events.append(((midnight + window.start).astimezone(UTC), 1, 0))
                    events.append(((midnight + window.end).astimezone(UTC), -1, 0))
    for span in request.busy:
        events.append((span.start, 0, 1))
        events.append((span.end, 0, -1))
    events.sort()
    return _counted(events, len(request.parties), request.duration)


def _counted(events: list[tuple[datetime, int, int]], everybody: int, duration: timedelta) -> list[tuple[datetime, datetime]]:
    found = []
    working = busy = 0
    since = _START
    for at, works, takes in events:
        if working == everybody and not busy and at - since >= duration:
            found.append((since, at))
        working += works
        busy += takes
        since = at
    return found
