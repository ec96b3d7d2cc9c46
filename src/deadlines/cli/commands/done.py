"""`deadlines done`."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("done")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=complete.open_tasks)
def run(options: Options, ids: tuple[str, ...]) -> None:
    """Complete tasks; one that repeats moves on to its next instance."""
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import finish  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        changed = finish(desk, ids)
    show(
        options,
        as_json=lambda: {"run": changed.run, "tasks": [task.as_json() for task in changed.tasks]},
        as_text=lambda screen: "".join(
            answer(task, "moved on" if task.status == "needs-action" else "done", screen) for task in changed.tasks
        ),
    )
