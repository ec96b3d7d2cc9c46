"""From a `Digest` to a `Page` in the language of its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.clocks import city
from deadlines.core.findings import Code, Severity
from deadlines.core.meeting import Meeting
from deadlines.core.message import Clock, Clocks, Counted, Day, Length, Message
from deadlines.core.when import AllDay
from deadlines.digest.compose import Digest, Entry, Group, Kind, Section, State
from deadlines.digest.page import Block, Item, Page, Part, Tone
from deadlines.language.language import Language

Say = Callable[[str], str]

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.PLAIN}
_KINDS = {
    Kind.MISSED: Message("Missed"),
    Kind.WILL_BE_MISSED: Message("Will be missed"),
    Kind.DUE_SOON: Message("Due soon"),
    Kind.MEETINGS: Message("Meetings to look at"),
    Kind.MOVED: Message("Moved in the calendar"),
    Kind.DATES: Message("Dates to look at"),
    Kind.QUOTAS: Message("Quotas"),
    Kind.RELATIONS: Message("To be in touch about"),
}
_MOST = 50
"""So many matters of a kind are told; of more, only how many there are."""
_MANY = 3
"""From so many missed days on, only the first and the last are named."""


def write(digest: Digest, language: Language) -> Page:
    """Say it."""
    say = language.text
    lead = _lead(digest)
    day = Day(digest.day, digest.day.year)
    return Page(
        language=language.code,
        title=say(Message("Deadlines, {day}", day=Day(digest.day, 0))),
        subject=say(Message("Deadlines {day}: {lead}", day=day, lead=lead)),
        lead=say(lead),
        notices=tuple(map(say, _notices(digest))),
        blocks=tuple(_blocks(digest, say)),
        footer=tuple(map(say, _footer(digest))),
    )


def _lead(digest: Digest) -> Message:
    """`2 missed, 1 due soon`; what is not among the first three kinds is summed up."""
    if digest.is_calm:
        return Message("all well")
    counts: dict[Kind | None, int] = {}
    for group in digest.groups:
        for section in group.sections:
            kind = section.kind if section.kind in {Kind.MISSED, Kind.WILL_BE_MISSED, Kind.DUE_SOON} else None
            counts[kind] = counts.get(kind, 0) + len(section.entries)
    parts = [
        Counted("{n} missed", "{n} missed", counts.get(Kind.MISSED, 0)),
        Counted("{n} will be missed", "{n} will be missed", counts.get(Kind.WILL_BE_MISSED, 0)),
        Counted("{n} due soon", "{n} due soon", counts.get(Kind.DUE_SOON, 0)),
        Counted("{n} other matter", "{n} other matters", counts.get(None, 0)),
        Counted("{n} problem with your data", "{n} problems with your data", len(digest.health)),
        Counted("{n} resolved", "{n} resolved", len(digest.resolved)),
    ]
    return Message("{parts}", parts=tuple(part for part in parts if part.n))


def _notices(digest: Digest) -> Iterator[Message]:
    delay, year = digest.delay, digest.day.year
    if delay.since is not None:
        yield Message("This digest is late: it was due {clock}.", clock=Clock(delay.since, digest.owner, digest.now))
    if len(delay.missed) > _MANY:
        first, last = Day(delay.missed[0], year), Day(delay.missed[-1], year)
        yield Counted(
            "No digest came on {n} day.",
            "No digest came on {n} days, {first} to {last}.",
            len(delay.missed),
            first=first,
            last=last,
        )
    elif delay.missed:
        yield Message("No digest came on {days}.", days=tuple(Day(day, year) for day in delay.missed))
    if delay.unsure:
        days = tuple(Day(day, year) for day in delay.unsure)
        yield Message("The digest of {days} may not have arrived: the line broke while it was sent.", days=days)


def _blocks(digest: Digest, say: Say) -> Iterator[Block]:
    if digest.health:
        items = tuple(_items(digest.health, say, titled=False))
        yield Block(say(Message("Your data")), (Part("", items, _tone(digest.health)),))
    for group in digest.groups:
        yield _group(group, digest, say)
    if digest.meetings:
        items = tuple(_appointment(meeting, digest, say) for meeting in digest.meetings)
        yield Block(say(Message("Today's meetings")), (Part("", items),))
    if digest.resolved:
        items = tuple(Item(_subject(entry, say, titled=False)) for entry in digest.resolved[:_MOST])
        yield Block(say(Message("Resolved")), (Part("", items, Tone.GOOD),))


def _group(group: Group, digest: Digest, say: Say) -> Block:
    parts = tuple(_part(section, say) for section in group.sections)
    client = group.client
    if client is None:
        return Block(say(Message("Without a client")), parts)
    return Block(client.name, parts, say(here_and_now(client, now=digest.now)))


def here_and_now(party: Client | Owner, *, now: datetime) -> Message:
    """Where they are, and what their clock shows."""
    return Message("{city}, now {clock}", city=city(zone_at(party, now).key), clock=Clock(now, party, now))


def _part(section: Section, say: Say) -> Part:
    named = section.kind in {Kind.MISSED, Kind.WILL_BE_MISSED, Kind.DUE_SOON, Kind.MOVED}
    return Part(say(_KINDS[section.kind]), tuple(_items(section.entries, say, titled=named)), _tone(section.entries))


def _items(entries: Sequence[Entry], say: Say, *, titled: bool) -> Iterator[Item]:
    """The worst and most urgent, which come first, and how many more there are."""
    yield from (_item(entry, say, titled=titled) for entry in entries[:_MOST])
    more = len(entries) - _MOST
    if more > 0:
        yield Item(say(Counted("and {n} more: deadlines check", "and {n} more: deadlines check", more)))


def _item(entry: Entry, say: Say, *, titled: bool) -> Item:
    finding = entry.finding
    return Item(
        subject=_subject(entry, say, titled=titled),
        details=(say(finding.message),),
        badge=say(Message("new")) if entry.state is State.NEW else "",
        remedy=say(finding.remedy),
        mark=finding.id,
    )


def _subject(entry: Entry, say: Say, *, titled: bool) -> str:
    """What it is about, with the name of the matter where the heading does not say it."""
    finding = entry.finding
    title = say(finding.code.title)
    if not finding.summary:
        return title
    return finding.summary if titled else f"{finding.summary}: {title}"


def _tone(entries: Sequence[Entry]) -> Tone:
    return _TONES[max((entry.finding.severity for entry in entries), key=lambda severity: severity.rank)]


def _appointment(meeting: Meeting, digest: Digest, say: Say) -> Item:
    client = next((digest.clients[key] for key in meeting.clients if key in digest.clients), None)
    when = say(time_of(meeting, client, digest.owner, now=digest.now))
    place = (meeting.location,) if meeting.location else ()
    return Item(meeting.summary or say(Message("busy")), (when, *place), client.name if client else "")


def time_of(meeting: Meeting, client: Client | None, owner: Owner, *, now: datetime) -> Message:
    """When a meeting takes place on both clocks, and how long it lasts."""
    if isinstance(meeting.start, AllDay):
        return Message("all day")
    clocks = Clocks(meeting.span.start, client, owner, now, meeting.start)
    return Message("{clocks}, {length}", clocks=clocks, length=Length(meeting.span.length))


def _footer(digest: Digest) -> Iterator[Message]:
    yield Counted("{n} open task.", "{n} open tasks.", digest.open_tasks)
    now = digest.now
    known = tuple(
        Message("{calendar} {clock}", calendar=one.calendar, clock=Clock(one.at, digest.owner, now))
        for one in digest.synced
        if one.at is not None
    )
    never = tuple(one.calendar for one in digest.synced if one.at is None)
    if known:
        yield Message("Last synced: {calendars}.", calendars=known)
    if never:
        yield Message("Never synced: {calendars}.", calendars=never)
    if any(entry.finding.code is not Code.UNREADABLE for entry in digest.holding):
        yield Message("deadlines check shows more; deadlines ack and deadlines snooze silence a matter by its identity.")
