"""`deadlines plan`: when to work on what, and what will not be done in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop

if TYPE_CHECKING:
    from deadlines.planning.odds import Odds
    from deadlines.usecases.desk import Desk
    from deadlines.usecases.plan import Planned
    from deadlines.usecases.publish import Published


@command("plan")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, metavar="N", help="Show so many days")
@click.option(
    "--publish",
    metavar="CALENDAR",
    shell_complete=complete.calendars,
    help="Write the days shown into this calendar, kept for it",
)
@click.option("--odds", is_flag=True, help="How likely each due date is, judging by how long finished tasks took")
def run(options: Options, days: int, publish: str | None, *, odds: bool) -> Exit:
    """Plan the work into your hours, and see what will not be done in time.

    The task that is due first is worked on first. If that misses a due date, every other plan does, too: it says what is needed
    before it, what there is, and the least that must give. Exit code 1: something will be late.

    `--publish` writes the days into a calendar that holds nothing else, for `deadlines sync` to carry to your devices.
    """
    from deadlines.cli.plan_text import odds_text, plan_json, plan_text, published_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.plan import plan  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.plan_findings import shortfalls  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        planned = plan(desk, days=days)
        findings = [*shortfalls(desk, planned), *planned.doubts]
        settings = desk.settings
        chances = _odds(desk, planned) if odds else None
        published = None if publish is None else _publish(desk, planned, publish)
    show(
        options,
        as_json=lambda: plan_json(planned, findings, settings, published, chances),
        as_text=lambda screen: plan_text(planned, findings, settings, screen, chances, now=desk.now),
    )
    if chances is not None:
        note(options, odds_text(chances, settings))
    if published is not None:
        note(options, published_text(published))
    if not planned.jobs:
        note(options, 'Nothing to plan. `deadlines add "What to deliver" --due "fri 17:00" --estimate 6h` adds a task.')
    elif guessed := len({planned.rows[uid].uid for uid, job in planned.jobs.items() if job.guessed and uid in planned.rows}):
        tasks = "1 task has" if guessed == 1 else f"{guessed} tasks have"
        note(options, f"{tasks} no estimate (~): `deadlines edit ID --estimate 3h` says how long it takes.")
    return Exit.FINE if planned.plan.feasible else Exit.LOOK


def _publish(desk: Desk, planned: Planned, calendar: str) -> Published:
    from deadlines.usecases.publish import publish  # noqa: PLC0415 # who only looks is spared it

    return publish(desk, planned, calendar)


def _odds(desk: Desk, planned: Planned) -> Odds:
    from deadlines.usecases.odds import odds_of  # noqa: PLC0415 # who does not ask is spared it

    return odds_of(desk, planned)
