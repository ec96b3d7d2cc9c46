"""Delivering digests: to each reader one a day, never two, and what went wrong is tried again.

    ledger says SENDING, and we hold the lock    whoever sent it died: UNKNOWN, said once; not sent again
    nothing is due                               nothing
    due, nothing to say                          QUIET: done for the day; what turns up later waits for tomorrow
    due                                          claim (a commit), hand over, settle (a commit)
                                                   taken                      SENT, and its findings are no longer new
                                                   not sent, may help later   FAILED: the next run tries again
                                                   not sent, needs somebody   REFUSED: tried again after an hour
                                                   no answer                  UNKNOWN

So nobody gets two. What it costs: a program that is killed, or a line that is cut, in the second between the end of a message and
the server's answer leaves that day's digest in doubt. It is not repeated; its findings stay new, so that the next digest has them
all and says that this one may not have arrived. `--now` sends it again at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.when import to_local
from deadlines.digest.compose import ON_TIME, Delay
from deadlines.digest.mail import message_id
from deadlines.digest.page import Page
from deadlines.digest.schedule import LOOK_BACK, Due, Schedule, due
from deadlines.digest.status import write_status
from deadlines.digest.write import write
from deadlines.errors import DeadlinesError, MailLater, MailUncertain, NotConfigured, Refused, TryLater, Unreachable
from deadlines.language.language import language
from deadlines.mail.base import address
from deadlines.store.digests import Delivery, Outcome
from deadlines.usecases.check import remember
from deadlines.usecases.desk import Desk
from deadlines.usecases.digest import READER, digest, digest_json
from deadlines.usecases.status import status

PATIENCE = timedelta(hours=1)
"""How long one that was refused rests before it is tried again: a wrong password that is tried often locks people out."""
_NOT_SENT = frozenset({Outcome.FAILED, Outcome.REFUSED})
_DONE = frozenset({Outcome.SENT, Outcome.QUIET})


class Reader(NamedTuple):
    """Who gets a digest. `address` is empty for who reads what is printed; `client` is None for me and mine."""

    address: str
    client: Client | None = None

    @property
    def name(self) -> str:
        """How the ledger calls him."""
        return self.address or "print" if self.client is None else f"client:{self.client.key}:{self.address}"


class Letter(NamedTuple):
    """What one reader is to be told. `told` is called when he was; `json` gives the documented shape."""

    reader: Reader
    day: date
    page: Page
    calm: bool
    json: Callable[[], Mapping[str, object]]
    told: Callable[[], None]


class Posted(NamedTuple):
    """What became of one letter. `error` says why it was not sent, or nobody knows."""

    reader: Reader
    day: date
    outcome: Outcome
    subject: str = ""
    error: DeadlinesError | None = None

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "to": self.reader.address,
            "client": "" if self.reader.client is None else self.reader.client.key,
            "day": self.day,
            "outcome": self.outcome.value,
            "subject": self.subject,
            "problem": "" if self.error is None else str(self.error),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """When to deliver: at a time of the reader's day, or at once (None). `heartbeat`: also where there is nothing to say."""

    at: time | None
    working_days_only: bool = False
    heartbeat: bool = False


Hand = Callable[[Letter, str], None]
"""Hands a letter over; the text is its Message-ID, empty where it is no mail."""


def readers(desk: Desk, *, client: str = "", to: Sequence[str] = ()) -> Sequence[Reader]:
    """Who gets a mail: the addresses that were typed, else those that the configuration knows.

    `UnknownName` for a client that is not configured, `Refused` or `NotConfigured` where nobody has an address.
    """
    named = desk.client(client)
    if to:
        return [Reader(address(one), named) for one in dict.fromkeys(to)]
    if named is not None:
        exact = [one for one in named.emails if not any(wild in one for wild in "*?[")]
        if not exact:
            hint = f"--to ADDRESS, or an address without * in [clients.{client}] emails of {desk.config}"
            raise Refused(f"client {client} has no address that a mail can be sent to", hint=hint)
        return [Reader(one, named) for one in exact]
    mail, me = desk.settings.mail, desk.settings.me
    found = (mail.to if mail is not None else ()) or ((me.email,) if me.email else ())
    if not found:
        raise NotConfigured("there is nobody to send a digest to", hint=f'email = "..." under [me] in {desk.config}')
    return [Reader(one) for one in found]


def letter(desk: Desk, reader: Reader, *, day: date | None = None, delay: Delay = ON_TIME) -> Letter:
    """What a reader is to be told now, in his language."""
    if reader.client is not None:
        found = status(desk, reader.client)
        page = write_status(found, language(reader.client.language))
        return Letter(reader, day or found.day, page, found.is_calm, lambda: {"status": found.as_json()}, lambda: None)
    name = f"{READER} {reader.address}" if reader.address else READER
    told, checked = digest(desk, reader=name, day=day, delay=delay)
    page = write(told, language(desk.settings.me.language))
    return Letter(reader, told.day, page, told.is_calm, lambda: digest_json(told, checked), lambda: remember(desk, checked))


