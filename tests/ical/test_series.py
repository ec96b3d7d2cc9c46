from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.series import Extra, instances
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, Zoned
from deadlines.ical.scan import scan
from deadlines.ical.series import Read, read_free_busy, read_series

OSLO = ZoneInfo("Europe/Oslo")
YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
MOON = (
    "BEGIN:VTIMEZONE", "TZID:Moon", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300",
    "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
WEEKLY = ("DTSTART;TZID=Europe/Oslo:20260508T090000", "DTEND;TZID=Europe/Oslo:20260508T100000", "RRULE:FREQ=WEEKLY;COUNT=3")


def read(*events: tuple[str, ...], zone: tuple[str, ...] = ()) -> Read:
    body = [line for event in events for line in ("BEGIN:VEVENT", "UID:e", *event, "END:VEVENT")]
    return read_series(scan("\r\n".join(["BEGIN:VCALENDAR", *zone, *body, "END:VCALENDAR", ""])))


def starts(found: Read) -> list[str]:
    return [f"{one.span.start:%m-%d %H:%M}" for one in instances(found.series, YEAR, OSLO).instances]


def test_everything_that_a_meeting_needs_is_read() -> None:
    found = read(
        (
            "SUMMARY:Call\\, weekly", "STATUS:TENTATIVE", "TRANSP:TRANSPARENT", "LOCATION:Room 1", "CATEGORIES:acme,web", *WEEKLY,
            "ORGANIZER;CN=Kari:MAILTO:Kari@Example.org", "ATTENDEE;PARTSTAT=declined:mailto:kari@example.org",
            'ATTENDEE;CN="A, B";EMAIL=bob@acme.example:urn:uuid:1', "ATTENDEE:mailto:bob@acme.example", "ATTENDEE:",
        )
    )  # fmt: skip
    part = found.series.master

    assert part is not None
    assert (part.summary, part.status, part.transparent, part.location) == ("Call, weekly", "tentative", True, "Room 1")
    assert (part.categories, part.organizer, part.attendees) == (
        ("acme", "web"),
        "kari@example.org",
        ("kari@example.org", "bob@acme.example"),
    )
    assert part.declined == ("kari@example.org",)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("RDATE;VALUE=DATE:20260601", Extra(AllDay(date(2026, 6, 1)))),
        ("RDATE:20260601T120000", Extra(Floating(datetime(2026, 6, 1, 12)))),  # noqa: DTZ001 - a floating time
        (
            "RDATE;VALUE=PERIOD:20260601T120000Z/20260601T130000Z",
            Extra(Zoned(datetime(2026, 6, 1, 12), "UTC", UTC), Zoned(datetime(2026, 6, 1, 13), "UTC", UTC)),  # noqa: DTZ001 - wall time
        ),
        (
            "RDATE;VALUE=PERIOD:20260601T120000Z/PT2H",
            Extra(Zoned(datetime(2026, 6, 1, 12), "UTC", UTC), Zoned(datetime(2026, 6, 1, 14), "UTC", UTC)),  # noqa: DTZ001 - wall time
        ),
    ],
)
def test_rdate_in_each_of_its_forms(line: str, extra: Extra) -> None:
    assert read((*WEEKLY, line)).series.extras == (extra,)


def test_exdates_on_several_lines_and_in_lists() -> None:
    found = read((*WEEKLY, "EXDATE;TZID=Europe/Oslo:20260508T090000,20260515T090000", "EXDATE:20260522T070000Z"))

    assert starts(found) == []


def test_overrides_alone_and_for_all_that_follow() -> None:
    future = ("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Oslo:20260515T090000", "DURATION:PT30M")
    gone = ("RECURRENCE-ID;TZID=Europe/Oslo:20260508T090000", "STATUS:CANCELLED")
    found = read(
        WEEKLY, (*future, "DTSTART;TZID=Europe/Oslo:20260515T110000"), (*gone, "DTSTART;TZID=Europe/Oslo:20260508T120000")
    )

    assert starts(found) == ["05-15 09:00", "05-22 09:00"]
    assert [part.nominal for part in found.series.overrides] == [timedelta(minutes=30), None]


