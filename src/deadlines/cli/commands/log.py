"""`deadlines log`: the journal."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.errors import InputError


@command("log")
@click.argument("id", metavar="[ID]", required=False, shell_complete=complete.open_tasks)
@click.option("--run", "number", type=int, metavar="RUN", help="What one run changed")
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="At most so many runs")
def run(options: Options, id: str | None, number: int | None, limit: int) -> None:  # noqa: A002 # the word of the interface
    """Show what was changed by commands and syncs, and what happened to one task."""
    from deadlines.cli.history_text import (  # noqa: PLC0415 # help is spared it
        Clock,
        changes_json,
        changes_text,
        runs_json,
        runs_text,
    )
    from deadlines.usecases import history  # noqa: PLC0415 # help is spared it

    if id is not None and number is not None:
        raise InputError("a task and a run were both named", hint="`deadlines log ID` or `deadlines log --run RUN`")
    with workshop(options).desk() as desk:
        clock = Clock(desk.settings.me, desk.now)
        if id is None and number is None:
            runs = history.runs(desk, limit=limit)
            show(options, as_json=lambda: {"runs": runs_json(runs)}, as_text=lambda screen: runs_text(runs, clock, screen))
            if not runs:
                note(options, "Nothing was changed yet.")
            return
        changes = history.changes_of_task(desk, id) if id is not None else history.changes_of_run(desk, number or 0)
    show(options, as_json=lambda: {"changes": changes_json(changes)}, as_text=lambda screen: changes_text(changes, clock, screen))
