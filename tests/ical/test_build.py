from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError
from deadlines.ical.build import new_event, new_task
from deadlines.ical.edit import apply
from deadlines.ical.read import read
from deadlines.ical.text import clean

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def theirs(text: str, name: str) -> Any:  # noqa: ANN401 - the library's own classes
    return next(iter(icalendar.Calendar.from_ical(text).walk(name)))


FULL = Task(
    uid="6b1a@example.com",
    summary="Landing page; first, draft " + "ü" * 60,
    description="One\nTwo\\Three",
    status=Status.IN_PROCESS,
    priority=1,
    percent_complete=30,
    categories=("acme", "a, b"),
    start=Zoned(at(2026, 11, 20, 9), "Asia/Tokyo", TOKYO),
    due=Zoned(at(2026, 11, 27, 17), "America/New_York", NEW_YORK),
    completed=NOW,
    estimate=timedelta(hours=3),
    warn_before=timedelta(),
    rrule="FREQ=WEEKLY;COUNT=4",
    parent="p",
    after=("x", "y"),
    sequence=2,
    last_modified=NOW,
)


def test_new_task_reads_back_equal() -> None:
    resource = read(new_task(FULL, now=NOW))

    assert resource.task == FULL
    assert resource.problems == ()


def test_new_task_is_small() -> None:
    assert new_task(Task(uid="u", summary="x"), now=NOW).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deadlines//deadlines//EN",
        "BEGIN:VTODO",
        "UID:u",
        "DTSTAMP:20261123T120000Z",
        "CREATED:20261123T120000Z",
        "LAST-MODIFIED:20261123T120000Z",
        "SUMMARY:x",
        "STATUS:NEEDS-ACTION",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]


def test_lines_are_folded_at_75_octets_and_end_in_crlf() -> None:
    data = new_task(FULL, now=NOW).encode()

    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")


def test_every_clock_is_defined_once() -> None:
    text = new_task(FULL, now=NOW)

    assert text.count("BEGIN:VTIMEZONE") == 2
    assert new_task(replace(FULL, start=None, due=Zoned(at(2026, 1, 1), "UTC", UTC)), now=NOW).count("BEGIN:VTIMEZONE") == 0


def test_icalendar_reads_a_new_task_equal() -> None:
    todo = theirs(new_task(FULL, now=NOW), "VTODO")

    assert str(todo["SUMMARY"]) == FULL.summary
    assert str(todo["DESCRIPTION"]) == FULL.description
    assert [str(item) for item in todo["CATEGORIES"].cats] == list(FULL.categories)
    assert todo["DUE"].dt == datetime(2026, 11, 27, 17, tzinfo=NEW_YORK)
    assert todo["DUE"].params["TZID"] == "America/New_York"
    assert todo["DTSTART"].dt == datetime(2026, 11, 20, 9, tzinfo=TOKYO)
    assert todo["COMPLETED"].dt == NOW
    assert (todo["STATUS"], todo["PRIORITY"], todo["PERCENT-COMPLETE"], todo["SEQUENCE"]) == ("IN-PROCESS", 1, 30, 2)
    assert todo["RRULE"] == {"FREQ": ["WEEKLY"], "COUNT": [4]}
    assert todo.errors == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (AllDay(date(2026, 11, 27)), AllDay(date(2026, 11, 28))),
        (Floating(at(2026, 11, 27, 9)), Floating(at(2026, 11, 27, 10))),
        (Zoned(at(2026, 11, 27, 9), "Asia/Tokyo", TOKYO), Zoned(at(2026, 11, 27, 10), "Asia/Tokyo", TOKYO)),
    ],
)
def test_new_event_reads_back_equal(start: When, end: When) -> None:
    text = new_event(uid="e", summary="Call, Kari", start=start, end=end, description="a\nb", now=NOW)
    event = read(text).event
    parsed = theirs(text, "VEVENT")

    assert event is not None
    assert (event.uid, event.summary, event.description, event.start, event.end) == ("e", "Call, Kari", "a\nb", start, end)
    assert str(parsed["SUMMARY"]) == "Call, Kari"
    assert parsed.errors == []


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_hostile_texts_read_back_equal(summary: str, description: str, categories: list[str]) -> None:
    task = Task(uid="u", summary=summary, description=description, categories=tuple(categories))
    text = new_task(task, now=NOW)
    found = read(text).task

    assert found is not None
    assert (found.summary, found.description) == (clean(summary), clean(description))
    assert apply(text, task, now=NOW) == text
    assert len(icalendar.Calendar.from_ical(text).walk()) == 2


def test_injection_in_a_raw_value_is_refused() -> None:
    with pytest.raises(CodecError):
        new_task(replace(FULL, rrule="FREQ=DAILY\nATTENDEE:mailto:x@example.com"), now=NOW)


def test_building_imports_no_library() -> None:
    code = "import sys, deadlines.ical.build, deadlines.ical.edit; print('icalendar' in sys.modules, 'dateutil' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"
