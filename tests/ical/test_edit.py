from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError, InputError
from deadlines.ical.edit import apply, master, parse
from deadlines.ical.read import read
from deadlines.ical.scan import decode
from deadlines.ical.text import clean

DATA = Path(__file__).parents[1] / "data"
TASKS = sorted(
    path.name
    for path in DATA.glob("*.ics")
    if path.name
    not in {"missing_end.ics", "two_uids_in_one_object.ics", "override_without_master.ics", "invited_with_attendees.ics"}
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STAMPS = {"DTSTAMP:20261123T120000Z", "LAST-MODIFIED:20261123T120000Z"}
OSLO, TOKYO = ZoneInfo("Europe/Oslo"), ZoneInfo("Asia/Tokyo")


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def load(name: str) -> str:
    return decode((DATA / name).read_bytes())


def todo(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VTODO", "UID:u", *lines, "END:VTODO", "END:VCALENDAR", ""])


def task_of(text: str) -> Task:
    task = read(text).task
    assert task is not None
    return task


def change(text: str, **fields: Any) -> str:  # noqa: ANN401 - the fields of Task
    return apply(text, replace(task_of(text), **fields), now=NOW)


def lines_changed(before: str, after: str) -> tuple[set[str], set[str]]:
    diff = list(difflib.ndiff(before.split("\r\n"), after.split("\r\n")))
    return {row[2:] for row in diff if row.startswith("- ")}, {row[2:] for row in diff if row.startswith("+ ")}


@pytest.mark.parametrize("name", TASKS)
def test_nothing_different_is_the_very_same_text(name: str) -> None:
    text = load(name)

    assert apply(text, task_of(text), now=NOW) is text


@pytest.mark.parametrize("name", TASKS)
def test_one_property_leaves_every_other_line_byte_for_byte(name: str) -> None:
    text = load(name)
    before, after = parse(text), parse(change(text, priority=9))
    skipped = {"PRIORITY", "DTSTAMP", "LAST-MODIFIED"}

    assert [line.raw for line in master(before).lines() if line.name not in skipped] == [
        line.raw for line in master(after).lines() if line.name not in skipped
    ]
    assert [str(node) for node in before.nodes() if node is not master(before)] == [
        str(node) for node in after.nodes() if node is not master(after)
    ]
    assert task_of(after.render()).priority == 9


def test_outlook_task_keeps_all_but_the_edited_lines() -> None:
    text = load("outlook_tzid_with_x_properties.ics")
    removed, added = lines_changed(text, change(text, summary="Neu", description="x;y"))

    assert removed == {
        "SUMMARY;LANGUAGE=de:Angebot für Müller",
        'DESCRIPTION;ALTREP="CID:part1@example.com";LANGUAGE=de:Zeile eins\\nZeile zwei',
        "DTSTAMP:20261101T120000Z",
    }
    assert added == {"SUMMARY;LANGUAGE=de:Neu", "DESCRIPTION;LANGUAGE=de:x\\;y", *STAMPS}


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"status": Status.COMPLETED}, {"STATUS:COMPLETED", "SEQUENCE:1"}),
        ({"priority": 1}, {"PRIORITY:1"}),
        ({"percent_complete": 50}, {"PERCENT-COMPLETE:50"}),
        ({"categories": ("a, b", "c")}, {"CATEGORIES:a\\, b,c"}),
        ({"completed": NOW}, {"COMPLETED:20261123T120000Z"}),
        ({"estimate": timedelta(hours=3)}, {"ESTIMATED-DURATION:PT3H"}),
        ({"warn_before": timedelta(days=5)}, {"X-DEADLINES-WARN-BEFORE:P5D"}),
        ({"warn_before": timedelta()}, {"X-DEADLINES-WARN-BEFORE:PT0S"}),
        ({"rrule": "FREQ=DAILY"}, {"RRULE:FREQ=DAILY", "SEQUENCE:1"}),
        ({"parent": "p"}, {"RELATED-TO:p"}),
        ({"after": ("x", "y")}, {"RELATED-TO;RELTYPE=DEPENDS-ON:x", "RELATED-TO;RELTYPE=DEPENDS-ON:y"}),
        ({"due": AllDay(date(2026, 12, 1))}, {"DUE;VALUE=DATE:20261201", "SEQUENCE:1"}),
        ({"start": Floating(at(2026, 12, 1, 9))}, {"DTSTART:20261201T090000", "SEQUENCE:1"}),
    ],
)
def test_fields_are_written_and_taken_out_again(fields: dict[str, Any], written: set[str]) -> None:
    text = todo("SUMMARY:x")
    changed = change(text, **fields)
    empty = Task(uid="u")

    assert lines_changed(text, changed) == (set(), written | STAMPS)
    back = change(changed, **{name: getattr(empty, name) for name in fields})
    assert replace(task_of(back), last_modified=None, sequence=0) == replace(task_of(text), sequence=0)


