from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.settings import Settings
from deadlines.errors import CodecError
from deadlines.ical.glance import glance
from deadlines.ical.read import read
from deadlines.ical.scan import decode
from deadlines.store.base import Index
from deadlines.usecases.index import Indexer

DATA = Path(__file__).parents[1] / "data"
REFUSED = {"missing_end", "two_uids_in_one_object"}
FILES = sorted(path for path in DATA.glob("*.ics") if path.stem not in REFUSED and b"BEGIN:VTODO" in path.read_bytes())
NEW_YORK, OSLO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Oslo")
HOURS = parse_hours("Mon-Fri 09:00-17:00")
ACME = Client(key="acme", name="Acme Inc.", zone=NEW_YORK, availability=Availability(zone=NEW_YORK, weekly=HOURS))
ME = Owner(zone=OSLO, availability=Availability(zone=OSLO, weekly=HOURS), all_day_due=AllDayDue.END_OF_DAY)
INDEXER = Indexer(Settings(me=ME, clients={"acme": ACME}))

TIMES = """
:20261127T170000Z
;TZID=America/New_York:20261127T170000
;TZID=America/New_York:20261101T013000
;TZID=Europe/Oslo:20260329T023000
;TZID=W. Europe Standard Time:20261127T170000
;TZID=Nowhere/Land:20261127T170000
:20261127T170000
;TZID="Asia/Tokyo":20261128T070000
;VALUE=DATE:20261127
;VALUE=DATE:20261126
;VALUE=DATE:2026W011
:20261127
;VALUE=DATE-TIME:20261127T170000
;TZID=Asia/Tokyo:20261127T170000Z
: 20261127T170000Z\x20
:20261127T170060Z
:20260230T170000Z
:2026W011T170000
:00010101T000000Z
:00020101T000000
:19691231T235959Z
:99981231T235959Z
:99991231T235959Z
;TZID=America/New_York:19000101T000000
:soon
:
""".strip("\n").split("\n")
OTHERS = """
STATUS:NEEDS-ACTION
STATUS:in-process
STATUS:COMPLETED
STATUS: COMPLETED
STATUS:CANCELLED
STATUS:Needs-Action
STATUS:DRAFT
STATUS:
SUMMARY:Landing page\\, first
SUMMARY:
summary:second
DESCRIPTION:One\\nTwo\\\\n
CATEGORIES:acme,web
CATEGORIES:Acme Inc.,web
CATEGORIES: , a\\,b
RELATED-TO:p
RELATED-TO;RELTYPE=CHILD:c
RELATED-TO;RELTYPE=FINISHTOSTART:f
RELATED-TO;reltype=depends-on:d
RRULE:FREQ=WEEKLY
RRULE: FREQ=DAILY
DURATION:PT1H
ESTIMATED-DURATION:PT3H
ESTIMATED-DURATION:soon
ESTIMATED-DURATION:-PT1H
X-DEADLINES-WARN-BEFORE:P5D
X-DEADLINES-WARN-BEFORE:soon
RECURRENCE-ID:20261127T170000Z
X-A:1
X-A:2
UID:again
no colon
""".strip("\n").split("\n")
NUMBERS = (":0", ":5", ":9", ":10", ":100", ":101", ":-1", ":+3", ": 7", ":007", ":\u0663", ":many", ":")
LINES = (
    *(name + time for name in ("DUE", "DTSTART", "COMPLETED", "LAST-MODIFIED") for time in TIMES),
    *(name + number for name in ("PRIORITY", "PERCENT-COMPLETE", "SEQUENCE") for number in NUMBERS),
    *OTHERS,
    "BEGIN:VALARM\r\nTRIGGER:PT0S\r\nEND:VALARM",
)


def as_read(text: str) -> tuple[str, Index]:
    resource = read(text)
    problem = "; ".join(resource.problems)
    if resource.task is not None:
        return resource.uid, INDEXER.task(resource.task, "work", problem)
    return resource.uid, Index(component=resource.component, problem=problem)


def todo(*lines: str, uid: str = "UID:u", head: str = "") -> str:
    return "\r\n".join(["BEGIN:VCALENDAR" + head, "BEGIN:VTODO", uid, *lines, "END:VTODO", "END:VCALENDAR", ""])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_indexed_as_it_is_read(path: Path) -> None:
    text = decode(path.read_bytes())
    expected = as_read(text)

    assert INDEXER(text, "work") == expected


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_indexed_as_it_is_read(line: str) -> None:
    assert INDEXER(todo(line), "work") == as_read(todo(line))


