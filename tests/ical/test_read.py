from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, Zoned
from deadlines.errors import CodecError
from deadlines.ical import content
from deadlines.ical.read import Event, read
from deadlines.ical.read import content as exported
from deadlines.ical.scan import decode

DATA = Path(__file__).parents[1] / "data"
NEW_YORK, OSLO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Oslo")


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def todo(*lines: str, kind: str = "VTODO", head: str = "") -> str:
    return "\r\n".join(["BEGIN:VCALENDAR" + head, f"BEGIN:{kind}", "UID:u", *lines, f"END:{kind}", "END:VCALENDAR", ""])


def task_of(*lines: str) -> Task:
    task = read(todo(*lines)).task
    assert task is not None
    return task


def problems_of(*lines: str, kind: str = "VTODO") -> tuple[str, ...]:
    return read(todo(*lines, kind=kind)).problems


def test_every_property_of_a_task() -> None:
    lines = (
        "SUMMARY:Landing page\\, first draft",
        "DESCRIPTION:One\\nTwo",
        "STATUS:in-process",
        "PRIORITY:2",
        "PERCENT-COMPLETE:40",
        "CATEGORIES:acme,a\\, b",
        "CATEGORIES:web,acme",
        "DTSTART;TZID=America/New_York:20261120T090000",
        "DUE;TZID=America/New_York:20261127T170000",
        "COMPLETED:20261127T220000Z",
        "ESTIMATED-DURATION:PT3H",
        "RRULE:FREQ=WEEKLY",
        "RELATED-TO:parent",
        "RELATED-TO;RELTYPE=CHILD:child",
        "RELATED-TO;RELTYPE=PARENT:second",
        "RELATED-TO;RELTYPE=FINISHTOSTART;GAP=P1D:one",
        "RELATED-TO;reltype=depends-on:two",
        "SEQUENCE:7",
        "LAST-MODIFIED:20261101T120000Z",
        "X-DEADLINES-WARN-BEFORE:P5D",
    )

    assert problems_of(*lines) == ()
    assert task_of(*lines) == Task(
        uid="u",
        summary="Landing page, first draft",
        description="One\nTwo",
        status=Status.IN_PROCESS,
        priority=2,
        percent_complete=40,
        categories=("acme", "a, b", "web"),
        start=Zoned(at(2026, 11, 20, 9), "America/New_York", NEW_YORK),
        due=Zoned(at(2026, 11, 27, 17), "America/New_York", NEW_YORK),
        completed=datetime(2026, 11, 27, 22, tzinfo=UTC),
        estimate=timedelta(hours=3),
        warn_before=timedelta(days=5),
        rrule="FREQ=WEEKLY",
        parent="parent",
        after=("one", "two"),
        sequence=7,
        last_modified=datetime(2026, 11, 1, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("DUE:20260230", "DUE: not a date: 20260230"),
        ("DUE:20261127T240000", "DUE: not a date and time: 20261127T240000"),
        ("DUE:15000101T000000Z", ""),
        ("DUE:99991231T235959Z", "DUE: at the very end of the calendar: 99991231T235959"),
        ("DUE;VALUE=date:20261127", ""),
        ("DUE;X-A=1;VALUE=DATE:20261127", ""),
        ("DUE:20261127", "DUE: 20261127 is a date without VALUE=DATE"),
        ("DUE;VALUE=DATE:20261127T100000", "DUE: VALUE=DATE with a time"),
        ("DUE;VALUE=DATE-TIME:20261127T100000", ""),
        ("DUE;TZID=Europe/Berlin:20261127T100000Z", "DUE: TZID=Europe/Berlin with a time in UTC; read as UTC"),
        ("DUE;TZID=Nowhere/Land:20261127T100000", "DUE: unknown time zone Nowhere/Land; read as floating"),
        ('DUE;TZID="Europe/Oslo";X-A=1:20261127T100000', ""),
        ("STATUS:BOGUS", "STATUS: BOGUS is none that a task has"),
        ("PRIORITY:11", "PRIORITY: 11 is out of range"),
        ("SEQUENCE:99999999999", "SEQUENCE: not an integer: 99999999999"),
        ("ESTIMATED-DURATION:3h", "ESTIMATED-DURATION: not a duration: 3h"),
        ("RRULE:FREQ=DAILY", "RRULE without DTSTART"),
        ("COMPLETED:20261127", "COMPLETED: 20261127 is not in UTC; read as if it were"),
        ("COMPLETED:yesterday", "COMPLETED: not a date and time: yesterday"),
        ("DURATION:PT1H", ""),
        ("DURATION:x\r\nDTSTART:20261127T100000", "DURATION: not a duration: x"),
        ("DUE:20261127T100000\r\nDURATION:PT1H", "DUE and DURATION; DUE is read"),
        ("DTSTART:20261127T100000Z\r\nDURATION:P999999W", "DURATION: leads out of the calendar"),
        ("DTSTART:20261127T100000Z\r\nDURATION:P416000W", "DURATION: leads out of the calendar"),
        ("DTSTART:20261127T100000Z\r\nDUE:20261127T095959Z", "DUE is before DTSTART"),
        ("SUMMARY:a\r\nSUMMARY:b", "SUMMARY comes more than once; the first is read"),
        ("X-A:a\r\nX-A:b", ""),
        ("DUE;TZID=America/New_York:20261127T170000\r\nDTSTART:20261127T170000", ""),
    ],
)
def test_doubt_is_named_and_the_rest_is_read(line: str, problem: str) -> None:
    resource = read(todo(line, "CATEGORIES:kept"))

    assert resource.task is not None
    assert resource.task.categories == ("kept",)
    assert resource.problems == ((problem,) if problem else ())


