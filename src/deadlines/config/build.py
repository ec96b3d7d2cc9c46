"""From checked tables to frozen `Settings`: what a key that was left out means where it depends on other keys."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from deadlines.config.schema import SCHEMA
from deadlines.config.tables import Table, Tables, defaults
from deadlines.core.availability import Availability
from deadlines.core.client import Client, Owner, Period, Quota, QuotaUnit, Rate
from deadlines.core.settings import (
    LOCAL,
    Account,
    AccountKind,
    Calendar,
    DigestRules,
    Feed,
    Mail,
    Mode,
    Notify,
    PasswordSource,
    Planning,
    Settings,
)
from deadlines.core.zone_names import find_zone

V = TypeVar("V")

Closed = Mapping[str, Container[date]]
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def build(tables: Tables, closed: Closed, *, local_zone: str) -> Settings:
    """The settings that `tables` describe; nothing in them is wrong any more. `closed` has the holidays of each region."""
    accounts = {path[1]: Account(name=path[1], **_password(table)) for path, table in tables.items() if path[0] == "accounts"}
    calendars = {path[1]: _calendar(path[1], table, accounts) for path, table in tables.items() if path[0] == "calendars"}
    me = _owner(tables.get(("me",)), closed, calendars, local_zone)
    inherited = {key: value for key, value in tables.get(("me",), {}).items() if key == "all_day_due"}
    clients = {
        path[1]: _client(path[1], {**inherited, **table}, tables, closed)
        for path, table in tables.items()
        if path[0] == "clients" and len(path) == len(("clients", "key"))
    }
    mail = tables.get(("mail",))
    feeds = {path[1]: Feed(name=path[1], **table) for path, table in tables.items() if path[0] == "feeds"}
    return Settings(
        me=me,
        clients=_frozen(clients),
        accounts=_frozen(accounts),
        calendars=_frozen(calendars),
        notify=Notify(**tables.get(("notify",), {})),
        mail=None if mail is None else _mail(mail, me),
        digest=DigestRules(**tables.get(("digest",), {})),
        feeds=_frozen(feeds),
        plan=Planning(**tables.get(("plan",), {})),
    )


def _owner(table: Table | None, closed: Closed, calendars: Mapping[str, Calendar], local_zone: str) -> Owner:
    values = dict(defaults(next(section.keys for section in SCHEMA if section.name == "me")) if table is None else table)
    values.setdefault("zone", find_zone(local_zone))
    values.setdefault("default_calendar", _only(calendars))
    return Owner(availability=_availability(values, closed), **values)


def _calendar(name: str, table: Table, accounts: Mapping[str, Account]) -> Calendar:
    subscribed = accounts[table["account"]].kind is AccountKind.SUBSCRIPTION
    return Calendar(name=name, **{"mode": Mode.READ_ONLY if subscribed else Mode.TWO_WAY, **table})


def _only(calendars: Mapping[str, Calendar]) -> str:
    """The calendar where tasks go when none is named: never one that we may not write."""
    match list(calendars.values()):
        case [Calendar(mode=Mode.TWO_WAY, name=name)]:
            return name
        case _:
            return LOCAL


def _client(key: str, table: Table, tables: Tables, closed: Closed) -> Client:
    values = {"name": key, **table}
    availability = _availability(values, closed)
    quota, rate = (tables.get(("clients", key, part)) for part in ("quota", "rate"))
    return Client(
        key=key,
        availability=availability,
        quota=None if quota is None else _quota(quota),
        rate=None if rate is None else Rate(**rate),
        **values,
    )


def _availability(values: Table, closed: Closed) -> Availability:
    """Take the working hours out of a table; they are on the clock of its zone."""
    zone: ZoneInfo = values["zone"]
    region: str = values.pop("holidays")
    return Availability(
        zone=zone,
        weekly=values.pop("hours"),
        closed=closed[region],
        time_off=values.pop("time_off"),
        travel=values.pop("travel"),
        region=region,
    )


def _quota(table: Table) -> Quota:
    unit = QuotaUnit.DELIVERABLES if "deliverables" in table else QuotaUnit.HOURS
    per: Period = table["per"]
    return Quota(unit=unit, amount=table[unit.value], per=per, carry_over=table["carry_over"], since=table.get("since"))


def _mail(table: Table, me: Owner) -> Mail:
    to = (me.email,) if me.email else ()
    return Mail(**{"port": _PORTS[table["security"]], "to": to, **_password(table), "sender": table.get("sender", me.email)})


def _password(table: Table) -> Table:
    """The table with its three keys for a password as one value."""
    values = dict(table)
    source = PasswordSource(
        command=values.pop("password_command", ()), env=values.pop("password_env", ""), keyring=values.pop("keyring")
    )
    return {**values, "password": source}


def _frozen(values: dict[str, V]) -> Mapping[str, V]:
    return MappingProxyType(values)
