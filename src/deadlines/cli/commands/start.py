"""`deadlines start`: the timer."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("start")
@click.argument("id", metavar="ID", shell_complete=complete.open_tasks)
@click.option("--ago", metavar="TIME", help="So long before now, such as 15m, where it was forgotten")
def run(options: Options, id: str, ago: str | None) -> None:  # noqa: A002 # the word of the interface
    """Start the timer for a task; the one that runs stops.

    What was spent is kept in the calendar "time" and counts in quotas, reports and the odds of the plan.
    """
    from deadlines.cli.table import Screen  # noqa: PLC0415 # help is spared it
    from deadlines.cli.timing_text import dropped_text, stopped_text  # noqa: PLC0415 # help is spared it
    from deadlines.core.clocks import own_clock  # noqa: PLC0415 # help is spared it
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import parse_lead  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.timing import start  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        timed = start(desk, id, ago=parse_lead(ago or "0"))
        now, me = desk.now, desk.settings.me
    entry = timed.entry
    assert entry is not None

    def as_text(_: Screen) -> str:
        began = own_clock(entry.start, me, now=now)
        before = "".join([*(stopped_text(one, now=now) for one in timed.stopped), *map(dropped_text, timed.dropped)])
        return f"{before}started: {clean(entry.summary)} at {began}\n"

    show(
        options,
        as_json=lambda: {
            "run": timed.run,
            "entry": entry.as_json(now),
            "stopped": [one.as_json(now) for one in timed.stopped],
            "dropped": [one.as_json(now) for one in timed.dropped],
            "total": timed.total,
        },
        as_text=as_text,
    )
