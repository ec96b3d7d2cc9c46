"""`deadlines meet`: a meeting in the calendar, and, if that is asked for, invitations to it by mail.

`plan` reads what was typed and refuses what cannot be; nothing is kept and nobody told. `keep` puts it in the calendar. With a
mailer it happens in three steps, so that whatever interrupts them, the calendar never says more than is true:

    the meeting is kept, nobody invited            an error here: nothing happened
    the mail is handed over                        refused, or no answer: the meeting is taken out again, nothing was sent;
                                                   nobody knows whether it was sent: the meeting stays, and that is reported
    the meeting is kept with its attendees         what only some addresses did not take is reported
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from deadlines.core.client import Client
from deadlines.core.duration import parse_duration
from deadlines.core.meeting import Meeting
from deadlines.core.phrase import parse_when
from deadlines.core.series import Part, Series, instances
from deadlines.core.settings import Mode
from deadlines.core.span import Span
from deadlines.core.when import Zoned, on_clock, utc
from deadlines.core.zone_names import find_zone
from deadlines.errors import CodecError, InputError, MailUncertain, Refused, StoreError
from deadlines.ical.build import new_event
from deadlines.ical.people import Organizer, invite, request
from deadlines.mail.base import Mailer, address
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.mail_notes import invited_note
from deadlines.usecases.meeting_view import MeetingView, meeting_view
from deadlines.usecases.meetings import meetings

if TYPE_CHECKING:
    from email.message import EmailMessage

_AHEAD = timedelta(weeks=8)
"""So far a meeting that repeats is compared with what I do otherwise."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_WILD = frozenset("*?[")


class Wish(NamedTuple):
    """What was typed. `clients` are keys, one at least; `at` is read on the clock of a single client, else on mine."""

    clients: tuple[str, ...]
    summary: str
    at: str
    duration: str
    calendar: str = ""
    location: str = ""
    url: str = ""
    repeat: str = ""
    note: str = ""
    to: tuple[str, ...] = ()


class Planned(NamedTuple):
    """A meeting that could be kept. `text` invites nobody; `clashes` are my other affairs at that time, for some weeks ahead."""

    uid: str
    calendar: str
    text: str
    start: Zoned
    length: timedelta
    rule: str
    clients: tuple[Client, ...]
    clashes: tuple[MeetingView, ...]


class Met(NamedTuple):
    """A meeting that is in the calendar. `unreached` says why which address did not take the invitation.

    `doubt` says what is not known for sure, after the mail server did not answer or the database was busy; empty if all is well.
    """

    run: int
    meeting: MeetingView
    invited: tuple[str, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    doubt: str = ""


def plan(desk: Desk, wish: Wish) -> Planned:
    """Read what was typed. Raises `InputError` with what to type instead."""
    clients = tuple(client for key in dict.fromkeys(wish.clients) if (client := desk.client(key)) is not None)
    if not clients:
        raise InputError("a meeting needs somebody to meet", hint='for example: deadlines meet acme "Call" --at "tue 15:00"')
    summary = " ".join(wish.summary.split())
    if not summary:
        raise InputError("a meeting needs a summary", hint='for example: deadlines meet acme "Call" --at "tue 15:00"')
    start, length = _start(desk, wish, clients), _length(wish)
    calendar = _calendar(desk, wish, clients)
    rule = _rule(wish)
    uid = desk.new_uid()
    try:
        text = new_event(
            uid=uid,
            summary=summary,
            start=start,
            end=_end(start, length),
            description=wish.note,
            location=wish.location,
            url=_url(wish),
            categories=_labels(desk, clients, calendar),
            rrule=rule,
            now=desk.now,
        )
    except (CodecError, OverflowError) as error:
        raise InputError(f"this cannot be written down as a meeting: {error}") from error
    return Planned(uid, calendar, text, start, length, rule, clients, _clashes(desk, start, length, rule))


def keep(desk: Desk, planned: Planned) -> Met:
    """Put the meeting in the calendar. Nobody is told."""
    record, run = _put(desk, planned, run=None)
    return Met(run, _view(desk, planned, record))


def invitees(desk: Desk, planned: Planned, to: Sequence[str]) -> tuple[str, ...]:
    """Whom an invitation would go to: `to`, else every address of the clients that is one and no pattern."""
    if not desk.settings.me.email:
        raise InputError("an invitation says who invites, and you have no address", hint="set email in [me] in the configuration")
    address(desk.settings.me.email)
    if to:
        return tuple(dict.fromkeys(map(address, to)))
    found: list[str] = []
    for client in planned.clients:
        exact = [email for email in client.emails if _WILD.isdisjoint(email)]
        if not exact:
            patterns = ", ".join(client.emails)
            but = f"its emails are patterns ({patterns})" if patterns else "it has no emails"
            raise InputError(
                f"client {client.key} has no address that an invitation could go to: {but}",
                hint=f"name one: --to somebody{_domain(client.emails)}; or `deadlines client edit {client.key} --email ADDRESS`",
            )
        found += map(address, exact)
    return tuple(dict.fromkeys(found))


def keep_and_invite(desk: Desk, planned: Planned, mailer: Mailer, people: Sequence[str]) -> Met:
    """Put the meeting in the calendar and invite people. After an error nothing is kept and nobody was told."""
    me = desk.settings.me
    text = invite(planned.text, Organizer(me.email, me.name), people)
    message = _invitation(desk, planned, text, people)
    run = desk.store.new_run(RunKind.COMMAND, desk.command, now=desk.now)
    record, _ = _put(desk, planned, run=run)
    doubt = ""
    try:
        unreached = dict(mailer.send(message, recipients=people))
    except MailUncertain as error:
        unreached, doubt = {}, f"nobody knows whether the invitation was sent: {error}"
    except BaseException:
        _take_back(desk, record, run)
        raise
    told = [person for person in people if person not in unreached]
    note = invited_note(told) + (", if the mail was sent" if doubt else "")
    try:
        record = _put_invited(desk, record, text, note, run)
    except StoreError as error:
        doubt = f"the invitation was sent, but the calendar does not show whom it went to: {error}"
    return Met(run, _view(desk, planned, record), tuple(told), tuple(unreached.items()), doubt)


def _put(desk: Desk, planned: Planned, *, run: int | None) -> tuple[Record, int]:
    uid, index = desk.index(planned.text, planned.calendar)
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now, run=run) as writer:
        saved = writer.put(Record(uid=uid, calendar=planned.calendar, ical=planned.text, index=index))
        return saved, writer.run


def _put_invited(desk: Desk, record: Record, text: str, note: str, run: int) -> Record:
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now, run=run) as writer:
        present = desk.store.get(record.id)
        if present is None or present.ical != record.ical:
            raise Refused(
                "the invitation was sent, but somebody changed the meeting meanwhile", hint="look at it in the calendar"
            )
        _, index = desk.index(text, record.calendar)
        return writer.put(replace(present, ical=text, index=index), note=note)


