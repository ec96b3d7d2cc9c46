from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from deadlines.cli.slots_text import slots_text
from deadlines.cli.table import PLAIN, Screen
from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.display import width
from deadlines.core.slots import Request, cause, inside, relaxations, strangers, stretched
from deadlines.core.span import Span
from deadlines.usecases.slots import Offer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def works(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Fri 09:00-17:00"))


ME = Owner(zone=ZoneInfo("Europe/Oslo"), availability=works("Europe/Oslo"))
CLIENTS = {
    key: Client(key=key, name=key.title(), zone=ZoneInfo(zone), availability=works(zone))
    for key, zone in {"acme": "America/New_York", "pixel": "Europe/London", "kea": "Pacific/Auckland"}.items()
}


def offer(*keys: str) -> Offer:
    clients = MappingProxyType({key: CLIENTS[key] for key in keys})
    parties = {"me": ME.availability} | {key: client.availability for key, client in clients.items()}
    request = Request(parties, (), Span(NOW, NOW + timedelta(days=4)), timedelta(minutes=45), 2)
    if found := inside(request):
        return Offer(ME, clients, request, found, None, (), (), NOW)
    apart = strangers(parties, request.span)
    return Offer(ME, clients, request, stretched(request), cause(request), apart, tuple(relaxations(request)), NOW)


def test_a_slot_is_a_row_with_every_clock() -> None:
    assert slots_text(offer("acme"), PLAIN) == (
        "SLOT                    ACME                  SCORE  WHY\n"
        "Mon 23 Nov 15:30-16:15  09:30-10:15 New York    100  inside everybody's hours\n"
        "Tue 24 Nov 15:30-16:15  09:30-10:15 New York    100  inside everybody's hours\n"
    )


def test_what_a_terminal_has_no_room_for_is_a_paragraph() -> None:
    assert slots_text(offer("acme", "pixel"), Screen(columns=80)) == (
        "Mon 23 Nov 15:30-16:15  score 100\n"
        "  acme   09:30-10:15 New York\n"
        "  pixel  14:30-15:15 London\n"
        "  inside everybody's hours\n"
        "Tue 24 Nov 15:30-16:15  score 100\n"
        "  acme   09:30-10:15 New York\n"
        "  pixel  14:30-15:15 London\n"
        "  inside everybody's hours\n"
    )


def test_what_is_in_the_way_comes_first() -> None:
    assert slots_text(offer("kea"), PLAIN) == (
        "No 45 min inside everybody's hours: you and Kea never work at the same time then.\n"
        "\n"
        "These cost least, and take turns in whose time it is:\n"
        "SLOT                    KEA                       SCORE  WHY\n"
        "Mon 23 Nov 19:00-19:45  Tue 07:00-07:45 Auckland     26  2 h 45 min late for you, 2 h early for Kea\n"
        "Tue 24 Nov 07:00-07:45  19:00-19:45 Auckland         26  2 h early for you, 2 h 45 min late for Kea\n"
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("keys", [("acme",), ("kea",), ("acme", "pixel"), ("acme", "pixel", "kea")])
def test_no_line_is_wider_than_the_terminal(columns: int, keys: tuple[str, ...]) -> None:
    lines = slots_text(offer(*keys), Screen(columns=columns)).splitlines()
    told = [line for line in lines if not line.startswith(("These cost least", "  without"))]

    assert max(map(width, told)) <= columns
