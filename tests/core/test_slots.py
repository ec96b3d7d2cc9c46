from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.overlap import Side, Timetable, Verdict
from deadlines.core.slots import Cause, Relax, Request, cause, free, inside, relaxations, strangers, stretched
from deadlines.core.span import Span, union

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2027, 1, 11, tzinfo=UTC)
TWO_WEEKS = Span(MONDAY, MONDAY + 14 * DAY)


def hours(zone: str, text: str = "Mon-Fri 09:00-17:00", closed: Sequence[date] = ()) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text), closed=frozenset(closed))


OSLO, NEW_YORK, SYDNEY = hours("Europe/Oslo"), hours("America/New_York"), hours("Australia/Sydney")


def request(
    *others: Availability,
    me: Availability = OSLO,
    busy: Sequence[Span] = (),
    span: Span = TWO_WEEKS,
    minutes: int = 45,
    limit: int = 5,
) -> Request:
    parties = {"me": me} | {f"client{number}": one for number, one in enumerate(others)}
    return Request(parties, tuple(union(sorted(busy, key=lambda one: one.start))), span, minutes * MINUTE, limit)


def shown(spans: Sequence[Span], zone: str = "Europe/Oslo") -> list[str]:
    return [f"{one.start.astimezone(ZoneInfo(zone)):%a %d %H:%M}" for one in spans]


def busy(day: int, start: str, end: str) -> Span:
    times = (datetime.fromisoformat(f"2027-01-{day}T{at}").replace(tzinfo=ZoneInfo("Europe/Oslo")) for at in (start, end))
    return Span(*(time.astimezone(UTC) for time in times))


def test_slots_keep_clear_of_the_edges_of_everybodys_day() -> None:
    """Oslo and New York overlap from 15:00 to 17:00; 15:30 to 16:30 is nobody's first or last half hour."""
    found = inside(request(NEW_YORK))

    assert shown([slot.span for slot in found]) == [
        "Mon 11 15:30",
        "Tue 12 15:30",
        "Wed 13 15:30",
        "Thu 14 15:30",
        "Fri 15 15:30",
    ]
    assert {fit.verdict for slot in found for fit in slot.fits.values()} == {Verdict.INSIDE}
    assert {slot.score for slot in found} == {100}


def test_what_is_busy_moves_a_slot_to_the_edge_or_to_another_day() -> None:
    found = inside(
        request(NEW_YORK, busy=[busy(11, "15:40", "15:50"), busy(12, "14:00", "17:00")], span=Span(MONDAY, MONDAY + 3 * DAY))
    )

    assert shown([slot.span for slot in found]) == ["Wed 13 15:30", "Mon 11 16:00", "Wed 13 16:15"]
    assert [slot.fits["me"].edge for slot in found] == [timedelta(), 15 * MINUTE, 30 * MINUTE]


def test_few_slots_on_one_day_as_long_as_there_are_others() -> None:
    assert shown([slot.span for slot in inside(request(limit=4))]) == [
        "Mon 11 09:30",
        "Mon 11 13:15",
        "Tue 12 09:30",
        "Tue 12 13:15",
    ]

    one_day = inside(request(limit=20, span=Span(MONDAY, MONDAY + DAY)))
    spans = sorted((slot.span for slot in one_day), key=lambda one: one.start)
    assert len(spans) > 5
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_where_hours_never_meet_everybody_gives_a_little() -> None:
    """09:00 in Oslo is 19:00 in Sydney: two hours lie between their days, and each gives about one."""
    assert inside(request(SYDNEY)) == []
    found = stretched(request(SYDNEY))

    assert len({slot.span.start.date() for slot in found}) == 5
    assert all(set(slot.outside) == {"me", "client0"} for slot in found)
    assert {(slot.fits["me"].side, slot.fits["client0"].side) for slot in found} == {(Side.BEFORE, Side.AFTER)}
    assert max(fit.beyond for slot in found for fit in slot.fits.values()) <= 2 * HOUR


def test_a_series_takes_turns_in_whose_evening_it_costs() -> None:
    """Ten hours apart, there is no slot that costs both the same: who paid gives less the next time."""
    los_angeles = hours("America/Los_Angeles")
    found = stretched(request(los_angeles, me=SYDNEY, limit=4, minutes=60))
    paid = {key: sum(slot.prices[key] for slot in found) for key in ("me", "client0")}

    assert len(found) == 4
    assert max(paid.values()) < 2 * min(paid.values()) + 1


def test_the_nights_are_dear() -> None:
    auckland, london = hours("Pacific/Auckland"), hours("Europe/London")
    for slot in stretched(request(london, NEW_YORK, me=auckland)):
        for key, one in {"me": auckland, "client0": london, "client1": NEW_YORK}.items():
            start = slot.span.start.astimezone(one.zone)
            assert 6 <= start.hour < 22 or key == "client1" or slot.prices[key] >= 64


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request(NEW_YORK, busy=[TWO_WEEKS]), Cause.BUSY),
        (request(hours("America/New_York", closed=[date(2027, 1, n) for n in range(11, 26)])), Cause.DAYS_OFF),
        (request(NEW_YORK, minutes=150), Cause.SHORT),
        (request(SYDNEY), Cause.APART),
        (request(span=Span(MONDAY - 2 * DAY, MONDAY - DAY)), Cause.APART),
    ],
)
def test_why_there_is_none(asked: Request, expected: Cause) -> None:
    assert inside(asked) == []
    assert cause(asked) is expected


