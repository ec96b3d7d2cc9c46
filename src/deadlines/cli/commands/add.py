"""`deadlines add`: a new task."""

from __future__ import annotations

import click

from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop
from deadlines.cli.task_options import draft_of, task_options


@command("add")
@click.argument("summary")
@task_options
def run(options: Options, summary: str, **typed: object) -> None:
    """Add a task, due on the client's clock.

    For example:
      deadlines add "Landing page" --client acme --due "fri 17:00"
      deadlines add "Invoice" --client acme --due cob --repeat monthly
    """
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import add  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        changed = add(desk, draft_of(typed, summary=summary))
    show(
        options,
        as_json=lambda: {"run": changed.run, "task": changed.tasks[0].as_json()},
        as_text=lambda screen: answer(changed.tasks[0], "added", screen),
    )
