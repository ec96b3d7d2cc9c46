"""`deadlines edit`: change a task."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop
from deadlines.cli.task_options import draft_of, task_options
from deadlines.errors import InputError


@command("edit")
@click.argument("id", metavar="ID", shell_complete=complete.open_tasks)
@click.option("--summary", metavar="TEXT", help="What it is called")
@task_options
@click.option(
    "--status", type=click.Choice(["needs-action", "in-process", "completed", "cancelled"]), metavar="STATUS",
    help="needs-action, in-process, completed or cancelled",
)  # fmt: skip
@click.option("--percent", "percent_complete", type=click.IntRange(0, 100), metavar="0-100", help="How much of it is done")
def run(options: Options, id: str, **typed: object) -> None:  # noqa: A002 # the word of the interface
    """Change a task; what is not named stays as it is.

    An empty value or "none" takes a property away.

    For example:
      deadlines edit 7 --due "mon cob"
      deadlines edit 7 --estimate none --category design --category web
    """
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import edit  # noqa: PLC0415 # help is spared it

    if not any(value is not None and value != () for value in typed.values()):
        raise InputError("nothing to change was named", hint="`deadlines edit --help` shows the options")
    with workshop(options).desk() as desk:
        changed = edit(desk, id, draft_of(typed))
    show(
        options,
        as_json=lambda: {"run": changed.run, "task": changed.tasks[0].as_json()},
        as_text=lambda screen: answer(changed.tasks[0], "changed" if changed.run else "nothing new in", screen),
    )
