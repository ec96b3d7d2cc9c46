"""`deadlines plan`: when to work on what, and what will not be done in time."""

from __future__ import annotations

import click

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("plan")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, metavar="N", help="Show so many days")
def run(options: Options, days: int) -> Exit:
    """Plan the work into your hours, and see what will not be done in time.

    The task that is due first is worked on first. If that misses a due date, every other plan does, too: it says what is needed
    before it, what there is, and the least that must give. Exit code 1: something will be late.
    """
    from deadlines.cli.plan_text import plan_json, plan_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.plan import plan  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.plan_findings import shortfalls  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        planned = plan(desk, days=days)
        findings = [*shortfalls(desk, planned), *planned.doubts]
        settings = desk.settings
    show(
        options,
        as_json=lambda: plan_json(planned, findings, settings),
        as_text=lambda screen: plan_text(planned, findings, settings, screen, now=desk.now),
    )
    if not planned.jobs:
        note(options, 'Nothing to plan. `deadlines add "What to deliver" --due "fri 17:00" --estimate 6h` adds a task.')
    elif guessed := len({planned.rows[uid].uid for uid, job in planned.jobs.items() if job.guessed and uid in planned.rows}):
        tasks = "1 task has" if guessed == 1 else f"{guessed} tasks have"
        note(options, f"{tasks} no estimate (~): `deadlines edit ID --estimate 3h` says how long it takes.")
    return Exit.FINE if planned.plan.feasible else Exit.LOOK
