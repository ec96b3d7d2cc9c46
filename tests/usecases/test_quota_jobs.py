from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from deadlines.core.client import Period, Quota, QuotaUnit
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.plan import plan
from deadlines.usecases.quota_jobs import quota_jobs
from deadlines.usecases.tasks import add, finish
from deadlines.usecases.timing import spend

HOUR = timedelta(hours=1)
WEEKLY = Quota(QuotaUnit.DELIVERABLES, 4, Period.WEEK, 2, date(2026, 11, 23))
MONTHLY = Quota(QuotaUnit.HOURS, 20, Period.MONTH, 5, date(2026, 11, 1))
END_OF_WEEK = datetime(2026, 11, 30, 5, tzinfo=UTC)
"""Midnight in New York."""


def owing(desk: Desk, quota: Quota, **more: object) -> Desk:
    acme = replace(desk.settings.clients["acme"], quota=quota, **more)  # type: ignore[arg-type] # fields of a client
    clients = {**desk.settings.clients, "acme": acme}
    return replace(desk, settings=replace(desk.settings, clients=MappingProxyType(clients)))


def test_without_quotas_there_is_no_demand(desk: Desk) -> None:
    assert quota_jobs(desk) == ()


def test_deliverables_that_are_in_no_task_are_work_until_the_period_ends(desk: Desk) -> None:
    desk = owing(desk, WEEKLY, buffer=4 * HOUR)
    add(desk, Draft(summary="One", client="acme", due="fri 17:00"))

    (job,) = quota_jobs(desk)

    assert (job.summary, job.client, job.due, job.buffer) == ("3 more for the quota", "acme", END_OF_WEEK, 4 * HOUR)
    assert (job.work, job.guessed) == (3 * desk.settings.plan.default_estimate, True)


def test_a_deliverable_takes_what_it_usually_does(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    for number, hours in enumerate(("2h", "3h", "9h"), 1):
        add(desk, Draft(summary="Text", client="acme", estimate=hours))
        finish(desk, [str(number)])

    assert [job.work for job in quota_jobs(desk)] == [3 * HOUR]


def test_hours_that_are_owed_are_work_but_for_what_tasks_already_hold(desk: Desk) -> None:
    desk = owing(desk, MONTHLY)
    add(desk, Draft(summary="Logo", client="acme", estimate="6h", due="fri 17:00"))
    spend(desk, "1", 2 * HOUR, on="2026-11-20")

    (job,) = quota_jobs(desk)

    assert (job.work, job.guessed, job.summary) == (14 * HOUR, False, "14 h of the quota")


def test_when_all_is_delivered_or_planned_there_is_no_demand(desk: Desk) -> None:
    desk = owing(desk, WEEKLY)
    for number in range(4):
        add(desk, Draft(summary=f"Text {number}", client="acme", due="fri 17:00"))
    finish(desk, ["1"])

    assert quota_jobs(desk) == []


def test_the_plan_has_room_for_the_quota(desk: Desk) -> None:
    made = plan(owing(desk, MONTHLY))

    slots = [slot for slot in made.plan.slots if slot.uid == "quota:acme:2026-11-01"]
    assert sum((slot.length for slot in slots), timedelta()) == 20 * HOUR
    assert made.plan.feasible


def test_a_quota_that_cannot_be_met_is_late(desk: Desk) -> None:
    """It is 13:00 in Oslo on Monday the 23rd: 4 h of that day and five days of 8 h are left in November."""
    made = plan(owing(desk, MONTHLY._replace(amount=45)))

    (deficit,) = made.plan.deficits
    assert (deficit.first, deficit.need, deficit.missing) == ("quota:acme:2026-11-01", 45 * HOUR, HOUR)