def test_sequence_counts_up_and_a_broken_one_starts_anew() -> None:
    assert task_of(change(todo("SEQUENCE:4"), status=Status.CANCELLED)).sequence == 5
    assert task_of(change(todo("SEQUENCE:x"), status=Status.CANCELLED)).sequence == 1
    assert task_of(change(todo("SEQUENCE:4"), summary="x")).sequence == 4


def test_new_clock_brings_its_definition_once() -> None:
    text = todo("SUMMARY:x").replace("\r\n", "\n")
    changed = change(
        text, start=Zoned(at(2026, 12, 1, 9), "Asia/Tokyo", TOKYO), due=Zoned(at(2026, 12, 2, 9), "Asia/Tokyo", TOKYO)
    )
    again = change(changed, due=Zoned(at(2026, 12, 3, 9), "Asia/Tokyo", TOKYO))

    assert changed.count("BEGIN:VTIMEZONE") == again.count("BEGIN:VTIMEZONE") == 1
    assert "\r" not in changed
    assert change(text, due=Zoned(at(2026, 12, 1, 9), "UTC", UTC)).count("BEGIN:VTIMEZONE") == 0
    assert "TZID:W. Europe Standard Time" in change(
        load("outlook_tzid_with_x_properties.ics"), due=Zoned(at(2026, 12, 1, 9), "W. Europe Standard Time", OSLO)
    )


def test_clock_that_is_defined_already_is_not_defined_again() -> None:
    text = load("outlook_tzid_with_x_properties.ics")
    due = task_of(text).due
    assert isinstance(due, Zoned)

    assert change(text, due=replace(due, local=at(2026, 12, 1, 9))).count("BEGIN:VTIMEZONE") == 1


def test_foreign_parameters_of_a_moved_due_stay() -> None:
    changed = change(todo("DUE;VALUE=DATE;X-A=1:20261201"), due=AllDay(date(2026, 12, 2)))

    assert "DUE;VALUE=DATE;X-A=1:20261202\r\n" in changed


@pytest.mark.parametrize(
    ("start", "due", "written"),
    [
        (AllDay(date(2026, 12, 1)), Zoned(at(2026, 12, 2, 9), "UTC", UTC), "DTSTART:20261201T000000Z"),
        (AllDay(date(2026, 12, 1)), Floating(at(2026, 12, 2, 9)), "DTSTART:20261201T000000"),
        (Floating(at(2026, 12, 1, 9)), AllDay(date(2026, 12, 1)), "DTSTART;VALUE=DATE:20261201"),
    ],
)
def test_start_takes_the_value_type_of_the_due(start: When, due: When, written: str) -> None:
    assert written + "\r\n" in change(todo(), start=start, due=due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (AllDay(date(2026, 12, 2)), AllDay(date(2026, 12, 1))),
        (Floating(at(2026, 12, 1, 9)), Floating(at(2026, 12, 1, 8))),
        (Zoned(at(2026, 12, 1, 9), "Europe/Oslo", OSLO), Zoned(at(2026, 12, 1, 9), "Asia/Tokyo", TOKYO)),
    ],
)
def test_due_before_its_start_is_refused(start: When, due: When) -> None:
    with pytest.raises(InputError, match="is before the start"):
        change(todo(), start=start, due=due)


