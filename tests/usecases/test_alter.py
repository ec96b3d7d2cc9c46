from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from tests.usecases.conftest import Phone, Synced, record, text
from tests.usecases.test_meetings import MOON, event, put

from deadlines.core.settings import Settings
from deadlines.errors import InputError, Refused
from deadlines.ical.people import Organizer, invite
from deadlines.store.base import Row
from deadlines.usecases.alter import Altered, Change, alter
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.meet import Wish, keep, plan
from deadlines.usecases.tasks import add
from deadlines.usecases.timing import spend

OSLO = ("DTSTART;TZID=Europe/Oslo:20261201T150000", "DTEND;TZID=Europe/Oslo:20261201T160000")
WEEKLY = ("SUMMARY:Call", "DTSTART;TZID=Europe/Oslo:20261006T150000", "DTEND;TZID=Europe/Oslo:20261006T160000")
TUESDAYS = "RRULE:FREQ=WEEKLY;BYDAY=TU"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As the others have it, but with addresses."""
    acme = replace(settings.clients["acme"], emails=("*@acme.example",))
    me = replace(settings.me, email="kari@example.org")
    return replace(settings, me=me, clients=MappingProxyType({**settings.clients, "acme": acme}))


def row(desk: Desk, number: int) -> Row:
    found = record(desk, number)
    return Row(id=found.id, uid=found.uid, calendar=found.calendar, index=found.index)


def change(desk: Desk, number: int, **typed: str) -> Altered:
    return alter(desk, row(desk, number), Change(**typed))


def times(desk: Desk, number: int) -> list[str]:
    body = text(desk, number).partition("BEGIN:VEVENT")[2]
    return [line for line in body.split("\r\n") if line.startswith(("DTSTART", "DTEND", "DURATION"))]


def clocks(altered: Altered) -> str:
    assert altered.shown.view is not None
    return altered.shown.view.clocks


def test_a_meeting_is_moved_on_the_clients_clock_and_keeps_its_length(desk: Desk) -> None:
    number = keep(desk, plan(desk, Wish(("acme",), "Call", "tue 10:00", "45m"))).meeting.meeting.id

    altered = change(desk, number, start="thu 11:00", location="Room 1", note="Bring\nplans", summary="Big  call")

    assert clocks(altered) == "Thu 26 Nov 11:00-11:45 New York = Thu 26 Nov 17:00-17:45 Oslo"
    assert (altered.run, altered.untold) == (2, ())
    index = record(desk, number).index
    assert (index.summary, index.note) == ("Big call", "Bring\nplans")
    assert "LOCATION:Room 1\r\n" in text(desk, number)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"duration": "90m"}, ["DTSTART;TZID=Europe/Oslo:20261201T150000", "DTEND;TZID=Europe/Oslo:20261201T163000"]),
        ({"end": "2026-12-01 17:00"}, ["DTSTART;TZID=Europe/Oslo:20261201T150000", "DTEND;TZID=Europe/Oslo:20261201T170000"]),
        (
            {"start": "2026-12-02 10:00", "end": "2026-12-02 10:20"},
            ["DTSTART;TZID=Europe/Oslo:20261202T100000", "DTEND;TZID=Europe/Oslo:20261202T102000"],
        ),
        (
            {"start": "2026-12-02 9:00 Tokyo"},
            ["DTSTART;TZID=Asia/Tokyo:20261202T090000", "DTEND;TZID=Asia/Tokyo:20261202T100000"],
        ),
        ({"start": "2026-12-01 15:00"}, [*OSLO]),
    ],
)
def test_start_end_and_duration(desk: Desk, typed: dict[str, str], expected: list[str]) -> None:
    number = put(desk, event("SUMMARY:Call", *OSLO))

    change(desk, number, **typed)

    assert times(desk, number) == expected


def test_an_hour_that_comes_twice_is_no_length(desk: Desk) -> None:
    """An end that the clock shows for the second time is written in UTC."""
    number = put(desk, event(*OSLO))

    change(desk, number, start="2027-10-31 01:30", duration="1h30")

    assert times(desk, number) == ["DTSTART;TZID=Europe/Oslo:20271031T013000", "DTEND:20271031T010000Z"]


def test_a_duration_that_is_not_named_stays(desk: Desk) -> None:
    number = put(desk, event("DTSTART;TZID=Europe/Oslo:20261201T150000", "DURATION:PT1H"))
    change(desk, number, start="2026-12-02 9:00")
    assert times(desk, number) == ["DTSTART;TZID=Europe/Oslo:20261202T090000", "DURATION:PT1H"]

    change(desk, number, duration="30m")
    assert times(desk, number) == ["DTSTART;TZID=Europe/Oslo:20261202T090000", "DTEND;TZID=Europe/Oslo:20261202T093000"]


def test_a_whole_day_stays_one(desk: Desk) -> None:
    number = put(desk, event("DTSTART;VALUE=DATE:20261201"))
    change(desk, number, start="2026-12-03")
    assert times(desk, number) == ["DTSTART;VALUE=DATE:20261203"]
    change(desk, number, end="2026-12-04")
    assert times(desk, number) == ["DTSTART;VALUE=DATE:20261203", "DTEND;VALUE=DATE:20261205"]
    change(desk, number, duration="3d", start="2026-12-10")
    assert times(desk, number) == ["DTSTART;VALUE=DATE:20261210", "DTEND;VALUE=DATE:20261213"]

    for typed in ({"start": "fri 15:00"}, {"end": "fri 15:00"}, {"duration": "3h"}):
        with pytest.raises(InputError):
            change(desk, number, **typed)


def test_a_series_moves_by_as_much_as_its_next_instance_on_its_own_clock(desk: Desk) -> None:
    """It began in summer time, an hour of UTC earlier."""
    number = put(desk, event(*WEEKLY, TUESDAYS, "CATEGORIES:acme"))

    altered = change(desk, number, start="tue 10:30", duration="20m")

    assert clocks(altered) == "Tue 24 Nov 10:30-10:50 New York = Tue 24 Nov 16:30-16:50 Oslo"
    assert times(desk, number) == ["DTSTART;TZID=Europe/Oslo:20261006T163000", "DTEND;TZID=Europe/Oslo:20261006T165000"]


def test_a_series_of_days(desk: Desk) -> None:
    number = put(desk, event("DTSTART;VALUE=DATE:20261001", "RRULE:FREQ=MONTHLY"))

    change(desk, number, start="2026-12-03", end="2026-12-04")

    assert times(desk, number) == ["DTSTART;VALUE=DATE:20261003", "DTEND;VALUE=DATE:20261005"]


@pytest.mark.parametrize(
    "more",
    [
        ("EXDATE;TZID=Europe/Oslo:20261201T150000",),
        ("RDATE;TZID=Europe/Oslo:20261203T150000",),
        ("END:VEVENT", "BEGIN:VEVENT", "UID:e", "RECURRENCE-ID;TZID=Europe/Oslo:20261201T150000", *OSLO),
    ],
)
def test_a_series_with_instances_of_their_own_is_not_moved_but_otherwise_changed(desk: Desk, more: tuple[str, ...]) -> None:
    number = put(desk, event(*WEEKLY, TUESDAYS, *more))

    with pytest.raises(Refused, match="single instances") as refused:
        change(desk, number, start="tue 16:00")
    assert "summary, place and note" in refused.value.hint
    assert change(desk, number, summary="Other", duration="30m").run
    assert times(desk, number)[:2] == [WEEKLY[1], "DTEND;TZID=Europe/Oslo:20261006T153000"]


@pytest.mark.parametrize(
    ("rule", "start", "why"),
    [
        (TUESDAYS, "wed 15:00", "does not fall on its start"),
        ("RRULE:FREQ=WEEKLY;UNTIL=20261215T140000Z", "tue 15:30", "would have 10 instances and not 11"),
    ],
)
def test_a_rule_that_would_mean_something_else_is_named(desk: Desk, rule: str, start: str, why: str) -> None:
    number = put(desk, event(*WEEKLY, rule))
    before = text(desk, number)

    with pytest.raises(Refused, match=why):
        change(desk, number, start=start)

    assert text(desk, number) == before


def test_a_rule_without_days_moves_along(desk: Desk) -> None:
    number = put(desk, event(*WEEKLY, "RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z"))

    change(desk, number, start="wed 15:00")

    assert times(desk, number)[0] == "DTSTART;TZID=Europe/Oslo:20261007T150000"


def test_a_clock_that_only_the_file_knows(desk: Desk) -> None:
    number = put(desk, event("DTSTART;TZID=Moon:20261201T150000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", before=MOON))

    change(desk, number, start="2026-12-01 14:00", duration="2h")

    assert times(desk, number) == ["DTSTART;TZID=Moon:20261201T160000", "DTEND:20261201T150000Z"]


@pytest.mark.parametrize(
    ("lines", "typed", "why"),
    [
        (OSLO, {"end": "2026-12-01 14:00"}, "end before it starts"),
        (OSLO, {"end": "2026-12-01 15:00"}, "end before it starts"),
        (OSLO, {"end": "2026-12-01 17:00", "duration": "1h"}, "both say when it ends"),
        (OSLO, {"start": "2026-12-02"}, "a time of day is wanted"),
        (OSLO, {"summary": " "}, "needs a summary"),
        (("DTSTART:20261201T150000", "DTEND:20261201T160000"), {"start": "2026-12-02 9:00"}, "no time on a clock"),
        ((*OSLO, "RECURRENCE-ID:20261201T140000Z"), {"summary": "x"}, "an instance of a series"),
        ((*OSLO, "ORGANIZER:mailto:ann@acme.example"), {"summary": "x"}, "invited to it by another program"),
        ((*OSLO, "ATTENDEE:mailto:ann@acme.example"), {"summary": "x"}, "invited to it by another program"),
    ],
)
def test_what_cannot_be_done_is_refused(desk: Desk, lines: tuple[str, ...], typed: dict[str, str], why: str) -> None:
    number = put(desk, event("SUMMARY:Call", *lines))
    before = text(desk, number)

    with pytest.raises(InputError, match=why):
        change(desk, number, **typed)

    assert text(desk, number) == before


def test_time_spent_is_said_anew(desk: Desk) -> None:
    task = add(desk, Draft(summary="Logo")).tasks[0]
    timed = spend(desk, str(task.id), timedelta(hours=1), on="")
    assert timed.entry is not None

    with pytest.raises(Refused, match="is time spent on a task"):
        change(desk, timed.entry.id, summary="x")


def test_whom_we_invited_is_named(desk: Desk) -> None:
    number = put(desk, invite(event(*OSLO), Organizer("kari@example.org"), ["ann@acme.example", "kari@example.org"]))

    assert change(desk, number, duration="30m").untold == ("ann@acme.example",)
    assert change(desk, number, duration="30m").untold == ()


def test_nothing_new_leaves_no_trace(desk: Desk) -> None:
    number = put(desk, event("SUMMARY:Call", *OSLO))
    before = text(desk, number)

    altered = change(desk, number, summary="Call", start="2026-12-01 15:00", duration="1h", note="none")

    assert (altered.run, text(desk, number)) == (0, before)


def test_it_is_pushed_merged_and_taken_back(desk: Desk, phone: Phone, synced: Synced) -> None:
    """Somebody else changes the place meanwhile."""
    number = keep(desk, plan(desk, Wish(("acme",), "Call", "tue 10:00", "45m"))).meeting.meeting.id
    synced(desk)
    before = text(desk, number)
    phone.put(before.replace("SUMMARY:Call", "SUMMARY:Call\r\nLOCATION:Room 2"))
    altered = change(desk, number, start="thu 11:00")
    synced(desk)

    (there,) = phone.texts()
    assert "LOCATION:Room 2" in there
    assert "DTSTART;TZID=America/New_York:20261126T110000" in there

    undo(desk, altered.run)
    synced(desk)
    (there,) = phone.texts()
    assert "LOCATION:Room 2" in there
    assert "DTSTART;TZID=America/New_York:20261124T100000" in there
