"""Free slots for a meeting with clients: their hours and mine, less what is in any of my calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.due import start_instant
from deadlines.core.phrase import parse_when
from deadlines.core.slot_words import SlotWords
from deadlines.core.slots import HORIZON, Cause, Relaxation, Request, Slot, cause, inside, relaxations, strangers, stretched
from deadlines.core.span import Span
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError
from deadlines.usecases.desk import Desk
from deadlines.usecases.meetings import busy

ME = "me"
_LONGEST = timedelta(days=366)
_LONGEST_MEETING = timedelta(hours=24)


class Wanted(NamedTuple):
    """What is looked for. `start` is a phrase on my clock, empty for now; `stretch` offers what is outside hours, too."""

    keys: Sequence[str]
    duration: timedelta
    within: timedelta = timedelta(weeks=2)
    limit: int = 5
    start: str = ""
    stretch: bool = False


class Offer(NamedTuple):
    """The slots, the best first. Where none is inside everybody's hours: why, whose hours never meet, and what would give one."""

    owner: Owner
    clients: Mapping[str, Client]
    request: Request
    slots: Sequence[Slot]
    cause: Cause | None
    strangers: Sequence[tuple[str, str]]
    relaxations: Sequence[Relaxation]
    now: datetime

    @property
    def words(self) -> SlotWords:
        """Says things about the slots."""
        return SlotWords(self.owner, self.clients, self.now)

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        words = self.words
        return {
            "slots": [self._slot_json(slot) for slot in self.slots],
            "cause": None if self.cause is None else self.cause.value,
            "message": words.cause(self.cause, self.strangers, self.request) if self.cause else None,
            "relaxations": [
                {
                    "relax": one.relax.value,
                    "option": words.option(one, self.request),
                    "start": one.span.start,
                    "end": one.span.end,
                }
                for one in self.relaxations
            ],
        }

    def _slot_json(self, slot: Slot) -> dict[str, object]:
        start = slot.span.start
        return {
            "start": start,
            "end": slot.span.end,
            "mine": start.astimezone(zone_at(self.owner, start)).isoformat(),
            "clients": {key: start.astimezone(zone_at(client, start)).isoformat() for key, client in self.clients.items()},
            "score": slot.score,
            "why": self.words.why(slot),
            "outside": slot.outside,
        }


def slots(desk: Desk, wanted: Wanted) -> Offer:
    """Free slots. `UnknownName` for a client, `InputError` for what cannot be looked for."""
    clients = {key: client for key in wanted.keys if (client := desk.client(key)) is not None}
    request = _request(desk, wanted, clients)
    found = inside(request)
    if found and (not wanted.stretch or len(found) == wanted.limit):
        return Offer(desk.settings.me, clients, request, found, None, (), (), desk.now)
    if found:
        taken = {slot.span for slot in found}
        more = [slot for slot in stretched(request) if slot.outside and slot.span not in taken]
        return Offer(desk.settings.me, clients, request, [*found, *more][: wanted.limit], None, (), (), desk.now)
    why = cause(request)
    apart = strangers(request.parties, request.span) if why is Cause.APART else ()
    return Offer(
        desk.settings.me, clients, request, stretched(request), why, apart, tuple(relaxations(request)), desk.now
    )  # fmt: skip


def _request(desk: Desk, wanted: Wanted, clients: Mapping[str, Client]) -> Request:
    if not timedelta() < wanted.duration <= _LONGEST_MEETING:
        raise InputError("a meeting lasts a day at most", hint="for example --duration 45m")
    if not wanted.duration <= wanted.within <= _LONGEST:
        raise InputError("slots are looked for within the length of the meeting and 366 days", hint="for example --within 2w")
    me = desk.settings.me
    start = desk.now
    if wanted.start:
        when = parse_when(wanted.start, now=desk.now, client=None, owner=me, find_zone=find_zone)
        start = max(start_instant(when, client=None, owner=me), desk.now)
    span = Span(start, start + wanted.within)
    parties = {ME: me.availability} | {key: client.availability for key, client in clients.items()}
    taken = busy(desk.store, desk.settings, Span(start, span.end + HORIZON))
    return Request(parties, taken, span, wanted.duration, wanted.limit)
