"""A feed, and somebody in Oslo with a client in New York and one in Tokyo whom it is about."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.settings import Feed, Settings
from deadlines.store.feeds import FeedRow

KEY = b"secret".ljust(32, b"\0")
_CLIENTS = (("acme", "Acme Inc.", "America/New_York"), ("edo", "Edo KK", "Asia/Tokyo"))


def feed(**changes: Any) -> Feed:  # noqa: ANN401 # as the fields are
    return Feed(name="mine", path="/srv/mine.ics")._replace(**changes)


def settings() -> Settings:
    clients = (Client(key=key, name=name, zone=ZoneInfo(zone), availability=at(zone)) for key, name, zone in _CLIENTS)
    return Settings(
        me=Owner(zone=ZoneInfo("Europe/Oslo"), availability=at("Europe/Oslo")),
        clients=MappingProxyType({client.key: client for client in clients}),
    )


def at(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Fri 09:00-17:00"))


def row(**changes: Any) -> FeedRow:  # noqa: ANN401 # as the fields are
    """A task of Acme's, due on Friday at five in New York."""
    plain = FeedRow(
        id=1, uid=b"logo@example", calendar="work", summary="Logo", note="", client="acme", status="needs-action", priority=0,
        percent_complete=0, due_kind="zoned", due_value="2026-11-27T17:00:00", due_tzid="America/New_York", due_at=1795816800,
        start_kind="", start_value="", start_tzid="", start_at=None, completed_at=None, estimate=None, categories=(),
    )  # fmt: skip
    return plain._replace(**changes)
