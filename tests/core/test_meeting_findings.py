from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.away import parse_time_off
from deadlines.core.client import Client, Owner
from deadlines.core.findings import Code, Finding
from deadlines.core.meeting import Meeting
from deadlines.core.meeting_findings import meeting_findings
from deadlines.core.overlap import Verdict, verdict
from deadlines.core.series import Part, Series, instances
from deadlines.core.span import Span
from deadlines.core.when import AllDay, Zoned

DAY = timedelta(days=1)
YEAR = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


def hours(zone: str, text: str = "Mon-Fri 09:00-17:00") -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text))


def me(zone: str = "Europe/Oslo", text: str = "Mon-Fri 09:00-17:00") -> Owner:
    return Owner(zone=ZoneInfo(zone), availability=hours(zone, text))


def client(key: str, zone: str, text: str = "Mon-Fri 09:00-17:00") -> Client:
    return Client(key=key, name=key.title(), zone=ZoneInfo(zone), availability=hours(zone, text))


ACME = client("acme", "America/New_York")
KEA = client("kea", "Australia/Sydney")
CLIENTS = {"acme": ACME, "kea": KEA}


def at(text: str, zone: str, minutes: int = 45) -> tuple[Zoned, Zoned]:
    start = datetime.fromisoformat(text)
    return tuple(Zoned(local, zone, ZoneInfo(zone)) for local in (start, start + timedelta(minutes=minutes)))  # type: ignore[return-value]


def once(uid: str, text: str, zone: str = "Europe/Oslo", clients: tuple[str, ...] = ("acme",), minutes: int = 45) -> Meeting:
    start, end = at(text, zone, minutes)
    return Meeting(uid, 1, "work", uid.title(), clients, Span(start.instant, end.instant), start, end)


def weekly(uid: str, first: str, zone: str, clients: tuple[str, ...] = ("acme",), span: Span = YEAR) -> list[Meeting]:
    start, end = at(first, zone)
    found = instances(Series(Part(start, end), "FREQ=WEEKLY"), span, ZoneInfo(zone)).instances
    return [
        Meeting(
            uid, 1, "work", uid.title(), clients, one.span, one.start, one.end, recurrence_id=str(one.span.start), repeats=True
        )
        for one in found
    ]


def findings(
    meetings: Iterable[Meeting],
    *,
    owner: Owner | None = None,
    now: str = "2027-01-01T12:00",
    weeks: int = 10,
    clients: dict[str, Client] | None = None,
) -> list[Finding]:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    span = Span(instant, instant + timedelta(weeks=weeks))
    inside = sorted(
        (one for one in meetings if one.span.start < span.end and one.span.end > span.start), key=lambda one: one.span.start
    )
    return list(meeting_findings(inside, owner=owner or me(), clients=clients or CLIENTS, span=span, now=instant))


def said(found: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code.value, str(one.message), str(one.remedy)) for one in found]