def post(desk: Desk, people: Iterable[Reader], order: Order, hand: Hand) -> Sequence[Posted]:
    """Deliver what is due. Whoever calls this holds the lock of digests. Readers for whom nothing happened are left out."""
    posted: list[Posted] = []
    for reader in people:
        posted += _at_once(desk, reader, order, hand) if order.at is None else _scheduled(desk, reader, order, order.at, hand)
    return posted


def _at_once(desk: Desk, reader: Reader, order: Order, hand: Hand) -> Iterator[Posted]:
    """It does not count as the day's."""
    written = letter(desk, reader)
    if written.calm and not order.heartbeat:
        yield Posted(reader, written.day, Outcome.QUIET)
        return
    yield _handed_over(written, hand, _identity(desk, reader, written.day, salt=desk.new_uid()))


def _scheduled(desk: Desk, reader: Reader, order: Order, at: time, hand: Hand) -> Iterator[Posted]:
    party: Client | Owner = reader.client or desk.settings.me
    zone = zone_at(party, desk.now)
    today = to_local(desk.now, zone).date()
    ledger = {one.day: one for one in desk.store.digests.deliveries(reader.name, since=today - timedelta(days=LOOK_BACK + 1))}
    for lost in [one for one in ledger.values() if one.outcome is Outcome.SENDING]:
        yield _lost(desk, reader, lost)
        ledger[lost.day] = lost._replace(outcome=Outcome.UNKNOWN)
    schedule = Schedule(zone, at, party.availability if order.working_days_only else None)
    done = frozenset(day for day, one in ledger.items() if one.outcome not in _NOT_SENT)
    found = due(schedule, done, now=desk.now)
    if found is None or _rests(ledger.get(found.day), desk):
        return
    delay = Delay(found.since if found.late else None, found.missed, _unsure(ledger, found))
    written = letter(desk, reader, day=found.day, delay=delay)
    delivery = Delivery(reader.name, found.day, Outcome.SENDING, desk.now, _identity(desk, reader, found.day))
    if not desk.store.digests.claim(delivery):
        return  # somebody without our lock was faster
    if written.calm and not order.heartbeat:
        desk.store.digests.settle(delivery._replace(outcome=Outcome.QUIET))
        written.told()
        yield Posted(reader, found.day, Outcome.QUIET)
        return
    yield _handed_over(written, hand, delivery.message_id, settle=lambda one: _settle(desk, delivery, one))


def _handed_over(written: Letter, hand: Hand, identity: str, *, settle: Callable[[Posted], None] = lambda _: None) -> Posted:
    """Hand a letter over, write down what became of it, and remember what its reader was told."""
    outcome, error = Outcome.SENT, None
    try:
        hand(written, identity)
    except DeadlinesError as problem:
        outcome, error = _outcome(problem), problem
    posted = Posted(written.reader, written.day, outcome, written.page.subject, error)
    settle(posted)
    if outcome is Outcome.SENT:
        written.told()
    return posted


def _settle(desk: Desk, delivery: Delivery, posted: Posted) -> None:
    problem = "" if posted.error is None else str(posted.error)
    desk.store.digests.settle(delivery._replace(outcome=posted.outcome, problem=problem))


def _identity(desk: Desk, reader: Reader, day: date, *, salt: str = "") -> str:
    """The Message-ID, where it is to be a mail."""
    mail = desk.settings.mail
    return "" if mail is None or not reader.address else message_id(reader.name, day, mail.sender, salt=salt)


def _outcome(problem: DeadlinesError) -> Outcome:
    match problem:
        case MailUncertain():
            return Outcome.UNKNOWN
        case MailLater() | TryLater() | Unreachable():
            return Outcome.FAILED
        case _:
            return Outcome.REFUSED


def _lost(desk: Desk, reader: Reader, lost: Delivery) -> Posted:
    error = MailUncertain("digest", f"that of {lost.day} was being sent when the program ended: it may have arrived, or not")
    desk.store.digests.settle(lost._replace(outcome=Outcome.UNKNOWN, problem=str(error)))
    return Posted(reader, lost.day, Outcome.UNKNOWN, error=error)


def _rests(last: Delivery | None, desk: Desk) -> bool:
    return last is not None and last.outcome is Outcome.REFUSED and abs(desk.now - last.at) < PATIENCE


def _unsure(ledger: Mapping[date, Delivery], found: Due) -> tuple[date, ...]:
    """The days since the last one that arrived whose digest may not have."""
    arrived = max((day for day, one in ledger.items() if one.outcome in _DONE and day < found.day), default=date.min)
    return tuple(day for day, one in ledger.items() if one.outcome is Outcome.UNKNOWN and arrived < day < found.day)