@given(st.lists(st.sampled_from(LINES), max_size=6), st.sampled_from(["", "\r\nMETHOD:PUBLISH", "\r\nVERSION:2.0"]))
def test_a_task_is_indexed_as_it_is_read(lines: list[str], head: str) -> None:
    text = todo(*lines, head=head)

    assert INDEXER(text, "work") == as_read(text)


@given(
    st.sampled_from(["DUE:", "DUE;VALUE=DATE:", "COMPLETED:", "PRIORITY:", "SEQUENCE:"]),
    st.text(st.sampled_from("0129TZtz-+ \u0663"), max_size=17),
)
def test_no_spelling_of_a_value_is_indexed_otherwise_than_read(name: str, value: str) -> None:
    assert INDEXER(todo(name + value), "work") == as_read(todo(name + value))


PIECES = (
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VTODO\r\n",
    "END:VTODO\r\n",
    "begin:vtodo\r\n",
    "BEGIN:VTODO \r\n",
    "BEGIN;X=1:VTODO\r\n",
    "BEGIN:VTODO\n",
    "BEGIN:VALARM\r\n",
    "END:VALARM\r\n",
    "end:valarm\r\n",
    "END;X=1:VALARM\r\n",
    "BEGIN:VALARM\r\nTRIGGER:PT0S\r\nEND:VALARM\r\n",
    "BEGIN:VTIMEZONE\r\nTZID:Oslo\r\nEND:VTIMEZONE\r\n",
    "METHOD:PUBLISH\r\n",
    "UID:u\r\n",
    "UID:v\r\n",
    "SUMMARY:Landing page\r\n",
    "SUMMARY:\xe6\xf8\r\n",
    "SUMMARY:\udcc3\r\n",
    " \udca6\r\n",
    " folded\r\n",
    "\tfolded\r\n",
    "X-A:1\rX-B:2\r\n",
    "X-A:1\n",
    "\r\n",
    " \r\n",
    "BEGIN\r\n",
    "no colon\r\n",
    "\ufeff",
)
LONE = ("BEGIN:VCALENDAR\r\n", "BEGIN:VTODO\r\n", "UID:u\r\n", "END:VTODO\r\n", "END:VCALENDAR\r\n")


@given(st.lists(st.tuples(st.integers(0, len(LONE)), st.sampled_from(PIECES)), max_size=6), st.booleans())
def test_a_structure_is_indexed_as_it_is_read(pieces: list[tuple[int, str]], cut: bool) -> None:
    around: list[list[str]] = [[] for _ in range(len(LONE) + 1)]
    for at, piece in pieces:
        around[at].append(piece)
    text = "".join("".join(before) + line for before, line in zip(around, (*LONE, ""), strict=True))
    text = text.removesuffix("\r\n") if cut else text

    try:
        expected: tuple[str, Index] | str = as_read(text)
    except CodecError as error:
        expected = str(error)
    try:
        found: tuple[str, Index] | str = INDEXER(text, "work")
    except CodecError as error:
        found = str(error)

    assert found == expected


@pytest.mark.parametrize(
    "lines",
    [
        ("DUE;TZID=America/New_York:20261127T170000", "DTSTART;TZID=Asia/Tokyo:20261127T090000", "STATUS:NEEDS-ACTION"),
        ("DUE;VALUE=DATE:20261127", "CATEGORIES:acme", "RELATED-TO:p", "PERCENT-COMPLETE:0", "PRIORITY:9"),
        (
            "DUE:20261127T170000Z",
            "STATUS:COMPLETED",
            "COMPLETED:20261127T160000Z",
            "SEQUENCE:12",
            "LAST-MODIFIED:20261127T160000Z",
        ),
        ("BEGIN:VALARM", "TRIGGER:PT0S", "END:VALARM", "X-APPLE-SORT-ORDER:1"),
        ("DESCRIPTION:so long that", "  it is folded", "SUMMARY:\xe6\xf8"),
    ],
)
def test_what_programs_write_is_seen_at_a_glance(lines: tuple[str, ...]) -> None:
    assert glance(todo(*lines)) is not None


@pytest.mark.parametrize(
    "text",
    [
        todo(uid="UID: "),
        todo("STATUS:DRAFT"),
        todo("DURATION:PT1H"),
        todo("DUE:20261127T170000Z", "DTSTART:20261128T170000Z"),
        todo(head="\r\nMETHOD:PUBLISH"),
        todo().replace("VTODO", "VEVENT"),
    ],
)
def test_what_is_remarkable_is_left_to_read(text: str) -> None:
    assert glance(text) is None
