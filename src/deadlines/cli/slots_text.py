"""Slots as text for people: a table on everybody's clock, and why there is nothing better."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import Client, zone_at
from deadlines.core.clocks import amount, city, one_clock
from deadlines.core.display import clean
from deadlines.core.span import Span
from deadlines.core.weekdays import SHORT_DAYS
from deadlines.usecases.slots import Offer


def slots_text(offer: Offer, screen: Screen) -> str:
    """The table, and before it what is in the way."""
    columns = (
        Column("SLOT"),
        *(Column(key.upper()) for key in offer.clients),
        Column("SCORE", right=True),
        Column("WHY", flexible=True),
    )
    rows = [
        (
            _mine(slot.span, zone_at(offer.owner, slot.span.start), now=offer.now),
            *(_theirs(slot.span, client) for client in offer.clients.values()),
            str(slot.score),
            Painted(offer.words.why(slot), Role.SOON if slot.outside else Role.GOOD),
        )
        for slot in offer.slots
    ]
    return _obstacle(offer, screen) + table(columns, rows, screen)


def _obstacle(offer: Offer, screen: Screen) -> str:
    if offer.cause is None:
        return ""
    words = offer.words
    lines = [
        screen.paint(
            clean(f"No {amount(offer.request.duration // timedelta(minutes=1))} inside everybody's hours: "
                  f"{words.cause(offer.cause, offer.strangers, offer.request)}."),
            Role.SOON,
        )
    ]  # fmt: skip
    for one in offer.relaxations:
        found = _mine(one.span, zone_at(offer.owner, one.span.start), now=offer.now)
        lines.append(clean(f"  {words.option(one, offer.request)} would give {found}"))
    if offer.slots:
        lines += ["", "These cost least, and take turns in whose time it is:"]
    return "\n".join(lines) + "\n"


def _mine(span: Span, zone: ZoneInfo, *, now: datetime) -> str:
    return f"{one_clock(span.start, zone, now=now)}-{span.end.astimezone(zone):%H:%M}"


def _theirs(span: Span, client: Client) -> str:
    zone = zone_at(client, span.start)
    start = span.start.astimezone(zone)
    return f"{SHORT_DAYS[start.weekday()]} {start:%H:%M}-{span.end.astimezone(zone):%H:%M} {city(zone.key)}"
