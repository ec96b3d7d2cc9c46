"""Changing meetings: a single one, or a series as a whole.

What a number names is a whole event. The time that is typed is the one that the next instance is to have, so a series moves by as
much as that one moves, on its own clock, the instances gone by included. A series is moved only if nothing in it hangs on the
old times (single instances that were changed, added or taken out) and its rule yields the new ones. An event that was sent by
somebody else, or of which the server would mail people, is left to the program that did the inviting: of our own invitations
(`ical/people`) nobody is told, and the answer says who counts on the old one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.client import Client
from deadlines.core.duration import parse_duration
from deadlines.core.phrase import parse_when
from deadlines.core.recurrence import doubt, expand
from deadlines.core.series import Part, Series
from deadlines.core.settings import TIME
from deadlines.core.when import AllDay, Floating, When, Zoned, on_clock, utc
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError, Refused
from deadlines.ical.event import Revision, revise
from deadlines.ical.moments import same, wall
from deadlines.ical.people import invited, server_invites
from deadlines.ical.scan import Component, scan
from deadlines.ical.series import read_series
from deadlines.store.base import Row, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import NOTHING
from deadlines.usecases.find import record_of
from deadlines.usecases.meetings import next_meeting
from deadlines.usecases.parties import Parties
from deadlines.usecases.showing import ShownMeeting, show_item

_ELSEWHERE = "change it in your calendar program"
_FAR = datetime(9000, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """What was typed; None: nothing was said about it. Times are read on the clock of a single client, else on mine."""

    summary: str | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    location: str | None = None
    note: str | None = None

    @property
    def moves(self) -> bool:
        """Whether it says anything of when."""
        return self.start is not None or self.says_end

    @property
    def says_end(self) -> bool:
        """Whether it says when it ends."""
        return (self.end, self.duration) != (None, None)


class Altered(NamedTuple):
    """An event after a change. `run` is 0 where nothing changed; `untold` were invited, and know the old one."""

    run: int
    shown: ShownMeeting
    untold: tuple[str, ...]


def alter(desk: Desk, row: Row, change: Change) -> Altered:
    """Change an event; what is not named keeps its very bytes. `InputError` says why not, and what to do."""
    if row.calendar == TIME:
        hint = f"deadlines remove {row.id} takes it away, and deadlines spent says it anew"
        raise Refused(f"{row.index.summary} is time spent on a task", hint=hint)
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now) as writer:
        record, text = record_of(desk, row)
        root = scan(text)
        series = read_series(root).series
        if series.master is None:
            raise Refused("it is an instance of a series that is kept elsewhere", hint=_ELSEWHERE)
        if server_invites(text):
            raise Refused("people were invited to it by another program", hint="change it there, so that they are told")
        start, end = _times(desk, row, change, series, series.master) if change.moves else (None, None)
        if not (change.says_end or _has_end(root)):
            end = None  # DURATION says it, or nothing: it moves along
        revision = Revision(_summary(change.summary), _text(change.note), _text(change.location), start, end)
        revised = revise(text, revision, now=desk.now)
        if revised != text:
            writer.put(replace(record, ical=revised, index=desk.index(revised, record.calendar)[1]))
        run = writer.run
    shown = show_item(desk, str(row.id))
    assert isinstance(shown, ShownMeeting)
    me = desk.settings.me.email.casefold()
    return Altered(run, shown, tuple(one for one in invited(revised) if run and one.casefold() != me))


def _summary(typed: str | None) -> str | None:
    if typed is None:
        return None
    if not (summary := " ".join(typed.split())):
        raise InputError("a meeting needs a summary", hint="leave --summary out")
    return summary


def _text(typed: str | None) -> str | None:
    return "" if typed is not None and typed in NOTHING else typed


def _times(desk: Desk, row: Row, change: Change, series: Series, master: Part) -> tuple[When | None, When | None]:
    """Start and end to be written, None where they stay."""
    if change.end is not None and change.duration is not None:
        raise InputError("--end and --duration both say when it ends", hint="leave one of them out")
    shown = next_meeting(desk.store, desk.settings, row, now=desk.now) if series.repeats else None
    old = (shown.start, shown.end) if shown is not None else (master.start, master.end)
    if isinstance(old[0], Floating) or not isinstance(old[1], type(old[0])):
        raise Refused("it has no time on a clock", hint=_ELSEWHERE)
    client = _client(desk, row, master)
    start = old[0] if change.start is None else _moment(desk, change.start, client, old[0])
    end = _end(desk, change, client, old, start)
    if series.repeats:
        start, end = _of_series(series, master, old[0], start, end)
    return None if same(start, master.start) else start, None if same(end, master.end) else end


def _has_end(root: Component) -> bool:
    masters = (event for event in root.children if event.name == "VEVENT" and event.first("RECURRENCE-ID") is None)
    return next(masters).first("DTEND") is not None


def _client(desk: Desk, row: Row, master: Part) -> Client | None:
    keys = Parties(desk.index, row.calendar).of(master)
    return desk.settings.clients[keys[0]] if len(keys) == 1 else None


def _moment(desk: Desk, typed: str, client: Client | None, model: When) -> When:
    """What was typed, a date where the event has dates and a time where it has times."""
    when = parse_when(typed, now=desk.now, client=client, owner=desk.settings.me, find_zone=find_zone)
    if isinstance(when, AllDay) is not isinstance(model, AllDay):
        wanted = "a date" if isinstance(model, AllDay) else "a time of day"
        raise InputError(f"{typed!r}: {wanted} is wanted, as the meeting has it now", hint=f"else {_ELSEWHERE}")
    return when


def _end(desk: Desk, change: Change, client: Client | None, old: tuple[When, When], start: When) -> When:
    """When it ends if it begins at `start`: as is said, else after as long as it takes now."""
    if change.end is not None:
        end = _moment(desk, change.end, client, start)
        if isinstance(end, AllDay):
            end = AllDay(end.date + timedelta(days=1))  # DTEND is the day after the last (RFC 5545 §3.6.1)
        length = _between(start, end)
    else:
        length = _between(*old) if change.duration is None else parse_duration(change.duration)
    if length <= timedelta() and (length < timedelta() or change.says_end):
        raise InputError("it would end before it starts", hint="change --start, --end or --duration")
    if isinstance(start, AllDay) and length % timedelta(days=1):
        raise InputError("it takes whole days", hint="for example --duration 2d")
    return _later(start, length)


def _between(start: When, end: When) -> timedelta:
    if isinstance(start, Zoned) and isinstance(end, Zoned):
        return end.instant - start.instant
    return wall(end) - wall(start)


def _later(start: When, length: timedelta) -> When:
    """An exact time later; in UTC where the clock of the start cannot say it."""
    if isinstance(start, AllDay):
        return AllDay(start.date + length)
    assert isinstance(start, Zoned)
    instant = start.instant + length
    return on_clock(instant, start.zone) if isinstance(start.zone, ZoneInfo) else utc(instant)


def _of_series(series: Series, master: Part, old: When, start: When, end: When) -> tuple[When, When]:
    """Start and end of the first instance, if one at `old` is to be from `start` to `end`."""
    length = _between(start, end)
    first = _moved(master.start, old, start)
    if not same(first, master.start):
        _refuse_loss(series, master, first)
    return first, _later(first, length)


def _moved(first: When, old: When, new: When) -> When:
    """`first` as much later on its own clock as `new` is than `old` there."""
    if isinstance(first, AllDay):
        return AllDay(first.date + (wall(new) - wall(old)))
    assert isinstance(first, Zoned)
    assert isinstance(old, Zoned)
    assert isinstance(new, Zoned)
    on = new.instant.astimezone(first.zone).replace(tzinfo=None)
    return replace(first, local=first.local + (on - old.local))


def _refuse_loss(series: Series, master: Part, first: When) -> None:
    """A series whose instances would not all come along is not moved."""
    if series.overrides or series.exdates or series.extras:
        hint = f"{_ELSEWHERE}; summary, place and note can be changed here"
        raise Refused("single instances of the series were changed, added or taken out, and belong to its old times", hint=hint)
    if (said := doubt(series.rrule, first)) and said != doubt(series.rrule, master.start):
        raise Refused(f"the rule {series.rrule} {said} then", hint=f"{_ELSEWHERE}: a series that ends, and another one")
    if "UNTIL" in series.rrule.upper():
        before, after = (len(expand(series.rrule, start, before=_FAR).instances) for start in (master.start, first))
        if before != after:
            raise Refused(f"the rule {series.rrule} would have {after} instances and not {before}", hint=_ELSEWHERE)
