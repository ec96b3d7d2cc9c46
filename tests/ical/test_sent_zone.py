import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.ical.vtimezones import blocks

from deadlines.errors import CodecError
from deadlines.ical import sent_zone
from deadlines.ical.sent_zone import SentZone
from deadlines.ical.zones import Zones


def observance(kind: str, old: str, new: str, *lines: str) -> str:
    return "\n".join((f"BEGIN:{kind}", f"TZOFFSETFROM:{old}", f"TZOFFSETTO:{new}", *lines, f"END:{kind}"))


def calendar(*observances: str, tzid: str = "Office", extra: str = "X-NOTE:none") -> str:
    return "\n".join(("BEGIN:VTIMEZONE", f"TZID:{tzid}", extra, *observances, "END:VTIMEZONE"))


def zone(*observances: str, extra: str = "X-NOTE:none") -> SentZone:
    return sent_zone.read(blocks(calendar(*observances, extra=extra)).children[0])


WINTER = observance(
    "STANDARD", "+0200", "+0100", "DTSTART:16010101T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZNAME:W"
)
SUMMER = observance("DAYLIGHT", "+0100", "+0200", "DTSTART:16010101T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")


def hours(clock: SentZone, *walls: str) -> list[float]:
    offsets = [clock.utcoffset(datetime.fromisoformat(wall)) for wall in walls]
    return [offset.total_seconds() / 3600 for offset in offsets if offset is not None]


def test_rules_of_outlook_since_1601() -> None:
    assert hours(zone(WINTER, SUMMER), "2026-01-15", "2026-07-15", "2026-10-25T01:59", "2026-10-25T03:00") == [1, 2, 2, 1]


def test_dst_and_names() -> None:
    office = zone(WINTER, SUMMER)
    winter, summer = datetime.fromisoformat("2026-01-15"), datetime.fromisoformat("2026-07-15")

    assert [(office.dst(at), office.tzname(at)) for at in (winter, summer)] == [
        (timedelta(), "W"),
        (timedelta(hours=1), "Office"),
    ]
    assert (office.utcoffset(None), office.dst(None), office.tzname(None)) == (None, None, None)
    assert repr(office) == "SentZone('Office')"


def test_fold_tells_the_passes_of_a_repeated_hour_apart() -> None:
    office = zone(WINTER, SUMMER)
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(office) for hour in (0, 1))

    assert first.replace(tzinfo=None) == second.replace(tzinfo=None) == datetime.fromisoformat("2026-10-25T02:30")
    assert (first.fold, second.fold, second.astimezone(UTC) - first.astimezone(UTC)) == (0, 1, timedelta(hours=1))


def test_before_the_first_onset_the_offset_it_came_from_holds() -> None:
    office = zone(observance("STANDARD", "+0100", "+0300", "DTSTART:20200101T000000"))
    early = datetime(2019, 6, 1, tzinfo=UTC).astimezone(office)

    assert (early.utcoffset(), early.dst(), early.tzname()) == (timedelta(hours=1), timedelta(), "Office")


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("UNTIL=20251026T010000Z", 2025),  # the instant of an onset in UTC
        ("UNTIL=20251026T005959Z", 2024),
        ("UNTIL=20251026T030000", 2025),
        ("UNTIL=20251026", 2025),
        ("COUNT=6", 2025),
        ("UNTIL=20251026;INTERVAL=2", 2024),
    ],
)
def test_end_of_a_rule(end: str, last: int) -> None:
    text = f"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;{end}"
    office = zone(observance("STANDARD", "+0200", "+0100", "DTSTART:20201025T030000", text))

    assert max(onset.at.year for onset in office._onsets) == last


@pytest.mark.parametrize(
    "rdate",
    ["RDATE:20210101T000000,20220101T000000", "RDATE;VALUE=DATE:20210101,20220101", "RDATE;VALUE=PERIOD:20220101T000000/PT1H"],
)
def test_dates_are_onsets(rdate: str) -> None:
    office = zone(
        observance("STANDARD", "+0200", "+0100", "DTSTART:20200101T000000", rdate),
        observance("DAYLIGHT", "+0100", "+0200", "DTSTART:20210601T000000Z"),
    )

    assert hours(office, "2021-01-15", "2021-07-01", "2022-02-01") == [1, 2, 1]


@pytest.mark.parametrize("extra", ["TZUNTIL:20300101T000000Z", "TZID-ALIAS-OF:Europe/Oslo", "X-LIC-LOCATION:Europe/Oslo"])
def test_other_properties_are_passed_over(extra: str) -> None:
    assert hours(zone(WINTER, SUMMER, extra=extra), "2026-07-15") == [2]


FLOOD = "RDATE:" + ",".join(f"20200101T{second // 3600:02}{second // 60 % 60:02}{second % 60:02}" for second in range(1001))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (observance("STANDARD", "+0000", "+0100", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY"), "does not repeat yearly"),
        (observance("STANDARD", "+0000", "+0100", "DTSTART:19700101T000000", "RRULE:FREQ=YEARLY;BYSECOND=1,2"), "yearly"),
        (observance("STANDARD", "+0000", "+0100", "DTSTART:19700101T000000", "RRULE:COUNT=3"), "FREQ is missing"),
        (observance("STANDARD", "+0000", "+0100", "DTSTART:19700101T000000", FLOOD), "more than 1000 onsets"),
        (observance("STANDARD", "+9900", "+0100", "DTSTART:19700101T000000"), "offset '\\+9900'"),
        (observance("STANDARD", "+0000", "+0100"), "date ''"),
        (observance("STANDARD", "+0000", "+0100", "DTSTART:19701301T000000"), "month"),
        (observance("STANDARD", "+0100", "+0000", "DTSTART:00010101T000000"), "date value out of range"),
        ("X-NOTE:no observance", "no STANDARD or DAYLIGHT"),
        (observance("TRIAL", "+0000", "+0100"), "no STANDARD or DAYLIGHT"),
    ],
)
def test_hostile_definition_is_refused_at_once(text: str, reason: str) -> None:
    begun = time.process_time()
    with pytest.raises(CodecError, match=reason):
        zone(text)

    assert time.process_time() - begun < 0.5


def test_year_full_of_onsets_is_refused() -> None:
    with pytest.raises(CodecError, match="more than 1000 onsets"):
        zone(observance("STANDARD", "+0000", "+0100", "DTSTART:19700101T000000", "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE"))


def test_zones_reads_what_was_sent_once() -> None:
    found = Zones(blocks(calendar(WINTER, SUMMER, tzid="My\\, Office")))

    office = found.get("My, Office")
    assert isinstance(office, SentZone)
    assert found.get("My, Office") is office
    assert found.reason("My, Office") == ""


def test_zones_prefers_the_name_it_knows() -> None:
    found = Zones(blocks(calendar(WINTER, SUMMER, tzid="W. Europe Standard Time")))

    assert str(found.get("W. Europe Standard Time")) == "Europe/Berlin"


def test_zones_says_why_there_is_no_clock() -> None:
    found = Zones(blocks(calendar("X-NOTE:empty", tzid="Broken") + "\nBEGIN:VTODO\nEND:VTODO"))

    assert (found.get("Broken"), found.get("Other")) == (None, None)
    assert found.reason("Broken") == "VTIMEZONE Broken: no STANDARD or DAYLIGHT in it"
    assert found.reason("Other") == "unknown time zone 'Other', and no definition of it"