DURATION = todo("DTSTART:20261201T090000", "DURATION:PT2H")


@pytest.mark.parametrize(
    ("text", "start", "due", "expected"),
    [
        (DURATION, at(2026, 12, 2, 9), at(2026, 12, 2, 11), {"DTSTART:20261202T090000"}),
        (DURATION, at(2026, 12, 1, 9), at(2026, 12, 1, 12), {"DUE:20261201T120000"}),
        (DURATION, None, at(2026, 12, 1, 12), {"DUE:20261201T120000"}),
        (DURATION, at(2026, 12, 1, 9), None, set()),
        (todo("DURATION:x"), at(2026, 12, 1, 9), None, {"DTSTART:20261201T090000"}),
    ],
)
def test_duration_stays_while_it_is_true(text: str, start: datetime | None, due: datetime | None, expected: set[str]) -> None:
    changed = change(text, start=Floating(start) if start else None, due=Floating(due) if due else None)

    assert lines_changed(text, changed)[1] == expected | {"SEQUENCE:1"} | STAMPS
    assert task_of(changed).due == (Floating(due) if due else None)


def test_links_that_stay_are_not_rewritten() -> None:
    text = todo(
        "RELATED-TO;RELTYPE=FINISHTOSTART;GAP=P1D:a",
        "RELATED-TO;RELTYPE=DEPENDS-ON:b",
        "RELATED-TO;RELTYPE=CHILD:c",
        "RELATED-TO:p",
    )
    changed = change(text, after=("a", "d"), parent="q")

    assert lines_changed(text, changed) == (
        {"RELATED-TO;RELTYPE=DEPENDS-ON:b", "RELATED-TO:p"},
        {"RELATED-TO;RELTYPE=DEPENDS-ON:d", "RELATED-TO:q", *STAMPS},
    )


def test_override_and_foreign_components_are_left_alone() -> None:
    override = "BEGIN:VTODO\r\nUID:u\r\nRECURRENCE-ID:20261201T090000\r\nSUMMARY:once\r\nEND:VTODO\r\n"
    text = todo("SUMMARY:x").replace("BEGIN:VTODO", override + "BEGIN:VTODO", 1)

    assert change(text, summary="y").count("SUMMARY:once") == 1
    assert task_of(change(text, summary="y")).summary == "y"


@pytest.mark.parametrize("name", ["override_without_master.ics", "invited_with_attendees.ics"])
def test_what_holds_no_task_is_refused(name: str) -> None:
    with pytest.raises(CodecError):
        apply(load(name), Task(uid="u"), now=NOW)
    with pytest.raises(CodecError):
        master(parse(load(name)))


@given(st.text(), st.text())
def test_hostile_texts_read_back_equal(summary: str, description: str) -> None:
    changed = change(todo("SUMMARY;LANGUAGE=de:x", "ATTENDEE:mailto:a@example.com"), summary=summary, description=description)
    task = task_of(changed)

    assert (clean(summary), clean(description)) == (task.summary, task.description)
    assert [line.name for line in master(parse(changed)).lines() if line.name not in {"SUMMARY", "DESCRIPTION"}] == [
        *("UID", "ATTENDEE"),
        *(("DTSTAMP", "LAST-MODIFIED") if changed != todo("SUMMARY;LANGUAGE=de:x", "ATTENDEE:mailto:a@example.com") else ()),
    ]
    assert apply(changed, replace(task, summary=summary), now=NOW) == changed


def test_injection_in_a_raw_value_is_refused() -> None:
    with pytest.raises(CodecError):
        change(todo(), rrule="FREQ=DAILY\r\nATTENDEE:mailto:x@example.com")


def test_icalendar_reads_the_edit() -> None:
    changed = change(load("outlook_tzid_with_x_properties.ics"), summary="a\r\nDUE:1", categories=("x, y", "z"))
    parsed: Any = next(iter(icalendar.Calendar.from_ical(changed).walk("VTODO")))

    assert str(parsed["SUMMARY"]) == "a\nDUE:1"
    assert [str(item) for item in parsed["CATEGORIES"].cats] == ["x, y", "z"]
