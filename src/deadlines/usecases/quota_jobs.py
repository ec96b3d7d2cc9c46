"""What quotas ask for and no task says yet, as work to be planned.

A deliverable takes what the client's deliverables were estimated to take until now (the median), or what the plan assumes of a
task without an estimate. The work is due when the present period ends, on the client's clock; periods to come make their own
demand when they begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from deadlines.core.client import QuotaUnit
from deadlines.planning.job import Job
from deadlines.usecases.desk import Desk

if TYPE_CHECKING:
    from deadlines.usecases.quotas import Standing

_HOUR = timedelta(hours=1)
_AFTER_TASKS = 2**62
"""Their place among equals: behind every task, whose order is its number."""


def quota_jobs(desk: Desk) -> Sequence[Job]:
    """A job for each client to whom more is owed in the present period than is planned."""
    if not any(client.quota for client in desk.settings.clients.values()):
        return ()
    from deadlines.usecases.quotas import standings  # noqa: PLC0415 # a plan without quotas is spared it

    return [_job(desk, standing, number) for number, standing in enumerate(standings(desk), 1) if standing.unplanned > 0]


def _job(desk: Desk, standing: Standing, number: int) -> Job:
    client, line = standing.client, standing.lines[-1]
    amount = standing.unplanned
    if standing.quota.unit is QuotaUnit.HOURS:
        each, what = _HOUR, f"{amount:.3g} h of the quota"
    else:
        each, what = _usual(desk, standing), f"{amount:g} more for the quota"
    return Job(
        uid=f"quota:{client.key}:{line.period.first}",
        work=timedelta(seconds=int((amount * each).total_seconds())),
        due=line.period.span.end,
        buffer=client.buffer,
        order=_AFTER_TASKS + number,
        summary=what,
        client=client.key,
        guessed=standing.quota.unit is QuotaUnit.DELIVERABLES,
    )


def _usual(desk: Desk, standing: Standing) -> timedelta:
    from deadlines.usecases.deliveries import deliveries  # noqa: PLC0415 # a plan without quotas is spared it

    known = sorted(one.estimate for one in deliveries(desk, client=standing.client.key) if one.estimate)
    return known[len(known) // 2] if known else desk.settings.plan.default_estimate
