"""Nothing that is typed or received becomes a line of iCalendar, also where `assert` does nothing (`python -O`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.person import Person, account, calendar, vtodo
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

from deadlines.ical.scan import scan

EVIL = "x\r\nEND:VTODO\r\nBEGIN:VALARM\r\nTRIGGER:-P1D\r\nEND:VALARM\nBEGIN:VTODO\rUID:e;\\n,^n \u2028SUMMARY:a\x85DUE:b\x0b\x0c"
NOTE = "x\nEND:VTODO\nBEGIN:VALARM\nTRIGGER:-P1D\nEND:VALARM\nBEGIN:VTODO\nUID:e;\\n,^n \nSUMMARY:a\nDUE:b"
"""What iCalendar can say of it (RFC 5545 §3.3.11): one kind of line end, and no control characters."""


@pytest.fixture(params=[(), ("-O",), ("-OO",)], ids=["asserts", "-O", "-OO"])
def kari(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    kari = Person(folder=tmp_path, flags=request.param)
    kari.configure()
    return kari


def test_what_is_typed_reads_back_equal(kari: Person) -> None:
    kari.run("add", EVIL, "--note", EVIL, "--category", EVIL, "--due", "fri 17:00", "--client", "acme")
    kari.run("edit", "1", "--note", f"{EVIL}{EVIL}")
    task = kari.task("1")

    assert (task["summary"].split(), task["note"]) == (NOTE.split(), NOTE + NOTE)
    assert NOTE in task["categories"]
    root = scan(task["ical"])
    assert [child.name for child in root.children] == ["VTIMEZONE", "VTODO"]
    assert not root.children[1].children


@pytest.mark.parametrize("rule", ["FREQ=DAILY\r\nSUMMARY:evil", "FREQ=DAILY;X=\nEND:VTODO"])
def test_a_rule_with_a_line_in_it_is_refused(kari: Person, rule: str) -> None:
    assert "recurrence rule" in kari.run("add", "x", "--due", "fri 17:00", "--repeat", rule, code=2).err
    assert kari.summaries() == []


def test_what_is_received_goes_back_equal(kari: Person) -> None:
    dav = FakeDav(password="secret")
    text = vtodo("t", "Task", "DESCRIPTION:a\\nEND:VTODO\\nBEGIN:VALARM", 'X-A;B="c^nEND:VTODO":d').replace("\n", "\r\n")
    dav.put("/kari/tasks/t.ics", text)
    with serve(dav) as url:
        kari.configure(account("main", url), calendar("work", "/kari/tasks/"))
        kari.sync()
        kari.run("edit", "t", "--priority", "1")
        kari.sync()

    (stored,) = dav.texts().values()
    kept = [line for line in text.split("\r\n") if not line.startswith(("DTSTAMP", "LAST-MODIFIED"))]
    assert [line for line in stored.split("\r\n") if line in kept] == kept


def test_the_second_pass_of_a_repeated_hour_is_written_in_utc(tmp_path: Path) -> None:
    """A wall time with a TZID can name the first one only (RFC 5545 §3.3.5)."""
    kari = Person(folder=tmp_path)
    kari.configure()
    for offset in ("+02:00", "+01:00"):
        kari.run("add", "x", "--due", f"2027-10-31T02:30{offset}")

    assert "DUE;TZID=Europe/Oslo:20271031T023000\r\n" in kari.task("1")["ical"]
    assert "DUE:20271031T013000Z\r\n" in kari.task("2")["ical"]
    assert [kari.task(number)["due"]["instant"] for number in "12"] == ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"]
