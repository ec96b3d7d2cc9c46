from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from tests.usecases.conftest import Later, Phone, Synced

from deadlines.core.client import Period, Quota, QuotaUnit
from deadlines.errors import InputError, UnknownName
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.report import Asked, Owed, report
from deadlines.usecases.tasks import add, edit, finish
from deadlines.usecases.timing import spend

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOVEMBER = Asked(client="acme", since="2026-11-01")


def test_deliveries_hours_and_what_is_late_now(desk: Desk, later: Later) -> None:
    for summary in ("Logo", "Page", "Text"):
        add(desk, Draft(summary=summary, client="acme", due="fri 17:00"))
    add(desk, Draft(summary="Mine"))
    finish(desk, ["1"])
    week = later(7 * DAY + 4 * HOUR)  # Monday, 11:00 in New York
    finish(week, ["2"])
    spend(week, "2", 3 * HOUR, on="")

    (record,) = report(week, NOVEMBER)
    (line,) = record.lines

    assert (record.client, record.name, record.overdue) == ("acme", "Acme Inc.", 1)
    assert (line.delivered, line.on_time, line.late, line.worst_late, line.worked) == (2, 1, 1, 2 * HOUR, 3 * HOUR)


def test_what_is_nobodys_is_shown_when_there_is_any(desk: Desk) -> None:
    without = [record.client for record in report(desk, Asked())]
    add(desk, Draft(summary="Mine"))
    finish(desk, ["1"])

    assert (without, [record.client for record in report(desk, Asked())]) == (["acme", "edo"], ["acme", "edo", ""])


def test_by_default_it_is_three_months(desk: Desk) -> None:
    (record,) = report(desk, Asked(client="edo"))

    assert [line.first for line in record.lines] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]


def test_a_due_date_that_they_moved_is_counted_with_our_answer(desk: Desk, later: Later, phone: Phone, synced: Synced) -> None:
    task = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VTODO\r\nUID:invoice\r\nDTSTAMP:20261123T080000Z\r\n"
        "SUMMARY:Invoice\r\nCATEGORIES:acme\r\nDUE;VALUE=DATE:{}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    phone.put(task.format("20261204"))
    synced(desk)
    phone.put(task.format("20261202"))
    synced(later(3 * HOUR))  # 10:00 in New York
    edit(later(5 * HOUR), "invoice", Draft(note="seen"))

    (line,) = report(later(6 * HOUR), NOVEMBER)[0].lines

    assert (line.earlier, line.later, line.response) == (1, 0, 2 * HOUR)


def test_hours_stand_against_the_quota(desk: Desk) -> None:
    quota = Quota(QuotaUnit.HOURS, 20, Period.MONTH, 5, date(2026, 10, 1))
    clients = {**desk.settings.clients, "acme": replace(desk.settings.clients["acme"], quota=quota)}
    owing = replace(desk, settings=replace(desk.settings, clients=MappingProxyType(clients)))
    add(owing, Draft(summary="Logo", client="acme"))
    spend(owing, "1", 3 * HOUR, on="")

    monthly, weekly = (report(owing, NOVEMBER._replace(per=per))[0].quota for per in (Period.MONTH, Period.WEEK))

    assert monthly[date(2026, 11, 1)] == Owed(3, 25, QuotaUnit.HOURS)
    assert weekly == {}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(since="2026-12-24"), "has no day in it"),
        (Asked(since="1990-01-01"), "longer than 20 years"),
        (Asked(since="2026-11-02 10:00"), "a day is wanted"),
    ],
)
def test_days_that_make_no_report_are_refused(desk: Desk, asked: Asked, why: str) -> None:
    with pytest.raises(InputError, match=why):
        report(desk, asked)


def test_an_unknown_client_is_named(desk: Desk) -> None:
    with pytest.raises(UnknownName):
        report(desk, Asked(client="nobody"))
