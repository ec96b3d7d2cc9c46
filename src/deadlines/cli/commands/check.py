"""`deadlines check`: what is wrong."""

from __future__ import annotations

from contextlib import suppress

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.errors import StoreBusy


@command("check")
@click.option("--client", default="", metavar="KEY", shell_complete=complete.clients, help="Only this client's")
@click.option("--within", metavar="TIME", help="Only what is due or takes place that soon: 14d, 8w; left out: as far as it pays")
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Only these: D101, or M for every M201, M202 ...")
@click.option("--all", "everything", is_flag=True, help="Also what is acknowledged or snoozed")
@click.option("--reader", default="check", metavar="NAME", help="Remember by this name what was told as new, apart from others")
@click.option("--peek", is_flag=True, help="Do not remember what was told: what is new stays new")
def run(options: Options, codes: tuple[str, ...], within: str | None, *, everything: bool, peek: bool, **wanted: str) -> Exit:
    """Show what is wrong: deadlines, meetings, clients, and the health of your data.

    What was not told before is new, what is over is told once as resolved. Exit code 1: something of it is a warning or worse.

    For example:
      deadlines check --within 2w
      deadlines check --client acme --code D101 --code D102
    """
    from deadlines.cli.check_text import check_text, summary  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import parse_duration  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.check import check, remember, wanted_codes  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        reach = None if within is None else parse_duration(within)
        checked = check(desk, within=reach, codes=wanted_codes(codes), **wanted)
        muted = checked.muted if everything else ()
        shown = (*checked.holding, *checked.resolved, *muted)
        show(
            options,
            as_json=lambda: {"findings": [one.as_json() for one in shown]},
            as_text=lambda screen: check_text(checked, muted, desk.settings, screen),
        )
        note(options, summary(checked, muted))
        if not peek:
            with suppress(StoreBusy):  # a sync is writing: what was new is new once more
                remember(desk, checked)
    return Exit.LOOK if checked.alarming else Exit.FINE
