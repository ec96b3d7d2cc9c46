"""Other people's programs at the same calendar: vdirsyncer carries it, todoman shows and edits it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.other_clients import OVERRIDE, Phone, installed
from tests.e2e.person import Person, Place

pytestmark = pytest.mark.skipif(
    not (installed() / "bin" / "todo").exists(),
    reason=f"no todoman and vdirsyncer in {installed()}: make test installs them, {OVERRIDE} names another folder",
)
FRIDAY_IN_NEW_YORK = datetime(2026, 11, 27, 22, tzinfo=UTC)
LEAD = "X-DEADLINES-WARN-BEFORE:P5D"
CLOCK = "DUE;TZID=America/New_York:20261127T170000"


@pytest.fixture
def kari(at_radicale: Place, tmp_path: Path) -> Person:
    """With one task, due on Acme's Friday at 17:00, synced."""
    kari = at_radicale.user(tmp_path / "kari")
    kari.run("add", "Landing page", "--client", "acme", "--due", "fri 17:00", "--warn", "5d")
    kari.sync()
    return kari


@pytest.fixture
def phone(kari: Person, at_radicale: Place, tmp_path: Path) -> Phone:
    """A phone in Tokyo that has fetched it."""
    assert kari.folder.exists()
    phone = Phone(folder=tmp_path / "phone", zone="Asia/Tokyo")
    phone.set_up(at_radicale)
    return phone


def in_step(kari: Person, phone: Phone, place: Place) -> bool:
    """Whether another sync of each writes nothing and asks one question."""
    before = place.etags()
    report = kari.sync()
    quiet = not any((*report["pulled"].values(), *report["pushed"].values(), report["merged"], report["moved_due"]))
    assert "Copying" not in phone.sync()
    return quiet and report["requests"] == 1 and place.etags() == before


def test_edits_on_both_sides_are_merged_and_the_clients_clock_is_kept(kari: Person, phone: Phone, at_radicale: Place) -> None:
    """todoman rewrites the due date to UTC while it sets a priority; we rename the task meanwhile."""
    name = f"{kari.task('1')['uid']}.ics"
    seen = phone.tasks()["Landing page"]
    assert (datetime.fromtimestamp(seen["due"], UTC), seen["categories"]) == (FRIDAY_IN_NEW_YORK, ["acme"])
    phone.todo("edit", "--priority", "high", "1")
    phone.sync()
    assert "DUE:20261127T220000Z" in at_radicale.get(name)
    kari.run("edit", "1", "--summary", "Landing page v2")
    report = kari.sync()
    phone.sync()

    assert [(item["summary"], item["detail"]) for item in report["merged"]] == [("Landing page v2", "")]
    assert (report["conflicts"], report["moved_due"]) == ([], [])
    for text in (kari.task("1")["ical"], at_radicale.get(name)):
        assert {CLOCK, "PRIORITY:4", "SUMMARY:Landing page v2"} <= set(text.splitlines())
    assert datetime.fromtimestamp(phone.tasks()["Landing page v2"]["due"], UTC) == FRIDAY_IN_NEW_YORK
    assert in_step(kari, phone, at_radicale)


def test_an_edit_that_only_respells_the_due_date_is_no_ping_pong(kari: Person, phone: Phone, at_radicale: Place) -> None:
    phone.todo("edit", "--location", "Studio", "1")
    phone.sync()
    report = kari.sync()

    assert report["moved_due"] == []
    assert {CLOCK, "LOCATION:Studio", LEAD} <= set(kari.task("1")["ical"].splitlines())
    assert LEAD in at_radicale.get(f"{kari.task('1')['uid']}.ics").splitlines()
    assert in_step(kari, phone, at_radicale)


def test_a_due_date_that_they_moved_is_reported_as_moved(kari: Person, phone: Phone, at_radicale: Place) -> None:
    phone.todo("edit", "--due", "2026-12-01 09:00", "1")
    phone.sync()
    answer = kari.run("sync", "--dry-run")
    report = kari.sync()

    assert "moved in the calendar: Landing page (Acme Inc.): Fri 27 Nov 17:00 -> Mon 30 Nov 19:00" in answer.out
    (moved,) = report["moved_due"]
    assert (moved["before"], moved["after"], moved["client"]) == ("2026-11-27T22:00:00Z", "2026-12-01T00:00:00Z", "acme")
    assert in_step(kari, phone, at_radicale)


def test_what_is_made_and_done_there_arrives_here_and_the_reverse(kari: Person, phone: Phone, at_radicale: Place) -> None:
    phone.todo("new", "--list", "tasks", "--category", "acme", "--due", "2026-12-01 09:00", "Choose photos")
    phone.todo("done", "1")
    phone.sync()
    report = kari.sync()
    kari.run("done", "2")
    kari.sync()
    phone.sync()

    (new,) = report["pulled"]["created"]
    task = kari.task(new["uid"])
    assert (task["summary"], task["client"], task["due"]["instant"]) == ("Choose photos", "acme", "2026-12-01T00:00:00Z")
    assert kari.task("1")["status"] == "completed"
    assert phone.tasks()["Choose photos"]["completed"]
    assert in_step(kari, phone, at_radicale)
