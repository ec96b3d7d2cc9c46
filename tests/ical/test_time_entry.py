from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from deadlines.errors import CodecError
from deadlines.ical.read import read
from deadlines.ical.time_entry import new_time_entry, stopped

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(end: datetime | None = NOW + HOUR) -> str:
    return new_time_entry(
        uid="e", task="task; one", summary="Logo, second", categories=("acme", "a, b"), start=NOW, end=end, now=NOW
    )


def test_an_entry_reads_back_as_a_transparent_event_of_its_task() -> None:
    event = read(entry()).event

    assert event is not None
    assert (event.uid, event.summary, event.parent, event.categories) == ("e", "Logo, second", "task; one", ("acme", "a, b"))
    assert event.transparent
    assert read(entry()).problems == ()


def test_the_library_reads_the_same_times() -> None:
    (event,) = icalendar.Calendar.from_ical(entry()).walk("VEVENT")

    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (NOW, NOW + HOUR)


def test_a_running_entry_has_no_end_until_it_is_stopped() -> None:
    running = entry(end=None)

    assert "DTEND" not in running
    assert "STATUS:TENTATIVE\r\n" in running
    assert "STATUS:CONFIRMED\r\n" in stopped(running, NOW + HOUR, now=NOW + HOUR)
    assert "DTEND:20261123T130000Z\r\n" in stopped(running, NOW + HOUR, now=NOW + HOUR)


def test_stopping_keeps_what_another_program_added() -> None:
    theirs = entry(end=None).replace("END:VEVENT", "X-COLOR;A=b:red\r\nEND:VEVENT")

    assert "X-COLOR;A=b:red\r\n" in stopped(theirs, NOW + HOUR, now=NOW)


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(CodecError, match="no VEVENT"):
        stopped(entry().replace("VEVENT", "VTODO"), NOW, now=NOW)
