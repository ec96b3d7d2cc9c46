"""`deadlines edit`: change a task, or a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop
from deadlines.cli.task_options import draft_of, task_options
from deadlines.errors import InputError

if TYPE_CHECKING:
    from deadlines.store.base import Row
    from deadlines.usecases.desk import Desk

_OF_BOTH = frozenset({"summary", "start", "note"})
_OF_MEETINGS = _OF_BOTH | {"end", "duration", "location"}
_SPELT = {"categories": "category", "percent_complete": "percent"}


@command("edit")
@click.argument("id", metavar="ID", shell_complete=complete.open_tasks)
@click.option("--summary", metavar="TEXT", help="What it is called")
@task_options
@click.option(
    "--status", type=click.Choice(["needs-action", "in-process", "completed", "cancelled"]), metavar="STATUS",
    help="needs-action, in-process, completed or cancelled",
)  # fmt: skip
@click.option("--end", metavar="WHEN", help="When a meeting ends")
@click.option("--duration", metavar="TIME", help="How long a meeting lasts: 45m, 1h30")
@click.option("--location", metavar="TEXT", help="Where a meeting takes place")
@click.option("--percent", "percent_complete", type=click.IntRange(0, 100), metavar="0-100", help="How much of it is done")
def run(options: Options, id: str, **typed: object) -> None:  # noqa: A002 # the word of the interface
    """Change a task or a meeting; what is not named stays as it is.

    An empty value or "none" takes a property away.

    Of a meeting, --summary, --start, --end, --duration, --location and --note can be changed. One that repeats is changed as a
    whole, so that its next instance is as you say.

    For example:
      deadlines edit 7 --due "mon cob"
      deadlines edit 7 --estimate none --category design --category web
      deadlines edit 9 --start "thu 15:00" --duration 1h
    """
    from deadlines.usecases.find import ITEM, find  # noqa: PLC0415 # help is spared it

    named = {name: value for name, value in typed.items() if value is not None and value != ()}
    if not named:
        raise InputError("nothing to change was named", hint="`deadlines edit --help` shows the options")
    with workshop(options).desk() as desk:
        row = find(desk, id, ITEM)
        if row.index.component == "VEVENT":
            _refuse_others(named, "meeting", _OF_MEETINGS)
            _edit_meeting(options, desk, row, named)
        else:
            _refuse_others(named, "task", typed.keys() - (_OF_MEETINGS - _OF_BOTH))
            _edit_task(options, desk, str(row.id), named)


def _refuse_others(named: Mapping[str, object], what: str, known: AbstractSet[str]) -> None:
    for name in named:
        if name not in known:
            raise InputError(f"a {what} has no --{_SPELT.get(name, name)}", hint="`deadlines edit --help` shows the options")


def _edit_meeting(options: Options, desk: Desk, row: Row, named: Mapping[str, Any]) -> None:
    from deadlines.cli.meeting_text import altered_text  # noqa: PLC0415 # tasks are spared it
    from deadlines.usecases.alter import Change, alter  # noqa: PLC0415 # likewise

    altered = alter(desk, row, Change(**named))
    show(
        options,
        as_json=lambda: {"run": altered.run, "meeting": altered.shown.as_json(), "untold": list(altered.untold)},
        as_text=lambda screen: altered_text(altered, screen),
    )


def _edit_task(options: Options, desk: Desk, key: str, named: Mapping[str, Any]) -> None:
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import edit  # noqa: PLC0415 # help is spared it

    changed = edit(desk, key, draft_of(named))
    show(
        options,
        as_json=lambda: {"run": changed.run, "task": changed.tasks[0].as_json()},
        as_text=lambda screen: answer(changed.tasks[0], "changed" if changed.run else "nothing new in", screen),
    )