def test_what_to_relax_is_named_with_the_slot_that_it_gives() -> None:
    weekend = request(NEW_YORK, span=Span(MONDAY - 2 * DAY, MONDAY))
    long = request(NEW_YORK, minutes=150)
    three = request(NEW_YORK, SYDNEY)

    assert [(one.relax, shown([one.span])) for one in relaxations(weekend)] == [(Relax.WITHIN, ["Mon 11 15:00"])]
    assert [(one.relax, shown([one.span]), one.span.length) for one in relaxations(long)] == [
        (Relax.WITHIN, ["Mon 15 14:00"], 150 * MINUTE),
        (Relax.DURATION, ["Mon 11 15:00"], 120 * MINUTE),
    ]
    assert [(one.relax, one.without) for one in relaxations(three)] == [(Relax.WITHOUT, "client1")]


def test_strangers_are_the_pairs_that_never_meet() -> None:
    parties = {"me": OSLO, "acme": NEW_YORK, "kea": SYDNEY}

    assert strangers(parties, TWO_WEEKS) == [("me", "kea"), ("acme", "kea")]


ZONES = ["Europe/Oslo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Chatham"]
WEEKS = ["Mon-Fri 09:00-17:00", "Sun-Thu 22:00-06:00", "Mon-Sat 6-12 13-20", "Mon,Wed 10-11, Fri 0-24"]
people = st.builds(hours, st.sampled_from(ZONES), st.sampled_from(WEEKS))
spans = st.tuples(st.integers(0, 14 * 96), st.integers(1, 40)).map(
    lambda pair: Span(MONDAY + pair[0] * 15 * MINUTE, MONDAY + (pair[0] + pair[1]) * 15 * MINUTE)
)
starts = st.integers(0, 365 * 24).map(lambda n: datetime(2027, 1, 1, tzinfo=UTC) + n * HOUR)


@example([hours("Pacific/Chatham", "Mon,Wed 10-11, Fri 0-24")], [], 120, 5)  # one passed over at first is better than the last
@settings(max_examples=60, deadline=None)
@given(st.lists(people, min_size=1, max_size=3), st.lists(spans, max_size=20), st.sampled_from([15, 45, 120]), st.integers(1, 8))
def test_no_slot_is_outside_a_window_or_busy_or_too_many(
    others: list[Availability], taken: list[Span], minutes: int, limit: int
) -> None:
    asked = request(*others, busy=taken, minutes=minutes, limit=limit)
    tables = {key: Timetable(one, TWO_WEEKS) for key, one in asked.parties.items()}

    found = inside(asked)

    assert len(found) <= limit
    assert bool(found) == any(True for one in free(asked) if _has_quarter(one, minutes))
    assert [slot.cost for slot in found] == sorted(slot.cost for slot in found)
    for slot in found:
        assert slot.span.length == minutes * MINUTE
        assert slot.span.start >= TWO_WEEKS.start
        assert slot.span.end <= TWO_WEEKS.end
        assert all(table.fit(slot.span).verdict.fits for table in tables.values())
        assert not any(one.start < slot.span.end and slot.span.start < one.end for one in taken)
    starts_and_ends = sorted((slot.span for slot in found), key=lambda one: one.start)
    assert all(one.end <= other.start for one, other in pairwise(starts_and_ends))


@settings(max_examples=40, deadline=None)
@given(st.lists(people, min_size=1, max_size=2), st.lists(spans, max_size=20), st.sampled_from([30, 90]))
def test_every_relaxation_gives_what_it_promises(others: list[Availability], taken: list[Span], minutes: int) -> None:
    asked = request(*others, busy=taken, minutes=minutes, span=Span(MONDAY, MONDAY + 2 * DAY))
    if inside(asked):
        return
    for one in relaxations(asked):
        parties = {key: party for key, party in asked.parties.items() if key != one.without}
        assert all(Timetable(party, one.span).fit(one.span).verdict.fits for party in parties.values())
        assert not any(span.start < one.span.end and one.span.start < span.end for span in taken)
        assert (one.span.length < asked.duration) == (one.relax is Relax.DURATION)


@settings(max_examples=25, deadline=None)
@given(st.lists(people, min_size=1, max_size=2), st.lists(spans, max_size=20))
def test_stretched_slots_are_on_days_of_their_own_and_never_busy(others: list[Availability], taken: list[Span]) -> None:
    asked = request(*others, busy=taken, span=Span(MONDAY, MONDAY + 5 * DAY))

    found = stretched(asked)

    days = [slot.span.start.astimezone(OSLO.zone).date() for slot in found]
    assert len(days) == len(set(days))
    assert [slot.cost for slot in found] == sorted(slot.cost for slot in found)
    assert not any(one.start < slot.span.end and slot.span.start < one.end for slot in found for one in taken)


def _has_quarter(span: Span, minutes: int) -> bool:
    past = timedelta(minutes=span.start.minute % 15)
    start = span.start + (15 * MINUTE - past if past else timedelta())
    return start + minutes * MINUTE <= span.end
