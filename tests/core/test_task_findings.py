from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.due import due_instant
from deadlines.core.findings import Code, Finding
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


def found(when: When, client: Client | None = None) -> tuple[Finding, ...]:
    task = DueTask(7, "1", "Draft", when, due_instant(when, client=client, owner=ME), client, ME)
    return (*lateness(task, now=NOW), *oddities(task, now=NOW))


@pytest.mark.parametrize(
    ("when", "client", "codes"),
    [
        (at("2026-11-23T06:59"), None, ["D101"]),
        (at("2026-11-23T07:00"), None, []),
        (at("2026-11-23T07:00"), acme(), ["D102"]),
        (at("2026-11-24T17:00"), acme(), ["D102"]),
        (at("2026-12-04T17:00"), acme(), []),
        (at("2026-12-04T23:00"), acme(), []),
        (at("2026-12-05T17:00"), acme(), ["D105"]),
        (AllDay(date(2026, 11, 26)), acme(), ["D105"]),
        (AllDay(date(2026, 11, 26)), None, []),
        (AllDay(date(2026, 12, 5)), acme(rule=AllDayDue.END_OF_DAY), ["D105"]),
        (at("2026-12-05T05:00"), acme("Mon-Fri 22:00-06:00"), []),
        (at("2026-12-05T07:00"), acme("Mon-Fri 22:00-06:00"), ["D105"]),
        (AllDay(date(2026, 12, 5)), acme("Mon-Fri 22:00-06:00"), ["D105"]),
    ],
)
def test_a_due_is_looked_at_on_the_clients_calendar(when: When, client: Client | None, codes: list[str]) -> None:
    assert [finding.code.value for finding in found(when, client)] == codes


@pytest.mark.parametrize(
    ("when", "rule", "message"),
    [
        (
            AllDay(date(2026, 11, 26)),
            AllDayDue.CLOSE_OF_BUSINESS,
            "Acme does not work on Thu 26 Nov, so it is due when that day ends there",
        ),
        (AllDay(date(2027, 1, 1)), AllDayDue.END_OF_DAY, "Acme does not work on Fri 1 Jan 2027"),
        (at("2026-11-28T12:00"), AllDayDue.CLOSE_OF_BUSINESS, "Acme does not work on Sat 28 Nov"),
    ],
)
def test_a_day_off_is_named(when: When, rule: AllDayDue, message: str) -> None:
    assert found(when, acme(rule=rule))[-1].message == message


def test_a_missed_deadline_shows_both_clocks_and_how_late_it_is() -> None:
    (finding,) = found(at("2026-11-20T17:00"), acme())

    assert finding.message == "was due Fri 20 Nov 17:00 New York = Fri 20 Nov 23:00 Oslo (2 d 14 h overdue)"
    assert finding.remedy == "deadlines done 7, or agree on another date: deadlines edit 7 --due WHEN"


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
