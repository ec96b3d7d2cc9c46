from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.away import parse_travel
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.due import due_instant
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.task_findings import DueTask, lateness, oddities
from deadlines.core.when import AllDay, When, Zoned, utc

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW_YORK, OSLO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Oslo")
ME = Owner(zone=OSLO, availability=Availability(zone=OSLO, weekly=parse_hours("Mon-Fri 9-17")))


def acme(hours: str = "Mon-Fri 09:00-17:00", rule: AllDayDue = AllDayDue.CLOSE_OF_BUSINESS) -> Client:
    closed = frozenset((date(2026, 11, 26), date(2027, 1, 1)))
    working = Availability(zone=NEW_YORK, weekly=parse_hours(hours), closed=closed)
    return Client(key="acme", name="Acme", zone=NEW_YORK, availability=working, all_day_due=rule)


def at(text: str) -> Zoned:
    return Zoned(datetime.fromisoformat(text), NEW_YORK.key, NEW_YORK)


def due_task(when: When, client: Client | None, lead: timedelta | None = None) -> DueTask:
    return DueTask(7, "1", "Draft", when, due_instant(when, client=client, owner=ME), client, ME, lead)


def found(when: When, client: Client | None = None) -> tuple[Finding, ...]:
    task = due_task(when, client)
    return (*lateness(task, now=NOW), *oddities(task, now=NOW))


@pytest.mark.parametrize(
    ("when", "client", "codes"),
    [
        (at("2026-11-23T06:59"), None, ["D101"]),
        (at("2026-11-23T07:00"), None, ["D102"]),
        (at("2026-11-23T16:00"), acme(), ["D102"]),
        (at("2026-11-24T17:00"), acme(), ["D102"]),
        (at("2026-11-24T17:00"), None, []),
        (at("2026-12-04T17:00"), acme(), []),
        (at("2026-12-04T09:00"), acme(), []),
        (at("2026-12-04T08:59"), acme(), ["D104"]),
        (at("2026-12-04T17:01"), acme(), ["D104"]),
        (at("2026-12-04T18:00"), acme(), ["D104", "D107"]),
        (at("2026-12-04T12:30"), acme("Mon-Fri 9-12 13-17"), ["D104"]),
        (at("2026-12-05T17:00"), acme(), ["D105"]),
        (AllDay(date(2026, 11, 25)), acme(), ["D102"]),
        (AllDay(date(2026, 11, 26)), acme(), ["D105", "D107"]),
        (AllDay(date(2026, 11, 26)), None, []),
        (AllDay(date(2026, 12, 4)), acme(rule=AllDayDue.END_OF_DAY), ["D107"]),
        (AllDay(date(2026, 12, 4)), acme(rule=AllDayDue.START_OF_DAY), []),
        (AllDay(date(2026, 12, 5)), acme(rule=AllDayDue.END_OF_DAY), ["D105", "D107"]),
        (at("2026-12-05T05:00"), acme("Mon-Fri 22:00-06:00"), []),
        (at("2026-12-05T07:00"), acme("Mon-Fri 22:00-06:00"), ["D105"]),
        (at("2026-12-04T07:00"), acme("Mon-Fri 22:00-06:00"), ["D104"]),
        (AllDay(date(2026, 12, 5)), acme("Mon-Fri 22:00-06:00"), ["D105", "D107"]),
    ],
)
def test_a_due_is_looked_at_on_the_clients_calendar(when: When, client: Client | None, codes: list[str]) -> None:
    assert [finding.code.value for finding in found(when, client)] == codes


@pytest.mark.parametrize(
    ("when", "rule", "message", "remedy"),
    [
        (
            AllDay(date(2026, 11, 26)),
            AllDayDue.CLOSE_OF_BUSINESS,
            "Acme does not work on Thu 26 Nov, so it is due when that day ends there",
            'deadlines edit 7 --due "2026-11-25 cob", their working day before',
        ),
        (
            AllDay(date(2027, 1, 1)),
            AllDayDue.END_OF_DAY,
            "Acme does not work on Fri 1 Jan 2027",
            'deadlines edit 7 --due "2026-12-31 cob", their working day before',
        ),
        (
            at("2026-11-29T12:00"),
            AllDayDue.CLOSE_OF_BUSINESS,
            "Acme does not work on Sun 29 Nov",
            'deadlines edit 7 --due "2026-11-27 cob", their working day before',
        ),
    ],
)
def test_a_day_off_is_named_with_the_working_day_before(when: When, rule: AllDayDue, message: str, remedy: str) -> None:
    (one,) = [finding for finding in found(when, acme(rule=rule)) if finding.code is Code.DUE_ON_DAY_OFF]

    assert (one.message, one.remedy) == (message, remedy)


def test_where_nobody_ever_works_no_day_is_proposed() -> None:
    (one,) = oddities(
        due_task(at("2026-12-04T12:00"), replace(acme(), availability=Availability(zone=NEW_YORK, weekly=()))), now=NOW
    )

    assert one.remedy == "deadlines edit 7 --due WHEN"


