"""A meeting's time as text for people, on everybody's clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deadlines.core.client import Party, zone_at
from deadlines.core.clocks import city, format_date
from deadlines.core.message import Day, Message
from deadlines.core.span import Span
from deadlines.core.when import AllDay, When

_ONE_DAY = timedelta(days=1)


def meeting_clocks(span: Span, start: When, end: When, *, parties: Iterable[Party], now: datetime) -> str:
    """`Tue 1 Dec 09:00-09:45 New York = Tue 1 Dec 15:00-15:45 Oslo`, each clock once; dates alone are the same for everybody."""
    if isinstance(start, AllDay) and isinstance(end, AllDay):
        return days(start.date, end.date, year=now.year)
    faces: dict[str, str] = {}
    for party in parties:
        zone = zone_at(party, span.start)
        faces.setdefault(face(span, zone, now=now), city(zone.key))
    return " = ".join(f"{shown} {name}" for shown, name in faces.items())


def face(span: Span, zone: ZoneInfo, *, now: datetime) -> Message:
    """`Tue 1 Dec 15:00-15:45`, `Tue 1 Dec 23:00 - Wed 2 Dec 01:00`."""
    first, last, year = span.start.astimezone(zone), span.end.astimezone(zone), now.astimezone(zone).year
    day, begin, end = Day(first.date(), year), f"{first:%H:%M}", f"{last:%H:%M}"
    if span.length <= timedelta(seconds=1):
        return Message("{day} {time}", day=day, time=begin)
    if last.date() == first.date():
        return Message("{day} {time}", day=day, time=f"{begin}-{end}")
    if last.date() == first.date() + _ONE_DAY and not (last.hour or last.minute or last.second):
        return Message("{day} {time}", day=day, time=f"{begin}-24:00")
    return Message("{day} {time} - {last_day} {end}", day=day, time=begin, last_day=Day(last.date(), year), end=end)


def days(first: date, after: date, *, year: int) -> str:
    """`Tue 1 Dec, all day`, `Tue 1 Dec - Thu 3 Dec, all day`; `after` is the day after the last one, as DTEND is."""
    last = max(after - _ONE_DAY, first)
    begin = format_date(first, year=year)
    return f"{begin}, all day" if last == first else f"{begin} - {format_date(last, year=year)}, all day"
