"""Slots as text for people: a table on everybody's clock, and why there is nothing better.

Where the table is wider than the terminal, each slot is a paragraph, for what it says of each clock and why is worth its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deadlines.cli.table import PLAIN, Column, Painted, Role, Screen, table
from deadlines.core.client import Client, zone_at
from deadlines.core.clocks import amount, city, one_clock
from deadlines.core.display import clean, width
from deadlines.core.slots import Slot
from deadlines.core.span import Span
from deadlines.core.weekdays import SHORT_DAYS
from deadlines.usecases.slots import Offer


def slots_text(offer: Offer, screen: Screen) -> str:
    """What is in the way, and then the slots."""
    return _obstacle(offer, screen) + (_as_table(offer, screen) if _fits(offer, screen) else _as_paragraphs(offer, screen))


def _fits(offer: Offer, screen: Screen) -> bool:
    lines = _as_table(offer, PLAIN).splitlines()
    return screen.columns is None or max(map(width, lines), default=0) <= screen.columns


def _as_table(offer: Offer, screen: Screen) -> str:
    clocks = (Column(key.upper()) for key in offer.clients)
    columns = (Column("SLOT"), *clocks, Column("SCORE", right=True), Column("WHY", flexible=True))
    return table(columns, [_row(offer, slot) for slot in offer.slots], screen)


def _as_paragraphs(offer: Offer, screen: Screen) -> str:
    return "".join(f"{line}\n" for slot in offer.slots for line in _paragraph(offer, slot, screen))


def _paragraph(offer: Offer, slot: Slot, screen: Screen) -> Iterator[str]:
    mine, *theirs, score, why = _row(offer, slot)
    room = max(map(width, offer.clients))
    yield screen.paint(f"{mine}  score {score}", Role.HEADING)
    for key, shown in zip(offer.clients, theirs, strict=True):
        yield f"  {key}{' ' * (room - width(key))}  {shown}"
    yield from (screen.paint(line, _role(slot)) for line in screen.wrapped(clean(why), "  ", "  "))


def _row(offer: Offer, slot: Slot) -> Sequence[str]:
    zone = zone_at(offer.owner, slot.span.start)
    day = slot.span.start.astimezone(zone).weekday()
    return (
        _mine(slot.span, zone, now=offer.now),
        *(_theirs(slot.span, client, day) for client in offer.clients.values()),
        str(slot.score),
        Painted(offer.words.why(slot), _role(slot)),
    )


def _role(slot: Slot) -> Role:
    return Role.SOON if slot.outside else Role.GOOD


def _obstacle(offer: Offer, screen: Screen) -> str:
    if offer.cause is None:
        return ""
    words = offer.words
    length = amount(offer.request.duration // timedelta(minutes=1))
    why = f"No {length} inside everybody's hours: {words.cause(offer.cause, offer.strangers, offer.request)}."
    lines = [screen.paint(line, Role.SOON) for line in screen.wrapped(clean(why), rest="  ")]
    for one in offer.relaxations:
        found = _mine(one.span, zone_at(offer.owner, one.span.start), now=offer.now)
        lines.append(f"  {words.option(one, offer.request)} would give {found}")
    if offer.slots:
        lines += ["", "These cost least, and take turns in whose time it is:"]
    return "\n".join(lines) + "\n"


def _mine(span: Span, zone: ZoneInfo, *, now: datetime) -> str:
    return f"{one_clock(span.start, zone, now=now)}-{span.end.astimezone(zone):%H:%M}"


def _theirs(span: Span, client: Client, day: int) -> str:
    """`09:30-10:15 New York`, the weekday before it where it is another than mine."""
    zone = zone_at(client, span.start)
    start = span.start.astimezone(zone)
    there = "" if start.weekday() == day else f"{SHORT_DAYS[start.weekday()]} "
    return f"{there}{start:%H:%M}-{span.end.astimezone(zone):%H:%M} {city(zone.key)}"
