from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.meeting import Meeting
from deadlines.core.meeting_advice import Advice
from deadlines.core.overlap import Timetable
from deadlines.core.span import Span, subtract, union
from deadlines.core.when import Zoned

MONDAY = datetime(2027, 1, 11, tzinfo=UTC)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
WEEKS = Span(MONDAY, MONDAY + 14 * DAY)


def table(zone: str, hours: str = "Mon-Fri 09:00-17:00") -> Timetable:
    return Timetable(Availability(zone=ZoneInfo(zone), weekly=parse_hours(hours)), WEEKS)


TABLES = {"me": table("Europe/Oslo"), "acme": table("America/New_York"), "kea": table("Australia/Sydney")}


def meeting(span: Span, *clients: str) -> Meeting:
    start, end = (Zoned(instant.replace(tzinfo=None), "UTC", UTC) for instant in (span.start, span.end))
    return Meeting("m", 1, "work", "M", clients, span, start, end)


def at(day: int, hour: int, quarters: int = 4) -> Span:
    start = MONDAY + day * DAY + hour * 4 * QUARTER
    return Span(start, start + quarters * QUARTER)


def test_the_time_of_the_meeting_itself_is_free_unless_something_else_is_then() -> None:
    """Oslo and New York share 14:00 to 16:00 UTC."""
    late, inside = at(1, 15, 8), at(1, 14)

    assert Advice(TABLES, [late], WEEKS).near(meeting(late, "acme")) == at(1, 14, 8)
    assert Advice(TABLES, [inside, late], WEEKS).near(meeting(late, "acme")) == at(0, 14, 8)
    assert Advice(TABLES, [late, late], WEEKS).near(meeting(late, "acme")) == at(0, 14, 8)


def test_where_nobody_meets_there_is_no_advice() -> None:
    assert Advice(TABLES, [], WEEKS).near(meeting(at(1, 14), "kea")) is None


spans = st.tuples(st.integers(0, 14 * 96), st.integers(1, 30)).map(
    lambda pair: Span(MONDAY + pair[0] * QUARTER, MONDAY + (pair[0] + pair[1]) * QUARTER)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(spans, max_size=25), spans)
def test_what_is_advised_is_free_of_everything_else_and_inside_hours(others: list[Span], own: Span) -> None:
    busy = sorted([*others, own], key=lambda span: span.start)

    found = Advice(TABLES, busy, WEEKS).near(meeting(own, "acme"))

    common = [one for one in TABLES["me"].windows if WEEKS.start <= one.start]
    free = list(subtract(common, union(sorted(others, key=lambda span: span.start))))
    if found is None:
        return
    assert found.length >= own.length
    assert all(TABLES[key].holds(found) for key in ("me", "acme"))
    assert any(one.start <= found.start and found.end <= one.end for one in free)
