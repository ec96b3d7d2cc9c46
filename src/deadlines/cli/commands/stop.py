"""`deadlines stop`: the timer ends."""

from __future__ import annotations

import click

from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("stop")
@click.option("--ago", metavar="TIME", help="So long before now, such as 15m, where it was forgotten")
def run(options: Options, ago: str | None) -> None:
    """Stop the timer."""
    from deadlines.cli.table import Screen  # noqa: PLC0415 # help is spared it
    from deadlines.cli.timing_text import dropped_text, stopped_text, total_text  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import format_work, parse_lead  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.timing import stop  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        timed = stop(desk, ago=parse_lead(ago or "0"))
        now = desk.now

    def as_text(_: Screen) -> str:
        lines = [*(stopped_text(one, now=now) for one in timed.stopped), *map(dropped_text, timed.dropped)]
        return "".join([*lines, total_text((*timed.stopped, *timed.dropped)[0].summary, timed.total, None)])

    show(
        options,
        as_json=lambda: {
            "run": timed.run,
            "stopped": [one.as_json(now) for one in timed.stopped],
            "dropped": [one.as_json(now) for one in timed.dropped],
            "total": timed.total,
        },
        as_text=as_text,
    )
    for one in timed.doubtful:
        note(
            options,
            f"The timer for {one.summary} ran {format_work(one.spent(now))}. If it was forgotten: "
            f"`deadlines undo {timed.run}`, then `deadlines stop --ago TIME`.",
        )
