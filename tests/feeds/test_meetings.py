from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st
from tests.feeds.places import KEY, feed, settings
from tests.feeds.readers import by_icalendar, by_vobject, check_lines

from deadlines.core.meeting import Meeting
from deadlines.core.rrule import parse
from deadlines.core.series import Extra, Part, Series, instances
from deadlines.core.settings import Details
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Floating, When, Zoned, utc
from deadlines.feeds.lens import Lens, Piece
from deadlines.feeds.meetings import Owned, each, free_busy, whole
from deadlines.feeds.stream import settled, stream
from deadlines.ical.scan import scan
from deadlines.ical.series import read_free_busy, read_series

STAMP = "20261123T120000Z"
YEARS = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
NEW_YORK, OSLO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Oslo")
OWNED = Owned(calendar="work", uid=b"weekly@example", clients=("acme",), zone=NEW_YORK)
MONDAY = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a wall time; the week before the clock changes in New York
HOUR = timedelta(hours=1)


def lens(**changes: Any) -> Lens:  # noqa: ANN401 # as the fields are
    return Lens(feed(**changes), settings(), KEY)


def at(days: int, *, hours: int = 0, tzid: str = "America/New_York", zone: ZoneInfo = NEW_YORK) -> Zoned:
    return Zoned(MONDAY + timedelta(days=days, hours=hours), tzid, zone)


def part(start: When | None = None, end: When | None = None, **changes: Any) -> Part:  # noqa: ANN401 # as the fields are
    return Part(start or at(0), end or at(0, hours=1), summary="Standup", **changes)


def weekly(rrule: str = "FREQ=WEEKLY;UNTIL=20280601T000000Z", **changes: Any) -> Series:  # noqa: ANN401 # as the fields are
    return Series(part(), rrule=rrule)._replace(**changes)


def bytes_of(piece: Piece | None, through: Lens) -> bytes:
    assert piece is not None
    item = settled(("meetings", 1), piece, None, stamp=STAMP)
    return b"".join(stream(through.feed, through.settings, item.zones.split(), [[item.text]]))


def times(series: Series) -> list[tuple[datetime, datetime]]:
    return [(one.span.start, one.span.end) for one in instances(series, YEARS, NEW_YORK).instances]


def as_read(data: bytes) -> list[tuple[datetime, datetime]]:
    check_lines(data)
    return times(read_series(scan(data.decode())).series)


