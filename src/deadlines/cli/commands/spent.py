"""`deadlines spent`: time that was spent, said afterwards or looked at."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.errors import InputError


@command("spent")
@click.argument("id", metavar="ID", shell_complete=complete.open_tasks)
@click.argument("length", metavar="[TIME]", required=False)
@click.option("--on", metavar="DAY", default="", help="On a day gone by: yesterday, 2026-11-23; left out: until now")
def run(options: Options, id: str, length: str | None, on: str) -> None:  # noqa: A002 # the word of the interface
    """Say how long you worked on a task, or see it.

    For example:
      deadlines spent 12 2h
      deadlines spent 12 1h30 --on yesterday
      deadlines spent 12
    """
    from datetime import timedelta  # noqa: PLC0415 # help is spared it

    from deadlines.cli.timing_text import entries_text, total_text  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import parse_duration  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.timing import entries_of, spend  # noqa: PLC0415 # help is spared it

    if length is None and on:
        raise InputError("--on says when, but not how long", hint=f"for example: deadlines spent {id} 2h --on {on}")
    with workshop(options).desk() as desk:
        run = 0 if length is None else spend(desk, id, parse_duration(length), on=on).run
        row, found = entries_of(desk, id)
        now, me = desk.now, desk.settings.me
    total = sum((one.spent(now) for one in found), timedelta())
    estimate = None if row.index.estimate is None else timedelta(seconds=row.index.estimate)
    show(
        options,
        as_json=lambda: {
            "run": run,
            "uid": row.uid,
            "summary": row.index.summary,
            "estimate": estimate,
            "total": total,
            "entries": [one.as_json(now) for one in found],
        },
        as_text=lambda screen: (
            (entries_text(found, me, screen, now=now) if length is None else "") + total_text(row.index.summary, total, estimate)
        ),
    )
    if not found:
        note(
            options,
            f"Nothing yet: `deadlines start {row.id}` starts the timer, `deadlines spent {row.id} 2h` says it afterwards.",
        )
