from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.usecases.conftest import NOW

from deadlines.core.meeting import Meeting, spelt_id
from deadlines.core.settings import TIME, Settings
from deadlines.core.span import Span
from deadlines.store.base import Index, Record, RunKind
from deadlines.store.schema import MIGRATIONS
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.desk import Desk
from deadlines.usecases.index import Indexer
from deadlines.usecases.meetings import busy, meetings
from deadlines.usecases.refresh import refresh

WEEKS = Span(NOW, NOW + timedelta(weeks=8))
CALL = ("DTSTART;TZID=Europe/Oslo:20261201T150000", "DTEND;TZID=Europe/Oslo:20261201T160000")
MOON = (
    "BEGIN:VTIMEZONE\r\nTZID:Moon\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def event(*lines: str, uid: str = "e", kind: str = "VEVENT", before: str = "") -> str:
    body = "".join(f"{line}\r\n" for line in (f"BEGIN:{kind}", f"UID:{uid}", *lines, f"END:{kind}"))
    return f"BEGIN:VCALENDAR\r\n{before}{body}END:VCALENDAR\r\n"


def put(desk: Desk, text: str, calendar: str = "work") -> int:
    uid, index = desk.index(text, calendar)
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        return writer.put(Record(uid=uid, calendar=calendar, ical=text, base=text, index=index)).id


def found(desk: Desk, span: Span = WEEKS) -> Sequence[Meeting]:
    return meetings(desk.store, desk.settings, span)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As the others have it, but with addresses."""
    acme, edo = settings.clients["acme"], settings.clients["edo"]
    clients = {"acme": replace(acme, emails=("*@acme.example",)), "edo": replace(edo, emails=("kenji@*",))}
    me = replace(settings.me, email="Kari@example.org")
    return replace(settings, me=me, clients=MappingProxyType(clients))


def test_a_meeting_says_all_that_its_event_does(desk: Desk) -> None:
    number = put(
        desk,
        event(
            "SUMMARY:Call", *CALL, "LOCATION:Room 1", "STATUS:TENTATIVE", "ORGANIZER:mailto:ann@acme.example",
            "ATTENDEE:mailto:kari@example.org",
        ),
    )  # fmt: skip

    (one,) = found(desk)
    assert (one.uid, one.id, one.calendar, one.summary, one.clients) == ("e", number, "work", "Call", ("acme",))
    assert one.span == Span(datetime(2026, 12, 1, 14, tzinfo=UTC), datetime(2026, 12, 1, 15, tzinfo=UTC))
    assert (one.recurrence_id, one.repeats, one.status, one.busy) == ("", False, "tentative", True)
    assert (one.location, one.organizer, one.attendees) == ("Room 1", "ann@acme.example", ("kari@example.org",))
    assert one.problem == ""


@pytest.mark.parametrize(
    ("lines", "calendar", "clients"),
    [
        ((), "work", ()),
        (("CATEGORIES:Acme Inc.",), "work", ("acme",)),
        (("CATEGORIES:web,EDO,acme",), "work", ("edo", "acme")),
        (("ATTENDEE:mailto:Ann@ACME.example",), "work", ("acme",)),
        (("ORGANIZER:mailto:kenji@edo.example",), "work", ("edo",)),
        (("ATTENDEE:mailto:ann@acme.example", "ATTENDEE:mailto:kenji@edo.example"), "work", ("acme", "edo")),
        ((), "edo", ("edo",)),
        (("ATTENDEE:mailto:ann@acme.example",), "edo", ("acme",)),
        (("ATTENDEE:mailto:stranger@example.org",), "work", ()),
    ],
)
@pytest.mark.parametrize("rule", [(), ("RRULE:FREQ=WEEKLY;COUNT=2",), ("RDATE:20261202T120000Z",)])
def test_whose_meeting_it_is(
    desk: Desk, lines: tuple[str, ...], rule: tuple[str, ...], calendar: str, clients: tuple[str, ...]
) -> None:
    put(desk, event(*CALL, *lines, *rule), calendar)

    assert {one.clients for one in found(desk)} == {clients}


def test_an_attendee_of_two_clients_is_named_and_counts_for_both(desk: Desk) -> None:
    put(desk, event(*CALL, "ATTENDEE:mailto:kenji@acme.example"))

    (one,) = found(desk)
    assert one.clients == ("acme", "edo")
    assert one.problem == (
        "kenji@acme.example matches the emails of clients acme and edo; it is taken to be a meeting with each of them"
    )


@pytest.mark.parametrize(
    ("lines", "is_busy"),
    [
        ((), True),
        (("TRANSP:TRANSPARENT",), False),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:KARI@example.org",), False),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:ann@acme.example",), True),
        (("ATTENDEE;PARTSTAT=TENTATIVE:mailto:kari@example.org",), True),
    ],
)
@pytest.mark.parametrize("rule", [(), ("RRULE:FREQ=WEEKLY;COUNT=1",), ("RDATE:20261201T140000Z",)])
def test_what_takes_my_time(desk: Desk, lines: tuple[str, ...], rule: tuple[str, ...], is_busy: bool) -> None:
    put(desk, event(*CALL, *lines, *rule))

    assert {one.busy for one in found(desk)} == {is_busy}
    assert bool(busy(desk.store, desk.settings, WEEKS)) == is_busy


@pytest.mark.parametrize("rule", [(), ("RRULE:FREQ=WEEKLY;COUNT=1",), ("RDATE:20261202T140000Z",)])
def test_what_is_cancelled_is_no_meeting(desk: Desk, rule: tuple[str, ...]) -> None:
    put(desk, event(*CALL, "STATUS:CANCELLED", *rule))

    assert found(desk) == []


def test_an_event_without_length_takes_no_time(desk: Desk) -> None:
    put(desk, event(CALL[0]))

    assert [one.busy for one in found(desk)] == [False]


FLOATING = ("DTSTART:20261201T150000", "DTEND:20261201T160000")
DAY = ("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202")


@pytest.mark.parametrize(
    ("times", "exdates", "count"),
    [
        (CALL, (), 14),
        (CALL, ("EXDATE;TZID=Europe/Oslo:20261203T150000,20261208T150000", "EXDATE:20261210T140000Z"), 11),
        (CALL, ("EXDATE:20261203T150000", "EXDATE;VALUE=DATE:20261208", "EXDATE:20261203T140000Z", "EXDATE:nonsense"), 12),
        (FLOATING, ("EXDATE:20261203T150000", "EXDATE;VALUE=DATE:20261208", "EXDATE:19990101T000000"), 12),
        (DAY, ("EXDATE;VALUE=DATE:20261203", "EXDATE:20261208T000000"), 12),
    ],
)
def test_the_columns_tell_what_the_text_tells(desk: Desk, times: tuple[str, ...], exdates: tuple[str, ...], count: int) -> None:
    """An RDATE long ago changes nothing but that the text is read."""
    lines = ("SUMMARY:x", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH", *times, *exdates, "ATTENDEE:mailto:ann@acme.example", "LOCATION:Room")
    put(desk, event(*lines, uid="columns"))
    put(desk, event(*lines, "RDATE:19990101T000000Z", uid="text"))
    rows = desk.store.events(int(WEEKS.start.timestamp()), int(WEEKS.end.timestamp()))
    assert {row.uid: row.text is None for row in rows} == {"columns": True, "text": False}

    columns, text = ([one._replace(uid="", id=0) for one in found(desk) if one.uid == uid] for uid in ("columns", "text"))
    assert columns == text
    assert len(columns) == count
    assert columns[0].recurrence_id == spelt_id(columns[0].start)
    assert columns[0].repeats


def test_a_date_that_is_taken_out_on_a_clock_that_only_the_text_defines(desk: Desk) -> None:
    put(desk, event(*CALL, "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;TZID=Moon:20261208T170000", before=MOON))

    assert len(found(desk)) == 1


def test_meetings_of_all_calendars_come_by_their_start(desk: Desk) -> None:
    put(desk, event("DTSTART:20261203T120000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "SUMMARY:b"))
    put(desk, event("DTSTART:20261203T130000Z", "DURATION:PT1H", "SUMMARY:c"), "edo")
    put(desk, event("DTSTART;VALUE=DATE:20261203", "SUMMARY:a", uid="a"))

    assert [one.summary for one in found(desk)] == ["a", "b", "c", "b"]


@pytest.mark.parametrize(
    ("category", "start"),
    [("x", "2026-12-03 08:00"), ("acme", "2026-12-03 14:00"), ("acme,edo", "2026-12-03 08:00")],
)
@pytest.mark.parametrize("rule", [(), ("RRULE:FREQ=WEEKLY;COUNT=1",), ("EXDATE:19990101T000000Z",)])
def test_a_floating_meeting_is_on_the_clients_clock_where_there_is_one_client(
    desk: Desk, category: str, start: str, rule: tuple[str, ...]
) -> None:
    put(desk, event("DTSTART:20261203T090000", "DURATION:PT1H", f"CATEGORIES:{category}", *rule))

    assert [f"{one.span.start:%Y-%m-%d %H:%M}" for one in found(desk)] == [start]


def test_a_zone_that_only_the_text_defines(desk: Desk) -> None:
    put(desk, event("DTSTART;TZID=Moon:20261203T090000", "DURATION:PT1H", before=MOON))

    assert [f"{one.span.start:%H:%M}" for one in found(desk)] == ["06:00"]


def test_a_zone_that_nobody_knows_is_named(desk: Desk) -> None:
    put(desk, event("DTSTART;TZID=Moon:20261203T090000", "DURATION:PT1H"))

    (one,) = found(desk)
    assert (f"{one.span.start:%H:%M}", one.problem) == ("08:00", "DTSTART: unknown time zone Moon; read as floating")


def test_every_second_is_cut_and_says_so(desk: Desk) -> None:
    put(desk, event("DTSTART:20261203T090000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"))

    cut = found(desk)
    assert len(cut) == 10_000
    assert "more than 10000 instances" in cut[0].problem
    (row,) = desk.store.find("e")
    assert row.index.problem.startswith("RRULE FREQ=SECONDLY: repeats more than 10000 times")  # which `check` tells as S504


def test_time_spent_on_tasks_is_no_meeting(desk: Desk) -> None:
    put(desk, event(*CALL), TIME)

    assert found(desk) == []


def test_only_what_overlaps_the_span(desk: Desk) -> None:
    put(desk, event(*CALL))
    start, end = datetime(2026, 12, 1, 14, tzinfo=UTC), datetime(2026, 12, 1, 15, tzinfo=UTC)
    hour = timedelta(hours=1)

    spans = [Span(start - hour, start), Span(start - hour, start + hour / 2), Span(end - hour / 2, end), Span(end, end + hour)]
    assert [len(found(desk, span)) for span in spans] == [0, 1, 1, 0]


def test_busy_is_disjoint_and_knows_free_busy(desk: Desk) -> None:
    put(desk, event(*CALL))
    put(desk, event("DTSTART:20261201T143000Z", "DURATION:PT1H", uid="f"))
    put(desk, event("FREEBUSY:20261202T090000Z/PT1H,19990101T090000Z/PT1H", uid="g", kind="VFREEBUSY"))

    assert [f"{one.start:%d %H:%M} {one.end:%d %H:%M}" for one in busy(desk.store, desk.settings, WEEKS)] == [
        "01 14:00 01 15:30",
        "02 09:00 02 10:00",
    ]
    assert len(found(desk)) == 2


def test_only_overrides_are_shown_under_the_name_they_have(desk: Desk) -> None:
    put(desk, event("SUMMARY:one of them", "RECURRENCE-ID:20261201T120000Z", *CALL))

    (one,) = found(desk)
    assert (one.summary, one.recurrence_id, one.repeats) == ("one of them", "20261201T120000Z", False)
    (row,) = desk.store.find("e")
    assert row.index.summary == "one of them"


def test_an_older_database_gets_its_events_from_their_texts(desk: Desk) -> None:
    text = event("SUMMARY:Call", *CALL, "ATTENDEE:mailto:ann@acme.example")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid="e", calendar="work", ical=text, base=text, index=Index(component="VEVENT", summary="Call")))
    assert found(desk) == []

    refresh(desk.store, desk.index, "2026b")

    assert [one.clients for one in found(desk)] == [("acme",)]


def test_a_database_from_before_there_were_meetings(tmp_path: Path, settings: Settings) -> None:
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    for file in sorted(MIGRATIONS.glob("000[123]_*.sql")):
        shutil.copy(file, migrations)
    text = event("SUMMARY:Call", *CALL, "ATTENDEE:mailto:ann@acme.example")
    with closing(SqliteStore(tmp_path / "old.db", migrations=migrations)) as old:
        old._database.all(
            "INSERT INTO resource (id, calendar, uid, etag, schedule_tag, ical) VALUES (1, 'work', X'65', '', '', :text)",
            {"text": text.encode()},
        )
        old._database.all(
            "INSERT INTO listing VALUES (1, 'work', X'65', 1, 'VEVENT', 'Call', '', '', '', 0, 0, '', '', '', NULL, '', '', '',"
            " NULL, NULL, NULL, NULL, '', '', '', '', '')"
        )

    with closing(SqliteStore(tmp_path / "old.db")) as store:
        refresh(store, Indexer(settings), "2026b")
        assert [one.clients for one in meetings(store, settings, WEEKS)] == [("acme",)]


def test_other_addresses_change_whose_meeting_it_is(desk: Desk) -> None:
    put(desk, event(*CALL, "ATTENDEE:mailto:ann@acme.example"))
    refresh(desk.store, desk.index, "2026b")
    edo = replace(desk.settings.clients["edo"], emails=("*@acme.example",))
    other = replace(desk.settings, clients={"edo": edo})

    refresh(desk.store, Indexer(other), "2026b")

    assert [one.clients for one in meetings(desk.store, other, WEEKS)] == [("edo",)]
