"""`deadlines agenda`: tasks and meetings, day by day."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("agenda")
@click.option("--days", type=click.IntRange(1, 366), default=7, metavar="N", help="How many days, today included; 7 if left out")
@click.option("--client", default="", metavar="KEY", shell_complete=complete.clients, help="Only this client's")
def run(options: Options, days: int, client: str) -> None:
    """Show tasks and meetings day by day, on both clocks.

    What is late comes first. A meeting is "ok" inside everybody's hours, else it says whose hours it leaves.
    """
    from deadlines.cli.agenda_text import agenda_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.agenda import agenda  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        found = agenda(desk, days=days, client=client)
        settings, now = desk.settings, desk.now

    def as_json() -> dict[str, object]:
        from deadlines.usecases.agenda_json import agenda_json  # noqa: PLC0415 # text is spared it

        return agenda_json(found, settings, now=now)

    show(options, as_json=as_json, as_text=lambda screen: agenda_text(found, settings, screen, now=now))
    if not found.late and not found.days:
        note(options, f"Nothing is on for {'today' if days == 1 else f'{days} days'}.")