def wednesdays(first: date, last: date) -> list[date]:
    return [first + number * 7 * DAY for number in range((last - first).days // 7 + 1)]


# A freelancer in Oslo who fetches a child at two, and a call at nine in the morning of New York: 15:00 in Oslo, but 14:00 in
# the weeks in which only New York has changed its clock: 14 to 28 March and 31 October to 7 November 2027.
PARENT = me(text="Mon-Fri 08:00-14:00 15:00-18:00")
OSLO_NEW_YORK = [date(2027, 3, 16), date(2027, 3, 23), date(2027, 11, 2)]
# Half past seven in London is half past four or five in Sydney, but half past six from 31 October to 28 March, when London has
# winter and Sydney summer.
LONDON_SYDNEY = [*wednesdays(date(2027, 1, 6), date(2027, 3, 24)), *wednesdays(date(2027, 11, 3), date(2027, 12, 29))]
# Noon in Santiago is 16:00 in Berlin, 17:00 while only one has changed its clock, and 18:00 from 4 April to 5 September.
BERLIN_SANTIAGO = wednesdays(date(2027, 4, 8), date(2027, 9, 2))

CALLS = {
    "Oslo-New York": (PARENT, ACME, ("2027-01-05T09:00", "America/New_York"), 52, OSLO_NEW_YORK),
    "London-Sydney": (
        me("Europe/London", "Mon-Fri 07:00-16:00"),
        client("kea", "Australia/Sydney", "Mon-Fri 09:00-18:30"),
        ("2027-01-06T07:30", "Europe/London"),
        52,
        LONDON_SYDNEY,
    ),
    "Berlin-Santiago": (
        me("Europe/Berlin", "Mon-Fri 09:00-18:00"),
        client("cl", "America/Santiago"),
        ("2027-01-07T12:00", "America/Santiago"),
        52,
        BERLIN_SANTIAGO,
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_year_of_a_weekly_call_is_outside_in_exactly_the_right_weeks(name: str) -> None:
    owner, other, (first, zone), number, expected = CALLS[name]
    call = weekly("call", first, zone)

    outside = [
        one.start.local.date()
        for one in call
        if not isinstance(one.start, AllDay)
        and Verdict.OUTSIDE in {verdict(one.span, party.availability) for party in (owner, other)}
    ]

    assert len(call) == number
    assert outside == expected


@pytest.mark.parametrize("name", CALLS)
def test_the_findings_of_a_year_name_exactly_these_weeks(name: str) -> None:
    owner, other, (first, zone), _, expected = CALLS[name]
    call = weekly("call", first, zone, (other.key,))
    (found,) = findings(call, owner=owner, clients={other.key: other}, weeks=53)

    assert found.code is Code.MEETING_SLIDES_OUT
    assert found.facts["dates"] == expected
    assert found.client == other.key


def test_a_slide_out_of_hours_is_found_eight_weeks_ahead_with_its_dates_and_what_to_do() -> None:
    call = weekly("call", "2027-01-05T09:00", "America/New_York")

    (found,) = findings(call, owner=PARENT, now="2027-01-19T14:00")
    (later,) = findings(call, owner=PARENT, now="2027-03-17T12:00")

    assert found.code is Code.MEETING_SLIDES_OUT
    assert found.message == (
        "slides out of hours on Tue 16 Mar, Tue 23 Mar, first Tue 16 Mar 09:00 New York = Tue 16 Mar 14:00 Oslo (in 55 d 23 h): "
        "in your break; New York changes its clock on Sun 14 Mar, Oslo changes its clock on Sun 28 Mar"
    )
    assert found.remedy == (
        "in those weeks move it, for example to Tue 16 Mar 15:00-18:00 Oslo = 10:00-13:00 New York: inside everybody's hours"
    )
    assert found.at == datetime(2027, 3, 16, 13, tzinfo=UTC)
    assert found.id == later.id
    assert later.facts["dates"] == [date(2027, 3, 23)]


def test_nothing_is_said_of_a_series_that_always_fits() -> None:
    assert findings(weekly("call", "2027-01-05T15:30", "Europe/Oslo"), weeks=53) == []


def test_the_next_half_of_the_year_is_another_matter() -> None:
    call = weekly("call", "2027-01-05T09:00", "America/New_York")

    (spring,) = findings(call, owner=PARENT, now="2027-02-01T00:00")
    (autumn,) = findings(call, owner=PARENT, now="2027-09-01T00:00")

    assert spring.id != autumn.id


def test_a_series_that_is_always_outside_is_one_finding() -> None:
    (far,) = findings(weekly("call", "2027-01-05T18:00", "Europe/Oslo"), weeks=8)
    (near,) = findings(weekly("call", "2027-01-05T16:35", "Europe/Oslo"), weeks=8)

    assert said([far, near]) == [
        (
            "M201",
            "every time, next Tue 5 Jan 12:00 New York = Tue 5 Jan 18:00 Oslo (in 4 d 5 h): 1 h 45 min after your hours",
            "move it to Tue 5 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours",
        ),
        (
            "M205",
            "every time, next Tue 5 Jan 10:35 New York = Tue 5 Jan 16:35 Oslo (in 4 d 3 h): 20 min after your hours",
            "move it to Tue 5 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours",
        ),
    ]


def test_one_meeting_outside_hours_says_for_whom_and_where_to_move_it() -> None:
    found = findings([
        once("early", "2027-01-05T14:45"),
        once("kick-off", "2027-01-06T20:00", "America/New_York"),
        once("saturday", "2027-01-09T15:30"),
    ])  # fmt: skip

    assert said(found) == [
        (
            "M205",
            "Tue 5 Jan 08:45 New York = Tue 5 Jan 14:45 Oslo (in 4 d 1 h): 15 min before the hours of Acme",
            "move it to Tue 5 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours",
        ),
        (
            "M201",
            (
                "Wed 6 Jan 20:00 New York = Thu 7 Jan 02:00 Oslo (in 5 d 13 h): 7 h before your hours, "
                "3 h 45 min after the hours of Acme"
            ),
            "move it to Wed 6 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours",
        ),
        (
            "M201",
            (
                "Sat 9 Jan 09:30 New York = Sat 9 Jan 15:30 Oslo (in 8 d 2 h): "
                "you do not work on Sat 9 Jan, Acme does not work on Sat 9 Jan"
            ),
            "move it to Fri 8 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours",
        ),
    ]


def test_a_day_off_is_said_of_each_instance() -> None:
    owner = me()
    owner = replace(owner, availability=replace(owner.availability, time_off=(parse_time_off("2027-01-12..2027-01-19 skiing"),)))
    acme = replace(ACME, availability=replace(ACME.availability, closed=frozenset({date(2027, 1, 12)})))

    found = findings(weekly("call", "2027-01-05T15:30", "Europe/Oslo"), owner=owner, clients={"acme": acme}, weeks=4)

    assert [(one.code, one.message) for one in found] == [
        (
            Code.MEETING_ON_HOLIDAY,
            (
                "Tue 12 Jan 09:30 New York = Tue 12 Jan 15:30 Oslo (in 11 d 2 h): "
                "you are off on Tue 12 Jan, Acme is off on Tue 12 Jan"
            ),
        ),
        (Code.MEETING_ON_HOLIDAY, "Tue 19 Jan 09:30 New York = Tue 19 Jan 15:30 Oslo (in 18 d 2 h): you are off on Tue 19 Jan"),
    ]
    assert len({one.id for one in found}) == 2
    assert found[0].remedy == "move it to Mon 11 Jan 15:00-17:00 Oslo = 09:00-11:00 New York: inside everybody's hours"


def test_where_hours_never_meet_the_least_bad_is_a_command_away() -> None:
    (found,) = findings([once("call", "2027-01-05T09:00", clients=("kea",))])

    assert found.remedy == "deadlines slots kea --duration 45m --stretch shows what costs least"


def test_two_meetings_at_once_are_one_finding_also_every_week() -> None:
    found = findings([
        once("review", "2027-01-05T15:30"),
        once("dentist", "2027-01-05T16:00", clients=()),
        *weekly("stand-up", "2027-01-06T15:00", "Europe/Oslo", span=Span(YEAR.start, YEAR.start + 21 * DAY)),
        *weekly("board", "2027-01-06T15:30", "Europe/Oslo", ("acme",), span=Span(YEAR.start, YEAR.start + 21 * DAY)),
        once("gym", "2027-01-07T07:00", clients=()),
        once("swim", "2027-01-07T07:00", clients=()),
    ])  # fmt: skip

    assert said(found) == [
        (
            "M204",
            (
                "Tue 5 Jan 10:00 New York = Tue 5 Jan 16:00 Oslo (in 4 d 3 h): Review is at the same time, "
                "from Tue 5 Jan 09:30 New York = Tue 5 Jan 15:30 Oslo"
            ),
            "move Review to Tue 5 Jan 15:00-16:00 Oslo = 09:00-10:00 New York, which is free",
        ),
        (
            "M204",
            (
                "Wed 6 Jan 09:30 New York = Wed 6 Jan 15:30 Oslo (in 5 d 2 h): Stand-Up is at the same time, "
                "from Wed 6 Jan 09:00 New York = Wed 6 Jan 15:00 Oslo; also on Wed 13 Jan, Wed 20 Jan"
            ),
            "move Board to Wed 6 Jan 15:45-17:00 Oslo = 09:45-11:00 New York, which is free",
        ),
    ]
    assert [one.client for one in found] == ["acme", "acme"]


def test_what_takes_no_time_collides_with_nothing() -> None:
    day = date(2027, 1, 5)
    all_day = Meeting(
        "fair", 1, "work", "Fair", ("acme",), Span(YEAR.start + 4 * DAY, YEAR.start + 5 * DAY), AllDay(day), AllDay(day + DAY)
    )
    declined = once("declined", "2027-01-05T20:00")._replace(busy=False)

    assert findings([all_day, declined, once("call", "2027-01-05T15:30")]) == []


def test_an_instance_that_was_moved_is_judged_by_itself() -> None:
    call = weekly("call", "2027-01-05T15:30", "Europe/Oslo")
    start, end = at("2027-01-12T19:00", "Europe/Oslo")
    call[1] = call[1]._replace(start=start, end=end, span=Span(start.instant, end.instant))

    (found,) = findings(call)

    assert found.code is Code.MEETING_OUTSIDE_HOURS
    assert found.at == start.instant


def test_a_client_that_is_not_configured_any_more_is_no_trouble() -> None:
    (found,) = findings([once("call", "2027-01-05T20:00", clients=("gone",))])

    assert (found.code, found.client) == (Code.MEETING_OUTSIDE_HOURS, "gone")
