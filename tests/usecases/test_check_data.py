"""Whatever other programs wrote, a check of it ends in findings: all test data, and dates at both ends of the calendar."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from deadlines.core.json_text import dumps
from deadlines.core.settings import Settings
from deadlines.errors import CodecError, Refused
from deadlines.store.base import Record, RunKind
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.check import check, remember
from deadlines.usecases.desk import Desk
from deadlines.usecases.index import Indexer

DATA = sorted((Path(__file__).parents[1] / "data").rglob("*.ics"))
ENDS = [
    f"DUE{time}"
    for time in (
        ";VALUE=DATE:00010101", ";VALUE=DATE:00010102", ";VALUE=DATE:99991230", ";VALUE=DATE:99991231", ":00010101T000000Z",
        ":00010101T000000", ":00020101T000000Z", ":99991230T235959Z", ":99991231T000000", ":99991231T235959Z",
        ";TZID=Asia/Tokyo:00010101T000000", ";TZID=America/New_York:99991231T235959",
    )
]  # fmt: skip
MOMENTS = tuple(datetime(year, 11, 23, 12, tzinfo=UTC) for year in (1902, 2026, 9990))


@pytest.fixture
def desk(desk: Desk, settings: Settings) -> Desk:
    """With clients who want a buffer and a long warning."""
    clients = {key: replace(client, buffer=timedelta(days=2)) for key, client in settings.clients.items()}
    settings = replace(settings, clients=MappingProxyType(clients))
    return replace(desk, settings=settings, index=Indexer(settings))


def keep(desk: Desk, store: SqliteStore, texts: list[str]) -> int:
    kept = 0
    with store.write(RunKind.SYNC, "sync", now=desk.now) as writer:
        for number, text in enumerate(texts):
            with suppress(CodecError, Refused):
                uid, index = desk.index(text, "edo" if number % 2 else "work")
                writer.put(Record(uid=f"{number} {uid}", calendar="edo" if number % 2 else "work", ical=text, index=index))
                kept += 1
    return kept


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: str(now.year))
def test_every_file_can_be_checked(desk: Desk, store: SqliteStore, now: datetime) -> None:
    kept = keep(desk, store, [path.read_bytes().decode("utf-8", "surrogateescape") for path in DATA])
    assert kept > len(DATA) // 2
    then = replace(desk, now=now)

    checked = check(then, within=timedelta(days=60))
    remember(then, checked)

    assert dumps({"findings": [one.as_json() for one in checked.holding]})
    assert {one.id for one in checked.holding} == set(store.findings.since("check"))


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: str(now.year))
@pytest.mark.parametrize("client", ["acme", "edo", ""])
def test_dates_at_both_ends_of_the_calendar_can_be_checked(desk: Desk, store: SqliteStore, now: datetime, client: str) -> None:
    lines = [f"{due}\r\nX-DEADLINES-WARN-BEFORE:{lead}" for due in ENDS for lead in ("P400000D", "PT0S", "-P9999D")]
    texts = [
        f"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:u\r\nCATEGORIES:{client}\r\n{line}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        for line in lines
    ]
    assert keep(desk, store, texts) == len(texts)
    then = replace(desk, now=now)

    checked = check(then)
    remember(then, checked)

    assert {one.id for one in checked.holding} == set(store.findings.since("check"))
