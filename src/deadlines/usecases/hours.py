"""Everybody's working hours day by day, as they lie on my clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.availability import windows
from deadlines.core.client import Client, Owner, Party, zone_at, zone_on
from deadlines.core.due import start_instant
from deadlines.core.overlap import overlap
from deadlines.core.phrase import parse_when
from deadlines.core.settings import Settings
from deadlines.core.span import Span, intersect, subtract
from deadlines.core.when import AllDay, end_of_day, start_of_day, to_local
from deadlines.core.zone_names import find_zone
from deadlines.errors import UnknownName
from deadlines.usecases.names import nearest

ME = "me"
_ONE_DAY = timedelta(days=1)


class PartyDay(NamedTuple):
    """One party on one day of mine: when they work, when they would but for a day off, and when they and I work.

    `zone`, and how far it is `ahead` of mine, are those at noon on my clock.
    """

    key: str
    name: str
    zone: ZoneInfo
    ahead: timedelta
    windows: tuple[Span, ...]
    off: tuple[Span, ...]
    shared: tuple[Span, ...]


class Change(NamedTuple):
    """A clock that changes on a day, or that mine changes against: how far it is ahead of mine before and after.

    `itself` is whether it is that clock that changes.
    """

    key: str
    zone: ZoneInfo
    before: timedelta
    after: timedelta
    itself: bool


class Day(NamedTuple):
    """A date on my clock: from midnight to midnight in `zone`, me first among the parties, and when all of them work."""

    date: date
    zone: ZoneInfo
    span: Span
    parties: tuple[PartyDay, ...]
    overlap: tuple[Span, ...]
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "date": self.date,
            "timezone": self.zone.key,
            "start": self.span.start,
            "end": self.span.end,
            "parties": [
                {
                    "key": party.key,
                    "name": party.name,
                    "timezone": party.zone.key,
                    "ahead": party.ahead,
                    "hours": [{"start": one.start, "end": one.end} for one in party.windows],
                    "day_off": [{"start": one.start, "end": one.end} for one in party.off],
                    "shared": [{"start": one.start, "end": one.end} for one in party.shared],
                }
                for party in self.parties
            ],
            "overlap": [{"start": one.start, "end": one.end} for one in self.overlap],
            "clock_changes": [
                {"key": one.key, "timezone": one.zone.key, "ahead_before": one.before, "ahead_after": one.after}
                for one in self.changes
            ],
        }


def day_of(settings: Settings, typed: str, *, now: datetime) -> date:
    """The date that a phrase means on my clock; today for none. Raises `InputError`."""
    if not typed:
        return to_local(now, zone_at(settings.me, now)).date()
    when = parse_when(typed, now=now, client=None, owner=settings.me, find_zone=find_zone)
    if isinstance(when, AllDay):
        return when.date
    instant = start_instant(when, client=None, owner=settings.me)
    return to_local(instant, zone_at(settings.me, instant)).date()


def hours(settings: Settings, keys: Sequence[str], *, first: date, days: int) -> Sequence[Day]:
    """So many days from `first` on with the clients of those keys, all of them where none is named. Raises `UnknownName`."""
    clients = settings.clients
    for key in keys:
        if key not in clients:
            near = nearest(key, clients)
            raise UnknownName("client", key, near, hint="" if near else "`deadlines client list` shows them")
    chosen = {key: clients[key] for key in (keys or clients)}
    return [_day(settings.me, chosen, first + _ONE_DAY * number) for number in range(days)]


def _day(owner: Owner, clients: Mapping[str, Client], day: date) -> Day:
    zone = zone_on(owner, day)
    start, end = start_of_day(day, zone), end_of_day(day, zone)
    span = Span(start, max(end, start + timedelta(seconds=1)))  # a date that the zone skips
    parties: dict[str, Party] = {ME: owner, **clients}
    noon = start + span.length / 2
    mine = tuple(windows(owner.availability, span))
    return Day(
        date=day,
        zone=zone,
        span=span,
        parties=tuple(_party(key, party, span, _ahead(party, zone, noon), mine) for key, party in parties.items()),
        overlap=tuple(overlap([party.availability for party in parties.values()], span)),
        changes=tuple(_changes(parties, zone, span)),
    )


def _party(key: str, party: Party, span: Span, ahead: timedelta, mine: Sequence[Span]) -> PartyDay:
    works = tuple(windows(party.availability, span))
    usual = replace(party.availability, closed=frozenset(), time_off=())
    name = party.name or key
    zone = zone_at(party, span.start + span.length / 2)
    off = tuple(subtract(windows(usual, span), works))
    return PartyDay(key, name, zone, ahead, works, off, tuple(intersect(works, mine)))


def _changes(parties: Mapping[str, Party], zone: ZoneInfo, span: Span) -> Iterator[Change]:
    """Whose clock changes on that day, or against mine; who shares the zone of somebody named before is not named."""
    seen: set[ZoneInfo] = set()
    for key, party in parties.items():
        there = zone_at(party, span.start)
        itself = _offset(there, span.start) != _offset(there, span.end)
        before, after = (_offset(there, instant) - _offset(zone, instant) for instant in (span.start, span.end))
        if there not in seen and (itself or before != after):
            yield Change(key, there, before, after, itself)
        seen.add(there)


def _ahead(party: Party, zone: ZoneInfo, instant: datetime) -> timedelta:
    return _offset(zone_at(party, instant), instant) - _offset(zone, instant)


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