def test_a_clock_that_only_the_text_defines() -> None:
    found = read(("DTSTART;TZID=Moon:20260508T090000", "DURATION:PT1H"), zone=MOON)

    assert starts(found) == ["05-08 06:00"]


def test_a_clock_that_nobody_knows_is_floating_and_named() -> None:
    found = read(("DTSTART;TZID=Moon:20260508T090000", "DURATION:PT1H"))

    assert starts(found) == ["05-08 07:00"]
    assert found.problems == ("DTSTART: unknown time zone Moon; read as floating",)


@pytest.mark.parametrize(
    ("rule", "problem", "count"),
    [
        ("FREQ=WEEKLY;INTERVAL=0", "RRULE: INTERVAL cannot be '0'; only its start is shown", 1),
        ("COUNT=3", "RRULE: FREQ is missing; only its start is shown", 1),
        ("FREQ=WEEKLY;COUNT=3;", "", 3),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30: yields no instance but its start", 1),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "does not fall on its start, which some programs leave out", 2),
        ("FREQ=MONTHLY;BYDAY=3MO,WE,FR;COUNT=4", "mixes numbered and plain weekdays, of which some programs read nothing", 4),
        ("FREQ=YEARLY;BYWEEKNO=19;COUNT=1", "BYWEEKNO without BYDAY", 1),
    ],
)
def test_a_rule_that_others_read_differently_is_followed_and_named(rule: str, problem: str, count: int) -> None:
    """Those that `dateutil` is known to get wrong (ROBUSTNESS §1)."""
    found = read((*WEEKLY[:2], f"RRULE:{rule}"))

    assert len(starts(found)) == count
    assert len(found.problems) == bool(problem)
    assert problem in "".join(found.problems)


@pytest.mark.parametrize(
    ("rule", "flooding"),
    [
        ("FREQ=SECONDLY", True),
        ("FREQ=MINUTELY", True),
        ("FREQ=MINUTELY;INTERVAL=30", False),
        ("FREQ=HOURLY", False),
        ("FREQ=SECONDLY;COUNT=10", False),
        ("FREQ=DAILY", False),
    ],
)
def test_an_event_that_floods_is_named_before_anybody_looks(rule: str, flooding: bool) -> None:
    found = read((*WEEKLY[:2], f"RRULE:{rule}"))

    said = f"RRULE {rule}: repeats more than 10000 times in 8 weeks, of which no more are looked at"
    assert found.problems == ((said,) if flooding else ())


def test_what_has_no_start_takes_place_at_no_time() -> None:
    found = read(("SUMMARY:x", "RRULE:FREQ=DAILY"))

    assert found.series.master is None
    assert found.problems == ("DTSTART is missing",)


@pytest.mark.parametrize("length", ["P999999999D", "nonsense"])
def test_a_duration_that_leads_nowhere_is_none(length: str) -> None:
    found = read(("DTSTART;VALUE=DATE:20260508", f"DURATION:{length}", "RRULE:FREQ=WEEKLY;COUNT=2"))

    assert starts(found) == ["05-07 22:00", "05-14 22:00"]
    assert found.series.master is not None
    assert found.series.master.nominal is None


def test_two_events_with_one_uid_the_first_is_read() -> None:
    found = read(WEEKLY, ("DTSTART:20270101T000000Z",))

    assert len(starts(found)) == 3


# --- free/busy


def test_periods_that_are_not_free_are_busy() -> None:
    lines = (
        "FREEBUSY:20260508T070000Z/PT3H,20260507T070000Z/20260507T080000Z",
        "FREEBUSY;FBTYPE=FREE:20260501T070000Z/PT3H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260509T070000Z/PT1H",
        "FREEBUSY:nonsense,20260510T070000Z,20260510T070000Z/20260510T060000Z,20260510T070000Z/P9999999D",
    )
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VFREEBUSY", "UID:f", *lines, "END:VFREEBUSY", "END:VCALENDAR", ""])

    assert [f"{one.start:%m-%d %H:%M} {one.length}" for one in read_free_busy(scan(text))] == [
        "05-07 07:00 1:00:00",
        "05-08 07:00 3:00:00",
        "05-09 07:00 1:00:00",
    ]
