"""The plan in a calendar of its own on a real server, read by a client that knows nothing of us."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path

import icalendar
import pytest
from tests.e2e.person import Person, Place, account, calendar

TUESDAY = "2026-11-24T12:00:00Z"


@pytest.fixture
def plan(at_radicale: Place) -> Place:
    """A second calendar on the server."""
    return Place(server=at_radicale.server, path=at_radicale.server.new_calendar())


@pytest.fixture
def kari(at_radicale: Place, plan: Place, tmp_path: Path) -> Person:
    """With two tasks and a calendar for the plan, synced; it is Monday 13:00 in Oslo."""
    kari = Person(folder=tmp_path / "kari")
    server = at_radicale.server
    kari.configure(
        account("main", server.url, server.username),
        calendar("work", at_radicale.path),
        calendar("plan", plan.path),
    )
    (kari.folder / "config.toml").write_text(
        (kari.folder / "config.toml").read_text(encoding="utf-8").replace("[me]\n", '[me]\ndefault_calendar = "work"\n'),
        encoding="utf-8",
    )
    kari.run("add", "Landing page", "--client", "acme", "--due", "wed 17:00", "--estimate", "6h")
    kari.run("add", "Taxes", "--estimate", "2h")
    kari.run("sync")
    return kari


def events(place: Place) -> dict[str, tuple[str, str, str]]:
    """Every event there by UID: what, from and until when in UTC, as `icalendar` reads it."""
    body = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
    _, listing = place.server.request("PROPFIND", place.path, body, Depth="1")
    hrefs = re.findall(rb"href>([^<]+\.ics)<", listing)
    found = {}
    for href in hrefs:
        _, text = place.server.request("GET", href.decode())
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
            assert event["TRANSP"] == "TRANSPARENT"
            times = [f"{event.decoded(name).astimezone(UTC):%a %H:%M}" for name in ("DTSTART", "DTEND")]
            found[str(event["UID"])] = (str(event["SUMMARY"]), *times)
    return found  # type: ignore[return-value] # of three texts


def what(place: Place) -> list[tuple[str, str, str]]:
    return sorted(events(place).values(), key=lambda event: event[1:])


def test_a_published_plan_is_read_by_another_client(kari: Person, plan: Place, at_radicale: Place) -> None:
    tasks = at_radicale.etags()
    answer = kari.run("plan", "--publish", "plan", "--json").json
    kari.run("sync")

    assert answer["published"]["created"] == 3
    assert what(plan) == [
        ("Landing page (Acme Inc.)", "Mon 12:00", "Mon 16:00"),
        ("Landing page (Acme Inc.)", "Tue 08:00", "Tue 10:00"),
        ("Taxes", "Tue 10:00", "Tue 12:00"),
    ]
    assert at_radicale.etags() == tasks


def test_published_twice_changes_nothing(kari: Person, plan: Place) -> None:
    kari.run("plan", "--publish", "plan")
    kari.run("sync")
    before = plan.etags()
    answer = kari.run("plan", "--publish", "plan", "--json").json
    report = kari.run("sync", "--calendar", "plan", "--json").calendar

    assert (answer["published"]["run"], answer["published"]["unchanged"], answer["slots"][0]["start"]) == (
        0,
        3,
        "2026-11-23T12:00:00Z",
    )
    assert (plan.etags(), report["requests"]) == (before, 1)


def test_another_plan_replaces_it_as_a_whole(kari: Person, plan: Place) -> None:
    """On Tuesday half is done: yesterday's piece goes, today's moves, and what stays the same keeps its UID."""
    kari.run("plan", "--publish", "plan")
    kari.run("sync")
    first = events(plan)
    kari.run("edit", "1", "--estimate", "9h", now=TUESDAY)
    kari.run("plan", "--publish", "plan", now=TUESDAY)
    kari.run("sync", now=TUESDAY)

    assert what(plan) == [
        ("Landing page (Acme Inc.)", "Tue 12:00", "Tue 16:00"),
        ("Landing page (Acme Inc.)", "Wed 08:00", "Wed 13:00"),
        ("Taxes", "Wed 13:00", "Wed 15:00"),
    ]
    assert len(first.keys() & events(plan).keys()) == 1


def test_many_slots_that_go_are_no_reason_to_stop(kari: Person, plan: Place) -> None:
    for number in range(15):
        kari.run("add", f"Call {number}", "--due", "fri 17:00", "--estimate", "30m")
    kari.run("plan", "--publish", "plan")
    kari.run("sync")
    assert len(events(plan)) == 18
    kari.run("done", *(str(number) for number in range(1, 18)))
    kari.run("plan", "--publish", "plan")
    kari.run("sync")

    assert events(plan) == {}


def test_an_event_that_somebody_put_there_is_never_touched(kari: Person, plan: Place) -> None:
    kari.run("plan", "--publish", "plan")
    kari.run("sync")
    plan.put(
        "dentist.ics",
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Phone//EN\nBEGIN:VEVENT\nUID:dentist\nDTSTAMP:20261120T080000Z\nSUMMARY:Dentist\n"
        "DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    kari.run("sync")
    before = plan.etags()
    kari.run("done", "1")
    refused = kari.run("plan", "--publish", "plan", code=2)
    kari.run("sync", "--calendar", "plan")

    assert "calendar plan holds 1 item that is not of the plan, such as Dentist; nothing was changed" in refused.err
    assert plan.etags() == before


def test_a_slot_that_was_moved_on_the_phone_is_planned_again(kari: Person, plan: Place) -> None:
    kari.run("plan", "--publish", "plan")
    kari.run("sync")
    uid = next(uid for uid, event in events(plan).items() if event[0] == "Taxes")
    text = plan.get(f"{uid}.ics").replace("\r\n", "\n")
    plan.put(f"{uid}.ics", text.replace("T110000", "T150000").replace("T130000", "T170000"))
    kari.run("sync")
    assert ("Taxes", "Tue 14:00", "Tue 16:00") in what(plan)
    kari.run("plan", "--publish", "plan")
    kari.run("sync")

    assert ("Taxes", "Tue 10:00", "Tue 12:00") in what(plan)
