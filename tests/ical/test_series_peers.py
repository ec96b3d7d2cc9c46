"""Our instances against those of `recurring-ical-events`, where both follow RFC 5545, and two cases where it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadlines.core.series import instances
from deadlines.core.span import Span
from deadlines.core.when import Kink, kink
from deadlines.ical.scan import scan
from deadlines.ical.series import series_of

OSLO = ZoneInfo("Europe/Oslo")
YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
ZONES = ("Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC")
RULES = (
    "", "FREQ=DAILY;COUNT=20", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    "FREQ=WEEKLY;BYDAY={day}", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY={monthday}", "FREQ=WEEKLY;COUNT=7", "FREQ=YEARLY",
    "FREQ=WEEKLY;UNTIL=20260901T000000Z", "FREQ=DAILY;INTERVAL=7;UNTIL=20260601T120000Z",
)  # fmt: skip


def ours(text: str, span: Span = YEAR) -> list[tuple[datetime, datetime]]:
    return [(one.span.start, one.span.end) for one in instances(series_of(scan(text)), span, OSLO).instances]


def theirs(text: str, span: Span = YEAR) -> list[tuple[datetime, datetime]]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(span.start, span.end)
    return sorted((_instant(event["DTSTART"].dt), _instant(event["DTEND"].dt)) for event in found)


def _instant(moment: date) -> datetime:
    """Dates and floating times are read in Oslo by both."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - a date
    return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)


def calendar(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\nUID:e\nDTSTAMP:20260101T000000Z\n{event}END:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".replace("\n", "\r\n")


STARTS = st.datetimes(datetime(2025, 3, 1), datetime(2026, 10, 1)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001


@st.composite
def texts(draw: st.DrawFn) -> str:
    """An event on a clock, with a rule that falls on its start, an exception or two and a changed instance."""
    zone, start = draw(st.sampled_from(ZONES)), draw(STARTS)
    assume(start.day <= 28)
    rule = draw(st.sampled_from(RULES)).format(day=f"{start:%a}"[:2].upper(), monthday=start.day)
    minutes = draw(st.integers(1, 600))
    place = ZoneInfo(zone)
    assume(all(kink(start + timedelta(days=n, minutes=m), place) is Kink.NONE for n in range(400) for m in (0, minutes)))

    def moment(name: str, at: datetime) -> str:
        return f"{name}:{at:%Y%m%dT%H%M%S}Z\n" if zone == "UTC" else f"{name};TZID={zone}:{at:%Y%m%dT%H%M%S}\n"

    # An hour of the night in which a clock changes makes its last an exact hour to us and a wall hour to them.
    assume(start.hour * 60 + start.minute + minutes < 24 * 60 and start.hour >= 4)
    lines = moment("DTSTART", start) + moment("DTEND", start + timedelta(minutes=minutes))
    if not rule:
        return calendar(lines)
    lines += f"RRULE:{rule}\n"
    step = 7 if "WEEKLY" in rule else 1
    for number in draw(st.lists(st.integers(1, 6), max_size=2, unique=True)):
        lines += moment("EXDATE", start + timedelta(days=step * number))
    changed = []
    if "MONTHLY" not in rule and "YEARLY" not in rule and "INTERVAL" not in rule and draw(st.booleans()):
        at = start + timedelta(days=step * 8 if "COUNT" not in rule else step * 5)
        assume("EXDATE" not in lines or f"{at:%Y%m%d}" not in lines)
        assume("UNTIL" not in rule or at < datetime(2026, 8, 1))  # noqa: DTZ001 - wall time
        other = at + timedelta(hours=draw(st.integers(-3, 3)))
        changed = [moment("RECURRENCE-ID", at) + moment("DTSTART", other) + moment("DTEND", other + timedelta(minutes=30))]
    return calendar(lines, *changed)


@settings(max_examples=150, deadline=None)
@given(texts())
def test_the_same_instances_of_ordinary_series(text: str) -> None:
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:20260330\nRRULE:FREQ=WEEKLY;COUNT=4\n",
        "DTSTART;VALUE=DATE:20260330\nDTEND;VALUE=DATE:20260402\nRRULE:FREQ=MONTHLY;COUNT=4\nEXDATE;VALUE=DATE:20260430\n",
        "DTSTART:20260105T090000\nDTEND:20260105T100000\nRRULE:FREQ=MONTHLY;BYDAY=-1FR,1MO\n",
        "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2\nRDATE:20260301T090000Z,20260401T120000Z\n",
        "DTSTART;TZID=Europe/Oslo:20260105T090000\nDURATION:PT90M\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2\n",
        "DTSTART;TZID=Europe/Oslo:20260105T090000\nDTEND;TZID=Europe/Oslo:20260105T100000\nRRULE:FREQ=YEARLY;BYMONTH=1,6;BYDAY=MO\n",
    ],
)
def test_the_same_of_dates_floating_times_and_rarer_rules(event: str) -> None:
    found = theirs(calendar(event))

    assert ours(calendar(event)) == found
    assert found


@pytest.mark.parametrize(
    ("event", "right"),
    [
        # FREQ=HOURLY across the gap of 29 March: 02:30 and 03:30 are one instant, and one instance.
        ("DTSTART;TZID=Europe/Oslo:20260329T003000\nDURATION:PT5M\nRRULE:FREQ=HOURLY;COUNT=4\n", 4),
        # dateutil finds nothing that is both a third Monday and a plain Wednesday.
        ("DTSTART:20260121T090000Z\nDURATION:PT5M\nRRULE:FREQ=MONTHLY;BYDAY=3MO,WE,FR;COUNT=6\n", 6),
    ],
)
def test_where_the_peer_errs_ours_is_right(event: str, right: int) -> None:
    """Once the peer agrees, the case belongs to those above."""
    instants = [start for start, _ in ours(calendar(event))]

    assert len(set(instants)) == len(instants) == right
    assert len({start for start, _ in theirs(calendar(event))}) != right
