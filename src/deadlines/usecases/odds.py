"""The odds of a plan, from the time that was spent on finished tasks against their estimates."""

from __future__ import annotations

from deadlines.core.effort import ratios
from deadlines.planning.odds import Odds, odds
from deadlines.usecases.desk import Desk
from deadlines.usecases.plan import Planned
from deadlines.usecases.timing import efforts


def odds_of(desk: Desk, planned: Planned) -> Odds:
    """How likely each due date of the plan is to be kept."""
    past = ratios(efforts(desk.store, now=desk.now))
    return odds(tuple(planned.jobs.values()), planned.free, now=desk.now, ratios=past)
