from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from deadlines.cli.table import Screen
from deadlines.cli.task_list import task_table
from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.settings import Settings
from deadlines.store.base import Index, Row

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Fri 09:00-17:00"))


EDO = Client(key="edo", name="Edo", zone=ZoneInfo("Asia/Tokyo"), availability=at("Asia/Tokyo"))
SETTINGS = Settings(
    me=Owner(zone=ZoneInfo("Europe/Oslo"), availability=at("Europe/Oslo")), clients=MappingProxyType({"edo": EDO})
)


def listed(due: str, kind: str, value: str, client: str = "edo") -> str:
    instant = int(datetime.fromisoformat(due).timestamp())
    index = Index(
        component="VTODO", summary="Logo", client=client, status="needs-action", due_kind=kind, due_value=value, due_at=instant
    )
    return task_table([Row(1, "u", "work", index)], SETTINGS, Screen(headings=False), now=NOW).rstrip("\n")


@pytest.mark.parametrize(
    ("due", "kind", "value", "client", "line"),
    [
        # a date that ends with the day, there and here: never the day after
        ("2026-11-28T15:00Z", "all-day", "2026-11-28", "edo", "1  Sat 28 Nov 16:00  Sat 24:00 Tokyo  4 d 3 h  edo  Logo"),
        ("2026-11-28T23:00Z", "all-day", "2026-11-28", "", "1  Sat 28 Nov 24:00  -  4 d 11 h  -  Logo"),
        # midnight that somebody typed is the beginning of that day
        ("2026-11-28T15:00Z", "zoned", "2026-11-29T00:00:00", "edo", "1  Sat 28 Nov 16:00  Sun 00:00 Tokyo  4 d 3 h  edo  Logo"),
        # a date that is due at its start
        ("2026-11-27T15:00Z", "all-day", "2026-11-28", "edo", "1  Fri 27 Nov 16:00  Sat 00:00 Tokyo  3 d 3 h  edo  Logo"),
    ],
)
def test_a_date_that_is_over_is_24_hours_old(due: str, kind: str, value: str, client: str, line: str) -> None:
    assert listed(due, kind, value, client) == line