SERIES = {
    "a rule": weekly(),
    "a rule without end": weekly("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR;WKST=SU"),
    "every part of a rule": weekly("FREQ=YEARLY;BYMONTH=3,11;BYMONTHDAY=2,-1;BYHOUR=9,10;BYMINUTE=30;BYSECOND=0;COUNT=9"),
    "dates added and taken out": weekly(extras=(Extra(at(3)),), exdates=(at(7), at(14))),
    "moved and cancelled": weekly(
        overrides=(
            part(at(22, hours=2), at(22, hours=4), recurrence_id=at(21)),
            part(recurrence_id=at(28), status="cancelled"),
        )
    ),
    "on nobody's clock": Series(
        part(Floating(MONDAY), Floating(MONDAY + HOUR)),
        rrule="FREQ=DAILY;UNTIL=20260401T093000",
        exdates=(Floating(MONDAY + 24 * HOUR),),
    ),
    "whole days": Series(part(AllDay(MONDAY.date()), AllDay(at(2).local.date())), rrule="FREQ=MONTHLY;UNTIL=20261231"),
    "of a length in days": Series(part(end=at(1), nominal=timedelta(days=1)), rrule="FREQ=WEEKLY;COUNT=9"),
    "two clocks": Series(part(end=Zoned(datetime(2026, 3, 2, 17, 0), "Europe/Oslo", OSLO)), rrule="FREQ=WEEKLY;COUNT=2"),  # noqa: DTZ001
    "a vendor's name": Series(
        part(at(0, tzid="/vendor.example/America/New_York"), at(0, hours=1, tzid="/vendor.example/America/New_York")),
        rrule="FREQ=WEEKLY;COUNT=30",
    ),
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("details", Details)
def test_a_series_is_read_as_it_takes_place(name: str, details: Details) -> None:
    through = lens(details=details)
    piece = whole(SERIES[name], OWNED, through, lambda _: True)
    if details is Details.BUSY and name != "whole days":
        assert piece is None  # its clock would tell where somebody is
        return

    data = bytes_of(piece, through)

    assert as_read(data) == times(SERIES[name])
    assert by_icalendar(data) == by_vobject(data)


def test_a_busy_feed_shows_a_rule_in_utc() -> None:
    through, start = lens(details=Details.BUSY), datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    series = Series(part(utc(start), utc(start + HOUR)), rrule="FREQ=WEEKLY;COUNT=9")

    data = bytes_of(whole(series, OWNED, through, lambda _: True), through)

    assert b"RRULE:FREQ=WEEKLY;COUNT=9\r\n" in data
    assert as_read(data) == times(series)


@pytest.mark.parametrize(
    "series",
    [
        Series(None, overrides=(part(recurrence_id=at(7)),)),
        weekly(overrides=(part(recurrence_id=at(7), and_future=True),)),
        weekly("FREQ=WEEKLY;BYSETPOS=1"),
        weekly("FREQ=WEEKLY;BYDAY=TU"),
        weekly("FREQ=WEEKLY;UNTIL=20260601"),
        weekly("no rule"),
        weekly(extras=(Extra(at(3), at(4)),)),
        Series(part(at(0, tzid="Room 5")), rrule="FREQ=WEEKLY"),
        Series(part(status="cancelled"), rrule="FREQ=WEEKLY"),
        Series(part(AllDay(MONDAY.date())), rrule="FREQ=WEEKLY"),
    ],
    ids=["overrides alone", "and future", "a doubt", "not on its start", "a date for times", "no rule", "a period", "no name",
         "cancelled", "two kinds"],
)  # fmt: skip
def test_what_would_not_be_exact_is_not_written_as_a_series(series: Series) -> None:
    assert whole(series, OWNED, lens(), lambda _: True) is None


ENDS = st.sampled_from(
    ["", ";COUNT=12", ";UNTIL=20270101T000000Z", ";BYDAY=MO,WE;COUNT=9", ";BYMONTHDAY=2,-1;BYMONTH=3,4,5", ";BYHOUR=9,11"]
)
RULES = st.builds(
    "FREQ={};INTERVAL={}{}".format,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    ENDS,
)  # fmt: skip


@checked(deadline=None)  # two years of a daily rule take their time on a busy machine
@given(RULES, st.lists(st.integers(0, 60), max_size=4))
def test_a_rule_says_the_same_when_it_is_written_anew(rule: str, gone: list[int]) -> None:
    series = weekly(rule, exdates=tuple(at(day) for day in gone))
    piece = whole(series, OWNED, lens(), lambda _: True)
    if piece is None:
        return

    data = bytes_of(piece, lens())

    assert as_read(data) == times(series)
    assert parse(read_series(scan(data.decode())).series.rrule) == parse(rule)


def meeting(**changes: Any) -> Meeting:  # noqa: ANN401 # as the fields are
    start, end = changes.pop("start", at(0)), changes.pop("end", at(0, hours=1))
    first = start.instant if isinstance(start, Zoned) else MONDAY.replace(tzinfo=NEW_YORK).astimezone(UTC)
    plain = Meeting(
        uid="weekly@example", id=1, calendar="work", summary="Standup", clients=("acme",), span=Span(first, first + HOUR),
        start=start, end=end, recurrence_id="", status="confirmed", location="Room 5",
    )  # fmt: skip
    return plain._replace(**changes)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"start": Floating(MONDAY), "end": Floating(MONDAY + HOUR)},
        {"start": utc(at(0).instant), "end": utc(at(0, hours=1).instant)},
        {"start": at(0, tzid="Room 5"), "end": at(0, hours=1, tzid="Room 5")},
        {"start": at(0), "end": AllDay(MONDAY.date())},
    ],
    ids=["on a clock", "on nobody's clock", "in UTC", "on a clock without a name", "two kinds"],
)
@pytest.mark.parametrize("details", Details)
def test_a_single_meeting_is_at_its_time(when: dict[str, Any], details: Details) -> None:
    through = lens(details=details)

    data = bytes_of(each([meeting(**when)], OWNED, through), through)

    assert as_read(data) == [(at(0).instant, at(0).instant + HOUR)]
    assert by_icalendar(data) == by_vobject(data)
    assert b"Room 5" not in data or details is Details.FULL


def test_meetings_tell_as_much_as_the_details_say() -> None:
    one = meeting(busy=False)

    told = {details: bytes_of(each([one], OWNED, lens(details=details)), lens(details=details)) for details in Details}

    assert b"SUMMARY:Standup (Acme Inc.)\r\n" in told[Details.FULL]
    assert b"TRANSP:TRANSPARENT\r\nSTATUS:CONFIRMED\r\nLOCATION:Room 5\r\n" in told[Details.FULL]
    assert b"SUMMARY:Meeting\r\n" in told[Details.REDACTED]
    assert b"STATUS:CONFIRMED\r\nEND" in told[Details.REDACTED]
    assert b"SUMMARY:Busy\r\n" in told[Details.BUSY]
    assert b"STATUS" not in told[Details.BUSY]
    assert b"TZID" not in told[Details.BUSY]


def test_instances_have_uids_of_their_own() -> None:
    twice = each([meeting(recurrence_id="20260302T093000"), meeting(recurrence_id="20260309T093000")], OWNED, lens())

    uids = [line for line in twice.text.split("\r\n") if line.startswith("UID:")]
    assert len(set(uids)) == 2


def test_busy_time_is_cut_at_the_window() -> None:
    first, last = at(0).instant, at(7).instant
    spans = [
        Span(first - HOUR, first + HOUR),
        Span(first + 5 * HOUR, first + 6 * HOUR),
        Span(last - HOUR, last + HOUR),
        Span(last, last + HOUR),
    ]

    data = bytes_of(free_busy(spans, Span(first, last), lens()), lens())

    check_lines(data)
    assert read_free_busy(scan(data.decode())) == (Span(first, first + HOUR), spans[1], Span(last - HOUR, last))
    assert b"SEQUENCE" not in data
    assert b"DTSTAMP:20261123T120000Z\r\nDTSTART:20260302T143000Z\r\nDTEND:20260309T133000Z\r\n" in data
