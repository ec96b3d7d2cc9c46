from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.usecases.test_status import event

from deadlines.digest.text import text
from deadlines.digest.write import write
from deadlines.language.language import English, language
from deadlines.store.base import CollectionState, RunKind, Unreadable
from deadlines.usecases.check import remember
from deadlines.usecases.desk import Desk
from deadlines.usecases.digest import digest, digest_json
from deadlines.usecases.draft import Draft
from deadlines.usecases.index import Indexer
from deadlines.usecases.tasks import add


@pytest.fixture
def synced(desk: Desk) -> Desk:
    """Calendars that were synced five minutes ago, and a client who is known by their addresses."""
    clients = {key: replace(client, emails=(f"*@{key}.example",)) for key, client in desk.settings.clients.items()}
    settings = replace(desk.settings, clients=clients)
    with desk.store.write(RunKind.SYNC, "sync", now=desk.now) as writer:
        for calendar in desk.settings.calendars:
            writer.save_state(CollectionState(calendar=calendar, synced_at=desk.now - timedelta(minutes=5)))
    return replace(desk, settings=settings, index=Indexer(settings))


def said(desk: Desk, code: str = "en") -> str:
    return text(write(digest(desk)[0], language(code)))


def test_what_cannot_be_read_is_said_first(synced: Desk) -> None:
    with synced.store.write(RunKind.SYNC, "sync", now=synced.now) as writer:
        writer.quarantine(Unreadable("work", "/kari/tasks/broken.ics", '"1"', "BEGIN:VTODO", "line 3: no END"))
    add(synced, Draft(summary="Landing page", client="acme", due="2026-11-20"))

    blocks = said(synced).split("\n\n")

    assert blocks[1].startswith(
        "Your data\n---------\n* /kari/tasks/broken.ics: unreadable item (new)\n  in calendar work: line 3: no END\n"
    )
    assert "Landing page" in blocks[2]


def test_an_item_that_cannot_be_read_is_told_in_every_language(synced: Desk) -> None:
    with synced.store.write(RunKind.SYNC, "sync", now=synced.now) as writer:
        writer.quarantine(Unreadable("work", "/kari/tasks/broken.ics", '"1"', "BEGIN:VTODO", "line 3: no END"))

    assert "* /kari/tasks/broken.ics: uleselig element (ny)\n  i kalenderen work: line 3: no END\n" in said(synced, "nb")


def test_the_rest_of_the_days_meetings_with_clients_is_told(synced: Desk) -> None:
    """The day is mine: until midnight in Oslo."""
    event(synced, "Over", "20261123T080000Z", "jane@acme.example")
    event(synced, "Now", "20261123T114500Z", "jane@acme.example")
    event(synced, "Tonight", "20261123T223000Z", "ken@edo.example")
    event(synced, "Tomorrow", "20261123T231500Z", "jane@acme.example")
    event(synced, "Dentist", "20261123T150000Z")

    found, checked = digest(synced)

    assert [meeting.summary for meeting in found.meetings] == ["Now", "Tonight"]
    shown = digest_json(found, checked)["digest"]
    assert isinstance(shown, dict)
    assert [one["summary"] for one in shown["meetings"]] == ["Now", "Tonight"]


def test_the_day_is_the_readers_and_what_was_told_is_not_new(synced: Desk) -> None:
    add(synced, Draft(summary="Landing page", client="acme", due="2026-11-20"))
    late = replace(synced, now=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))

    found, checked = digest(late)
    remember(late, checked)
    again, _ = digest(late)

    assert found.day == date(2026, 11, 24)
    assert [[entry.state.value for entry in one.holding] for one in (found, again)] == [["new"], ["still"]]
    assert found.open_tasks == 1
    assert [one.at for one in found.synced] == [synced.now - timedelta(minutes=5)] * 2


def test_nothing_is_calm(synced: Desk) -> None:
    found, _ = digest(synced)

    assert found.is_calm
    assert write(found, English()).footer == ("0 open tasks.", "Last synced: work Mon 23 Nov 12:55, edo Mon 23 Nov 12:55.")