def _take_back(desk: Desk, record: Record, run: int) -> None:
    """Nobody was told: the meeting is not kept either."""
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now, run=run) as writer:
        present = desk.store.get(record.id)
        if present is not None:
            writer.put(replace(present, ical=None), note="the invitation could not be sent")


def _start(desk: Desk, wish: Wish, clients: Sequence[Client]) -> Zoned:
    client = clients[0] if len(clients) == 1 else None
    when = parse_when(wish.at, now=desk.now, client=client, owner=desk.settings.me, find_zone=find_zone)
    if not isinstance(when, Zoned):
        raise InputError(f"a meeting needs a time of day: {wish.at!r} is a date", hint=f'for example --at "{wish.at} 15:00"')
    return when


def _end(start: Zoned, length: timedelta) -> Zoned:
    """In UTC where the clock of the start cannot say it: in the second pass of a repeated hour."""
    end = start.instant + length
    return on_clock(end, start.zone) if isinstance(start.zone, ZoneInfo) else utc(end)


def _length(wish: Wish) -> timedelta:
    length = parse_duration(wish.duration)
    if length <= timedelta():
        raise InputError(f"a meeting lasts a while: {wish.duration!r} is no length", hint="for example --duration 45m")
    return length


def _calendar(desk: Desk, wish: Wish, clients: Sequence[Client]) -> str:
    theirs = clients[0].calendar if len(clients) == 1 else ""
    name = desk.calendar(wish.calendar or theirs or desk.settings.me.default_calendar)
    known = desk.settings.calendars.get(name)
    if known is not None and known.mode is Mode.READ_ONLY:
        raise Refused(f"calendar {name} is read-only", hint="name another one with --calendar")
    return name


def _rule(wish: Wish) -> str:
    if not wish.repeat:
        return ""
    from deadlines.core.repeat import parse_repeat  # noqa: PLC0415 # only a meeting that repeats pays for it

    return parse_repeat(wish.repeat)


def _url(wish: Wish) -> str:
    if wish.url and not _URL.fullmatch(wish.url):
        raise InputError(f"not a URL: {wish.url!r}", hint="for example --url https://meet.example.org/kick-off")
    return wish.url


def _labels(desk: Desk, clients: Sequence[Client], calendar: str) -> tuple[str, ...]:
    """The categories that say whose meeting it is, where the calendar does not."""
    if len(clients) == 1 and desk.index.client_of((), calendar) is clients[0]:
        return ()
    return tuple(client.key for client in clients)


def _clashes(desk: Desk, start: Zoned, length: timedelta, rule: str) -> tuple[MeetingView, ...]:
    begin = start.instant
    reach = Span(begin, begin + length + (_AHEAD if rule else timedelta()))
    series = Series(Part(start, _end(start, length)), rule)
    mine = [one.span for one in instances(series, reach, start.zone).instances]

    def meets(other: Meeting) -> bool:
        return other.busy and any(span.start < other.span.end and other.span.start < span.end for span in mine)

    found = (other for other in meetings(desk.store, desk.settings, reach) if meets(other))
    return tuple(meeting_view(other, desk.settings, now=desk.now) for other in found)


def _view(desk: Desk, planned: Planned, record: Record) -> MeetingView:
    """The first instance of what was kept."""
    span = Span(planned.start.instant, planned.start.instant + planned.length)
    found = [one for one in meetings(desk.store, desk.settings, span) if one.id == record.id]
    return meeting_view(found[0], desk.settings, now=desk.now)


def _domain(emails: Sequence[str]) -> str:
    """`@acme.example` where a pattern says so, for the hint."""
    tails = ("@" + email.rpartition("@")[2] for email in emails if "@" in email)
    return next((tail for tail in tails if _WILD.isdisjoint(tail)), "@example.org")


def _invitation(desk: Desk, planned: Planned, text: str, people: Sequence[str]) -> EmailMessage:
    from deadlines.usecases.invitation_text import Occasion, letter  # noqa: PLC0415 # only an invitation pays for it

    start = planned.start.instant
    occasion = Occasion(desk, text, Span(start, start + planned.length), planned.clients)
    return letter(
        desk,
        to=people,
        said=occasion.invitation(),
        calendar=request(text),
        language=occasion.language.code,
    )
