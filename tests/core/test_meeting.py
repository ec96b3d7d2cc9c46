from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability
from deadlines.core.client import Client
from deadlines.core.meeting import clients_at, shared, spelt_id
from deadlines.core.when import AllDay, Floating, When, Zoned

OSLO = ZoneInfo("Europe/Oslo")
NINE = datetime(2026, 5, 8, 9)  # noqa: DTZ001 - wall time


def client(key: str, *emails: str) -> Client:
    return Client(key=key, name=key, zone=OSLO, availability=Availability(zone=OSLO, weekly=()), emails=emails)


CLIENTS = {
    one.key: one for one in (client("acme", "*@Acme.example", "bob@mail.example"), client("beta", "bob@*"), client("none"))
}


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("ann@acme.example", ["acme"]),
        ("ANN@ACME.EXAMPLE", ["acme"]),
        ("ann@acme.example.org", []),
        ("bob@mail.example", ["acme", "beta"]),
        ("bob@beta.example", ["beta"]),
        ("", []),
        ("ann@acme.example\nx", []),
    ],
)
def test_an_address_is_whose_pattern_matches(address: str, keys: list[str]) -> None:
    assert clients_at(address, CLIENTS) == keys


def test_an_address_of_two_clients_is_named() -> None:
    assert shared(["ann@acme.example", "bob@beta.example"], CLIENTS) == ""
    assert shared(["ann@acme.example", "bob@acme.example"], CLIENTS).startswith(
        "bob@acme.example matches the emails of clients acme and beta"
    )


@pytest.mark.parametrize(
    ("when", "spelt"),
    [
        (None, ""),
        (AllDay(date(2026, 5, 8)), "20260508"),
        (Floating(NINE), "20260508T090000"),
        (Zoned(NINE, "Europe/Oslo", OSLO), "20260508T090000"),
        (Zoned(NINE, "UTC", UTC), "20260508T090000Z"),
    ],
)
def test_an_instance_is_named_as_rfc_5545_writes_it(when: When | None, spelt: str) -> None:
    assert spelt_id(when) == spelt
