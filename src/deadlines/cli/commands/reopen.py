"""`deadlines reopen`."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("reopen")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=complete.closed_tasks)
def run(options: Options, ids: tuple[str, ...]) -> None:
    """Open completed tasks again."""
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import unfinish  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        changed = unfinish(desk, ids)
    show(
        options,
        as_json=lambda: {"run": changed.run, "tasks": [task.as_json() for task in changed.tasks]},
        as_text=lambda screen: "".join(answer(task, "reopened", screen) for task in changed.tasks),
    )