def test_everything_odd_at_once_is_readable() -> None:
    resource = read(decode((DATA / "everything_odd_that_servers_accept.ics").read_bytes()))

    assert resource.task is not None
    assert (resource.task.summary, resource.task.start) == ("First", Floating(at(2026, 12, 1, 10)))
    assert len(resource.problems) == 13


def test_time_in_utc_wins_over_its_tzid() -> None:
    assert task_of("DUE;TZID=Europe/Berlin:20261127T100000Z").due == Zoned(at(2026, 11, 27, 10), "UTC", UTC)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("DTSTART;VALUE=DATE:20261127", "P1D", AllDay(date(2026, 11, 28))),
        ("DTSTART:20261127T100000", "PT90M", Floating(at(2026, 11, 27, 11, 30))),
        ("DTSTART;TZID=Europe/Oslo:20261024T100000", "P1D", Zoned(at(2026, 10, 25, 10), "Europe/Oslo", OSLO)),
        ("DTSTART;TZID=Europe/Oslo:20261024T100000", "PT23H", Zoned(at(2026, 10, 25, 8), "Europe/Oslo", OSLO)),
    ],
)
def test_due_is_start_plus_duration(start: str, length: str, due: object) -> None:
    # RFC 5545 §3.3.6: days are steps of the calendar, hours are exact
    assert task_of(start, f"DURATION:{length}").due == due


def test_completed_without_status_is_completed() -> None:
    assert task_of("COMPLETED:20261127T220000Z").status is Status.COMPLETED


def test_private_zone_is_found_by_its_windows_name() -> None:
    resource = read(decode((DATA / "outlook_tzid_with_x_properties.ics").read_bytes()))

    assert resource.task is not None
    assert isinstance(resource.task.due, Zoned)
    assert resource.task.due.tzid == "W. Europe Standard Time"
    assert resource.task.due.instant == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert resource.problems == ()


def test_event_is_read() -> None:
    resource = read(decode((DATA / "invited_with_attendees.ics").read_bytes()))

    assert resource.component == "VEVENT"
    assert resource.task is None
    assert resource.event == Event(
        uid="meeting-1@example.com",
        summary="Kick-off",
        status="confirmed",
        start=Zoned(at(2026, 11, 27, 10), "America/New_York", NEW_YORK),
        end=Zoned(at(2026, 11, 27, 11), "America/New_York", NEW_YORK),
    )


