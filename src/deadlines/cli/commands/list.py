"""`deadlines list`: the tasks, the most urgent first."""

from __future__ import annotations

from typing import Any

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("list")
@click.option("--client", metavar="KEY", shell_complete=complete.clients, help="Only this client's")
@click.option("--overdue", is_flag=True, help="Only what is late")
@click.option("--due-before", metavar="WHEN", help="Only what is due before then")
@click.option("--calendar", metavar="NAME", shell_complete=complete.calendars, help="Only what is kept there")
@click.option(
    "--status", type=click.Choice(["needs-action", "in-process", "completed", "cancelled"]), metavar="STATUS",
    help="Only needs-action, in-process, completed or cancelled",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Also what is completed or cancelled")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many")
@click.option("--sort", type=click.Choice(["due", "client", "priority"]), default="due", help="By what to order them")
def run(options: Options, sort: str, **wanted: str | bool | int | None) -> None:
    """List tasks with their due dates on both clocks, the most urgent first."""
    from deadlines.store.base import Sort  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.listing import COUNTED, Wanted, listing  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    with shop.desk() as desk:
        given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
        found = listing(desk, Wanted(sort=Sort(sort), **given))
        rows = list(found.rows)
        unreadable = found.unreadable
        settings = desk.settings
    if options.json:
        from deadlines.usecases.view import view  # noqa: PLC0415 # text is spared it

        tasks = [view(row, settings, now=shop.now).as_json() for row in rows]
        show(options, as_json=lambda: {"tasks": tasks}, as_text=lambda _: "")
        return
    from deadlines.cli.task_list import task_table  # noqa: PLC0415 # JSON is spared it

    show(options, as_json=dict, as_text=lambda screen: task_table(rows, settings, screen, now=shop.now))
    if not rows:
        note(
            options,
            'No tasks. `deadlines add "What to deliver" --due "fri 17:00"` adds one.'
            if _asked_for_all(wanted)
            else "No tasks match.",
        )
        if _asked_for_all(wanted) and not shop.is_configured:
            note(options, "There is no configuration yet: `deadlines init` sets up your hours, clients and calendars.")
    elif found.total > len(rows):
        total = str(found.total) if found.total <= COUNTED else f"more than {max(COUNTED, len(rows))}"
        note(options, f"{len(rows)} of {total} tasks; `--limit` shows more.")
    if unreadable:
        note(options, f"{len(unreadable)} items on the server cannot be read and are not listed: `deadlines doctor` names them.")


def _asked_for_all(wanted: dict[str, str | bool | int | None]) -> bool:
    return not any(value for name, value in wanted.items() if name not in {"everything", "limit"})
