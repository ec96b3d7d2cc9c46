"""What is said about meetings, on the clocks of those who meet: messages that can be said in another language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deadlines.core.availability import is_day_off, is_working_day
from deadlines.core.client import Client, Owner, Party, zone_at
from deadlines.core.clocks import city
from deadlines.core.meeting import Meeting
from deadlines.core.message import Clocks, Counted, Day, Left, Length, Message
from deadlines.core.overlap import Fit, Side
from deadlines.core.span import Span
from deadlines.core.when import to_local

_ME = "me"
_NAMED = 8
_DAY = timedelta(days=1)


class Words:
    """Says things about meetings of the owner with clients."""

    def __init__(self, owner: Owner, clients: Mapping[str, Client], now: datetime) -> None:
        self._owner = owner
        self._clients = clients
        self._now = now

    def at(self, meeting: Meeting, why: Message | tuple[Message, ...]) -> Message:
        """When a meeting is, and what is wrong with that."""
        return Message(
            "{clocks} ({left}): {why}", clocks=self._clocks(meeting), left=Left(meeting.span.start, self._now), why=why
        )

    def every_time(self, first: Meeting, why: tuple[Message, ...]) -> Message:
        """The same of a series."""
        clocks, left = self._clocks(first), Left(first.span.start, self._now)
        return Message("every time, next {clocks} ({left}): {why}", clocks=clocks, left=left, why=why)

    def why(self, misfits: Mapping[str, Fit], span: Span) -> tuple[Message, ...]:
        """How far it is beyond whose hours."""
        return tuple(self._beyond(key, fit, span) for key, fit in misfits.items())

    def day_off(self, misfits: Mapping[str, Fit], span: Span) -> tuple[Message, ...]:
        """Who has a day off."""
        return tuple(self._off(key, span) for key in misfits)

    def slides(self, first: Meeting, spans: Sequence[Span], why: tuple[Message, ...], changes: tuple[Message, ...]) -> Message:
        """That some instances of a series are outside hours, when, how far, and which clocks change."""
        parts = {"days": self._days(spans), "clocks": self._clocks(first), "left": Left(first.span.start, self._now), "why": why}
        if changes:
            return Message("slides out of hours on {days}, first {clocks} ({left}): {why}; {changes}", **parts, changes=changes)
        return Message("is out of hours on {days}, first {clocks} ({left}): {why}", **parts)

    def changes(self, meeting: Meeting, fitting: Sequence[Span], outside: Sequence[Span]) -> tuple[Message, ...]:
        """The changes of clocks between an instance that fits and the first that does not, and back."""
        first = outside[0].start
        before = max((one.start for one in fitting if one.start < first), default=None)
        after = min((one.start for one in fitting if one.start > first), default=None)
        edges = [(before, first)] if before else []
        if after:
            last = max(one.start for one in outside if one.start < after)
            edges.append((last, after))
        zones = dict.fromkeys(zone_at(party, first) for party in self._parties(meeting))
        found = {
            (change, city(zone.key)): None for start, end in edges for zone in zones for change in _changes(zone, start, end)
        }
        return tuple(Message("{city} changes its clock on {day}", city=name, day=self._day(day)) for day, name in sorted(found))

    def collides(self, meeting: Meeting, other: Meeting, later: Sequence[Span]) -> Message:
        """That two meetings are at once, and on which later dates as well."""
        client = self._client(meeting) or self._client(other)
        clocks, began = (Clocks(one.span.start, client, self._owner, self._now) for one in (meeting, other))
        parts = {"clocks": clocks, "left": Left(meeting.span.start, self._now), "other": other.summary}
        if later:
            return Message(
                "{clocks} ({left}): {other} is at the same time, from {began}; also on {days}",
                **parts,
                began=began,
                days=self._days(later),
            )
        return Message("{clocks} ({left}): {other} is at the same time, from {began}", **parts, began=began)

    def move(self, meeting: Meeting, free: Span | None) -> Message:
        """Where to move a meeting."""
        if free is None:
            return self._no_room(meeting)
        return Message("move it to {time}: inside everybody's hours", time=self.stretch(meeting, free))

    def on_these(self, meeting: Meeting, free: Span | None) -> Message:
        """Where to move the instances of a series that do not fit."""
        if free is None:
            return self._no_room(meeting)
        return Message(
            "in those weeks move it, for example to {time}: inside everybody's hours", time=self.stretch(meeting, free)
        )

    def move_one(self, meeting: Meeting, free: Span | None) -> Message:
        """Where to move one of two meetings."""
        if free is None:
            return Message("move one of them, or decline it")
        return Message("move {summary} to {time}, which is free", summary=meeting.summary, time=self.stretch(meeting, free))

    def stretch(self, meeting: Meeting, span: Span) -> Message:
        """`Thu 25 Mar 15:00-17:00 Oslo = 09:00-11:00 New York`, the day again where it is another one."""
        faces: dict[tuple[date, str], Message] = {}
        here: date | None = None
        for party in self._parties(meeting):
            zone = zone_at(party, span.start)
            start, end = to_local(span.start, zone), to_local(span.end, zone)
            times = f"{start:%H:%M}-{end:%H:%M}" if end.time() != time() else f"{start:%H:%M}-24:00"
            shown = f"{times} {city(zone.key)}"
            same = here == start.date()
            here = here or start.date()
            said = Message("{times}", times=shown) if same else Message("{day} {times}", day=self._day(start.date()), times=shown)
            faces.setdefault((start.date(), times), said)
        first, *others = faces.values()
        for other in others:
            first = Message("{one} = {other}", one=first, other=other)
        return first

    def on_day(self, instant: datetime) -> date:
        """The date on the owner's clock."""
        return to_local(instant, zone_at(self._owner, instant)).date()

    def _beyond(self, key: str, fit: Fit, span: Span) -> Message:
        party = self._party(key)
        day = to_local(span.start, zone_at(party, span.start)).date()
        name = "" if isinstance(party, Owner) else party.name
        if is_working_day(party.availability, day) or fit.beyond < _DAY / 2:
            return _how_far(fit, name)
        if not name:
            return Message("you do not work on {day}", day=self._day(day))
        return Message("{name} does not work on {day}", name=name, day=self._day(day))

    def _off(self, key: str, span: Span) -> Message:
        party = self._party(key)
        day = to_local(span.start, zone_at(party, span.start)).date()
        parts = {"name": party.name, "day": self._day(day)}
        match isinstance(party, Owner), is_day_off(party.availability, day):
            case True, True:
                return Message("you are off on {day}", **parts)
            case True, False:
                return Message("you are off for a part of {day}", **parts)
            case False, True:
                return Message("{name} is off on {day}", **parts)
            case _:
                return Message("{name} is off for a part of {day}", **parts)

    def _no_room(self, meeting: Meeting) -> Message:
        minutes = int(meeting.span.length / timedelta(minutes=1))
        keys = " ".join(meeting.clients)
        return Message(
            "deadlines slots {keys} --duration {minutes}m --stretch shows what costs least", keys=keys, minutes=str(minutes)
        )

    def _clocks(self, meeting: Meeting) -> Clocks:
        return Clocks(meeting.span.start, self._client(meeting), self._owner, self._now)

    def _days(self, spans: Sequence[Span]) -> Message:
        days = tuple(self._day(self.on_day(one.start)) for one in spans)
        more = len(days) - _NAMED
        if more <= 0:
            return Message("{days}", days=days)
        return Counted("{days} and {n} more day", "{days} and {n} more days", more, days=days[:_NAMED])

    def _day(self, day: date) -> Day:
        return Day(day, to_local(self._now, self._owner.zone).year)

    def _client(self, meeting: Meeting) -> Client | None:
        return next((self._clients[key] for key in meeting.clients if key in self._clients), None)

    def _party(self, key: str) -> Party:
        return self._owner if key == _ME else self._clients[key]

    def _parties(self, meeting: Meeting) -> Iterator[Party]:
        yield self._owner
        yield from (self._clients[key] for key in meeting.clients if key in self._clients)


def _how_far(fit: Fit, name: str) -> Message:
    """How far a meeting is beyond the hours of somebody; the owner has no name here."""
    length = Length(fit.beyond)
    match fit.side, bool(name):
        case Side.BEFORE, False:
            return Message("{length} before your hours", length=length)
        case Side.BEFORE, True:
            return Message("{length} before the hours of {name}", length=length, name=name)
        case Side.BREAK, False:
            return Message("in your break")
        case Side.BREAK, True:
            return Message("in the break of {name}", name=name)
        case _, False:
            return Message("{length} after your hours", length=length)
        case _:
            return Message("{length} after the hours of {name}", length=length, name=name)


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterable[date]:
    """The dates between two instants on which the clock changes."""
    day = start
    while day < end:
        following = min(day + _DAY, end)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield _exactly(zone, day, following)
        day = following


def _exactly(zone: ZoneInfo, low: datetime, high: datetime) -> date:
    """The date of the change between two instants less than a day apart."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return low.astimezone(zone).date()
