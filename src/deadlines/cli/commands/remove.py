"""`deadlines remove`."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import confirm, show
from deadlines.cli.shop import workshop


@command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=complete.open_tasks)
def run(options: Options, ids: tuple[str, ...]) -> None:
    """Remove tasks, here and with the next sync on the server.

    `deadlines undo` brings them back, also after that sync.
    """
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import preview, remove  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        names = ", ".join(f"{row.id} ({row.index.summary})" for row in preview(desk, ids))
        confirm(options, f"Remove {names}?")
        changed = remove(desk, ids)
    show(
        options,
        as_json=lambda: {"run": changed.run, "tasks": [task.as_json() for task in changed.tasks]},
        as_text=lambda _: "".join(f"removed {task.id}: {clean(task.summary)}\n" for task in changed.tasks),
    )
