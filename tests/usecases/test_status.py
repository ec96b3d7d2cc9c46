from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from deadlines.core.json_text import dumps
from deadlines.digest.html import html
from deadlines.digest.status import write_status
from deadlines.digest.text import text
from deadlines.language.language import English
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.index import Indexer
from deadlines.usecases.status import status
from deadlines.usecases.tasks import add, finish

DAY = timedelta(days=1)


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    """Work for two clients, some of it private."""
    acme = replace(desk.settings.clients["acme"], buffer=timedelta(hours=31), warn_before=timedelta(days=9))
    desk = replace(desk, settings=replace(desk.settings, clients={**desk.settings.clients, "acme": acme}))
    for summary, client, due in (
        ("Late page", "acme", "2026-11-20 17:00"),
        ("Landing page", "acme", "2026-11-25 17:00"),
        ("Far away", "acme", "2027-02-01"),
        ("No date", "acme", None),
        ("Edo secret", "edo", "2026-11-25"),
        ("My taxes", None, "2026-11-25"),
        ("Hush", "acme", "2026-11-24"),
        ("Delivered", "acme", "2026-11-26"),
        ("Old news", "acme", "2026-11-26"),
    ):
        add(desk, Draft(summary=summary, client=client, due=due))
    finish(replace(desk, now=desk.now - 9 * DAY), ["9"])
    finish(desk, ["8"])
    return desk


def put(desk: Desk, number: int, line: str) -> None:
    """Give a task another content line."""
    record = desk.store.get(number)
    assert record is not None
    assert record.ical is not None
    ical = record.ical.replace("END:VTODO", f"{line}\r\nEND:VTODO")
    with desk.store.write(RunKind.COMMAND, "edit", now=desk.now) as writer:
        writer.put(replace(record, ical=ical))


def shown(desk: Desk) -> dict[str, list[str]]:
    found = status(desk, desk.settings.clients["acme"])
    return {name: [piece.summary for piece in getattr(found, name)] for name in ("late", "coming", "meetings", "done")}


def test_a_client_sees_their_own_work(shelf: Desk) -> None:
    assert shown(shelf) == {
        "late": ["Late page"],
        "coming": ["Hush", "Landing page"],
        "meetings": [],
        "done": ["Delivered"],
    }


@pytest.mark.parametrize("line", ["CLASS:PRIVATE", "CLASS:CONFIDENTIAL", "class;X-A=1:private", "CLA\r\n SS:X-UNKNOWN", "CLASS:"])
def test_what_is_private_is_left_out(shelf: Desk, line: str) -> None:
    put(shelf, 7, line)

    assert shown(shelf)["coming"] == ["Landing page"]


@pytest.mark.parametrize("line", ["CLASS:PUBLIC", "CLASS: public ", "X-CLASS:PRIVATE"])
def test_what_is_public_is_not(shelf: Desk, line: str) -> None:
    put(shelf, 7, line)

    assert "Hush" in shown(shelf)["coming"]


def test_nothing_of_ours_is_in_it(shelf: Desk) -> None:
    """No other client, no identity, no lead or buffer, no command."""
    found = status(shelf, shelf.settings.clients["acme"])
    page = write_status(found, English())

    for written in (text(page), html(page), dumps(found.as_json())):
        for ours in ("Edo", "edo", "taxes", "uid-", "D10", "deadlines ", "31 h", "1 d 7 h", "buffer"):
            assert ours not in written


def test_nothing_to_say_is_calm(desk: Desk) -> None:
    found = status(desk, desk.settings.clients["acme"])

    assert found.is_calm
    assert write_status(found, English()).lead == "all well"


def event(desk: Desk, uid: str, start: str, *attendees: str, more: str = "") -> None:
    """Put a meeting into the calendar."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//EN", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z",
        f"SUMMARY:{uid}", f"DTSTART:{start}", "DURATION:PT45M", *(f"ATTENDEE:mailto:{one}" for one in attendees), *more.split(),
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    ical = "\r\n".join(lines)
    found, index = desk.index(ical, "work")
    with desk.store.write(RunKind.COMMAND, "add", now=desk.now) as writer:
        writer.put(Record(uid=found, calendar="work", ical=ical, index=index))


def test_meetings_with_them_alone_are_told(desk: Desk) -> None:
    clients = {key: replace(client, emails=(f"*@{key}.example",)) for key, client in desk.settings.clients.items()}
    settings = replace(desk.settings, clients=clients)
    desk = replace(desk, settings=settings, index=Indexer(settings))
    event(desk, "Review", "20261125T150000Z", "jane@acme.example")
    event(desk, "Everybody", "20261125T160000Z", "jane@acme.example", "ken@edo.example")
    event(desk, "Theirs", "20261125T170000Z", "ken@edo.example")
    event(desk, "Alone", "20261125T180000Z")
    event(desk, "Hush", "20261125T190000Z", "jane@acme.example", more="CLASS:PRIVATE")
    event(desk, "Over", "20261123T110000Z", "jane@acme.example")

    assert shown(desk)["meetings"] == ["Review"]
