"""`deadlines slots`: free slots for a meeting."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("slots")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True, shell_complete=complete.clients)
@click.option("--duration", required=True, metavar="TIME", help="How long the meeting takes: 45m, 1h30")
@click.option("--within", default="2w", metavar="TIME", help="How far to look: 2w, 10d; left out: 2w")
@click.option("--limit", type=click.IntRange(1, 100), default=5, metavar="N", help="At most so many; left out: 5")
@click.option("--from", "start", default="", metavar="WHEN", help='From when on, on your clock: "next mon"; left out: now')
@click.option("--stretch", is_flag=True, help="Also offer slots outside somebody's hours")
def run(options: Options, keys: tuple[str, ...], duration: str, within: str, **wanted: str | int | bool) -> None:
    """Find free slots with one or several clients, on everybody's clock, the best first.

    A slot is free when nothing in any of your calendars is in its way, as of the last sync. Slots within everybody's hours come
    first, clear of the first and last half hour of anybody's day; if there are none, those that cost least, each on a day of its
    own, taking turns in whose evening it is.

    For example:
      deadlines slots acme --duration 45m
      deadlines slots acme kea --duration 1h --within 3w --from "next mon"
    """
    from deadlines.cli.slots_text import slots_text  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import parse_duration  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.slots import Wanted, slots  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        asked = Wanted(tuple(dict.fromkeys(keys)), parse_duration(duration), parse_duration(within), **wanted)  # type: ignore[arg-type] # click gives each option its type
        offer = slots(desk, asked)
    show(options, as_json=offer.as_json, as_text=lambda screen: slots_text(offer, screen))
    if not offer.slots:
        note(options, "There is no time at all that is free.")