@pytest.mark.parametrize(
    ("lines", "end", "problems"),
    [
        (["DTSTART;VALUE=DATE:20261127"], AllDay(date(2026, 11, 28)), ()),
        (["DTSTART:20261127T100000"], Floating(at(2026, 11, 27, 10)), ()),
        (["DTSTART:20261127T100000", "DTEND:20261127T110000"], Floating(at(2026, 11, 27, 11)), ()),
        (["DTEND:20261127T110000"], Floating(at(2026, 11, 27, 11)), ("DTSTART is missing",)),
        (["TRANSP:TRANSPARENT"], None, ("DTSTART is missing",)),
    ],
)
def test_end_of_an_event(lines: list[str], end: object, problems: tuple[str, ...]) -> None:
    resource = read(todo(*lines, kind="VEVENT"))

    assert resource.event is not None
    assert (resource.event.end, resource.problems) == (end, problems)
    assert resource.event.transparent == ("TRANSP:TRANSPARENT" in lines)


def test_override_without_master_is_readable() -> None:
    resource = read(decode((DATA / "override_without_master.ics").read_bytes()))

    assert (resource.component, resource.uid, resource.task) == ("VTODO", "lonely", None)
    assert resource.overrides == (Zoned(at(2026, 11, 2, 9), "Asia/Tokyo", ZoneInfo("Asia/Tokyo")),)


def test_two_masters_are_reported_and_overrides_counted() -> None:
    twice = "END:VTODO\r\nBEGIN:VTODO\r\nUID:u\r\n"
    resource = read(todo("SUMMARY:a", twice + "SUMMARY:b", twice + "RECURRENCE-ID:20261102T090000"))

    assert resource.task is not None
    assert resource.task.summary == "a"
    assert resource.overrides == (Floating(at(2026, 11, 2, 9)),)
    assert resource.problems == ("2 VTODO with one UID; the first is read",)


def test_journal_is_known_and_not_a_task() -> None:
    assert read(todo("SUMMARY:x", kind="VJOURNAL")).component == "VJOURNAL"
    assert read(todo(head="\r\nMETHOD:REQUEST")).problems == ("METHOD:REQUEST in a stored object",)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "no VTODO, VEVENT or other calendar object", 0),
        ("BEGIN:VCALENDAR\nVERSION:2.\n 0\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR", "VTODO without a UID", 4),
        (todo(kind="VTODO").replace("UID:u", "UID: "), "VTODO without a UID", 2),
        (todo("END:VTODO\r\nBEGIN:VTODO\r\nUID:w"), "two UIDs in one object: u and w", 5),
        (todo("END:VTODO\r\nBEGIN:VEVENT\r\nUID:u\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:u"), "VTODO and VEVENT in one object", 5),
    ],
)
def test_what_is_no_calendar_object_is_refused(text: str, reason: str, line: int) -> None:
    with pytest.raises(CodecError) as caught:
        read(text)

    assert (reason, line) == (caught.value.reason, caught.value.line)


def test_content_is_offered_beside_read() -> None:
    assert exported is content.content


NAMES = [
    "DUE",
    "DTSTART",
    "DURATION",
    "RRULE",
    "STATUS",
    "CATEGORIES",
    "RELATED-TO",
    "RECURRENCE-ID",
    "COMPLETED",
    "EXDATE",
    "END",
]
PIECES = [
    "20261127",
    "T100000",
    "Z",
    "TZID=",
    "Europe",
    ";",
    ":",
    "VALUE=DATE",
    "P1W",
    "99991231",
    "00010101",
    "\\",
    ",",
    '"',
    "\r\n",
]


@given(
    st.sampled_from(["VTODO", "VEVENT"]),
    st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES))), max_size=5),
)
def test_nothing_but_codec_error_escapes(kind: str, lines: list[tuple[str, list[str]]]) -> None:
    text = todo(*(name + ":" * (len(parts) % 2) + "".join(parts) for name, parts in lines), kind=kind)
    try:
        resource = read(text)
    except CodecError:
        return
    assert resource.uid == "u"