def test_a_time_outside_their_hours_is_named_with_their_close_of_business() -> None:
    (one,) = found(at("2026-12-04T17:30"), acme())

    assert one.message == "Acme does not work at 17:30 New York on Fri 4 Dec"
    assert one.remedy == 'deadlines edit 7 --due "2026-12-04 cob"'


def test_who_travels_is_asked_about_the_clock_there() -> None:
    """17:30 in New York on the Friday is 07:30 of the Saturday in Tokyo, where Acme is then."""
    there = acme()
    away = replace(there, availability=replace(there.availability, travel=(parse_travel("2026-12-04..2026-12-05 Tokyo"),)))

    day_off, other_day = found(at("2026-12-04T17:30"), away)
    early, _ = found(at("2026-12-03T17:30"), away)

    assert day_off.message == "Acme does not work on Sat 5 Dec"
    assert other_day.facts["there"] == date(2026, 12, 5)
    assert early.message == "Acme does not work at 07:30 Tokyo on Fri 4 Dec"


def test_their_friday_evening_is_my_saturday() -> None:
    one = found(at("2026-12-04T20:00"), acme())[-1]

    assert one.message == "Fri 4 Dec 20:00 New York = Sat 5 Dec 02:00 Oslo (in 11 d 13 h): Sat 5 Dec on your clock"
    assert one.facts == {"due": at("2026-12-04T20:00").instant, "there": date(2026, 12, 4), "here": date(2026, 12, 5)}


@pytest.mark.parametrize(
    ("own", "now", "found"),
    [
        (None, "2026-11-24T12:59", None),
        (None, "2026-11-24T13:00", Severity.WARNING),
        (None, "2026-11-27T13:00", Severity.WARNING),
        (None, "2026-11-27T13:01", Severity.ERROR),
        (None, "2026-11-27T17:00", Severity.ERROR),
        (timedelta(days=5), "2026-11-22T12:59", None),
        (timedelta(days=5), "2026-11-22T13:00", Severity.WARNING),
        (timedelta(hours=1), "2026-11-27T11:59", None),
        (timedelta(hours=1), "2026-11-27T12:00", Severity.WARNING),
        (timedelta(), "2026-11-27T12:59", None),
        (timedelta(), "2026-11-27T13:00", Severity.WARNING),
    ],
)
def test_due_soon_counts_to_the_due_less_the_buffer(own: timedelta | None, now: str, found: Severity | None) -> None:
    """A client who wants 3 days and 4 hours to spare; due on Friday at 17:00."""
    client = replace(acme(), buffer=timedelta(hours=4))
    there = datetime.fromisoformat(now).replace(tzinfo=NEW_YORK)

    one = next(lateness(due_task(at("2026-11-27T17:00"), client, own), now=there.astimezone(UTC)), None)

    assert (None if one is None else one.severity) == found
    assert one is None or one.code is Code.DUE_SOON


def test_the_buffer_is_told() -> None:
    client = replace(acme(), buffer=timedelta(hours=4))
    task = due_task(at("2026-11-24T17:00"), client)
    (before,) = lateness(task, now=NOW)
    (begun,) = lateness(task, now=NOW + timedelta(days=1, hours=8))

    assert before.message == (
        "is due Tue 24 Nov 17:00 New York = Tue 24 Nov 23:00 Oslo (in 1 d 10 h); with 4 h to spare be done in 1 d 6 h"
    )
    assert before.facts == {"due": task.due, "done_by": task.due - timedelta(hours=4)}
    assert begun.message.endswith("(in 2 h); the 4 h to spare have begun")
    assert before.id == begun.id


def test_a_missed_deadline_shows_both_clocks_and_how_late_it_is() -> None:
    (finding,) = found(at("2026-11-20T17:00"), acme())

    assert finding.message == "was due Fri 20 Nov 17:00 New York = Fri 20 Nov 23:00 Oslo (2 d 14 h overdue)"
    assert finding.remedy == "deadlines done 7, or agree on another date: deadlines edit 7 --due WHEN"


def test_it_is_late_to_ask_about_a_day_off_when_it_was_missed() -> None:
    assert [finding.code for finding in found(at("2026-11-21T20:00"), acme())] == [Code.MISSED]


def test_the_warning_comes_as_long_before_as_the_client_wants() -> None:
    due = at("2026-11-26T07:00")

    assert [finding.code for finding in found(due, acme())] == [Code.DUE_SOON, Code.DUE_ON_DAY_OFF]
    assert due.instant - NOW == timedelta(days=3)


def test_another_due_is_another_matter_and_a_later_look_is_not() -> None:
    first, second = found(at("2026-11-20T17:00"), acme())[0], found(at("2026-11-19T17:00"), acme())[0]
    task = DueTask(7, "1", "Draft", at("2026-11-20T17:00"), at("2026-11-20T17:00").instant, acme(), ME)
    (again,) = lateness(task, now=NOW + timedelta(days=1))

    assert first.id != second.id
    assert first.id == again.id
    assert first.message != again.message


def test_the_same_instant_in_another_form_is_the_same_matter() -> None:
    """Other programs rewrite every time to UTC."""
    due = at("2026-11-20T17:00")

    assert found(due, acme())[0].id == found(utc(due.instant), acme())[0].id
