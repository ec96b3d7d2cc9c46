"""A due date is soon, then missed, in the right minute and once, whatever the offset of the client's clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client
from deadlines.core.settings import Settings
from deadlines.store.base import Record, RunKind
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.check import State, check, remember
from deadlines.usecases.desk import Desk
from deadlines.usecases.index import Indexer

MINUTE = timedelta(minutes=1)
LEAD, BUFFER = timedelta(days=3), timedelta(hours=4)
KINDS = {"all-day": ";VALUE=DATE:{day:%Y%m%d}", "floating": ":{day:%Y%m%d}T170000", "zoned": ";TZID={zone}:{day:%Y%m%d}T170000"}


def offsets() -> dict[timedelta, tuple[str, date]]:
    """For each offset in use in 2027 a zone, and a day on which it has it."""
    found: dict[timedelta, tuple[str, date]] = {}
    for key in sorted(available_timezones()):
        if "/" not in key or key.startswith(("Etc/", "SystemV/")):
            continue
        for month in range(1, 13):
            day = date(2027, month, 15)
            offset = datetime(day.year, day.month, day.day, 17, tzinfo=ZoneInfo(key)).utcoffset()
            assert offset is not None
            found.setdefault(offset, (key, day))
    return found


OFFSETS = offsets()


def test_every_offset_in_use_is_tried() -> None:
    assert len(OFFSETS) >= 38


@pytest.fixture
def desk(desk: Desk, store: SqliteStore, settings: Settings) -> Desk:
    """With a client on each offset, who always works from nine to five, and a task of each kind for each."""
    clients = {}
    for number, (zone, _) in enumerate(OFFSETS.values()):
        there = Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Sun 09:00-17:00"))
        key = f"c{number}"
        clients[key] = Client(key=key, name=zone, zone=there.zone, availability=there, warn_before=LEAD, buffer=BUFFER)
    settings = replace(settings, clients=clients)
    desk = replace(desk, settings=settings, index=Indexer(settings))
    with store.write(RunKind.COMMAND, "add", now=desk.now) as writer:
        for number, (zone, day) in enumerate(OFFSETS.values()):
            for kind, due in KINDS.items():
                ical = (
                    f"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:{number} {kind}\r\nCATEGORIES:c{number}\r\n"
                    f"DUE{due.format(zone=zone, day=day)}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
                )
                uid, index = desk.index(ical, "work")
                writer.put(Record(uid=uid, calendar="work", ical=ical, index=index))
    return desk


def test_a_finding_appears_in_the_right_minute_and_once(desk: Desk) -> None:
    expected = Counter[tuple[str, str, datetime]]()
    minutes = set()
    for number, (offset, (_, day)) in enumerate(OFFSETS.items()):
        due = datetime(day.year, day.month, day.day, 17, tzinfo=UTC) - offset
        moments = {"D102": due - BUFFER - LEAD, "D101": due + MINUTE}
        for code, moment in moments.items():
            minutes |= {moment - MINUTE, moment, moment + MINUTE}
            expected.update((f"{number} {kind}", code, moment) for kind in KINDS)
    appeared = Counter[tuple[str, str, datetime]]()
    for now in sorted(minutes):
        then = replace(desk, now=now)
        checked = check(then)
        remember(then, checked)
        appeared.update(
            (one.finding.uid, one.finding.code.value, now)
            for one in checked.holding
            if one.state is State.NEW and one.finding.code.value in {"D101", "D102"}
        )
        assert checked.resolved == []

    assert appeared == expected
