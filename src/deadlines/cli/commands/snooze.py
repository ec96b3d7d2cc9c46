"""`deadlines snooze`: not now."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("snooze")
@click.argument("findings", nargs=-1, required=True, metavar="FINDING...", shell_complete=complete.findings)
@click.option("--until", required=True, metavar="WHEN", help='On your clock: "mon 9:00", "in 3 days", 2026-12-01')
def run(options: Options, findings: tuple[str, ...], until: str) -> None:
    """Do not tell of findings until then; they come back as new.

    `deadlines ack FINDING --undo` tells them again at once.
    """
    from deadlines.cli.check_text import muted_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.muting import snooze  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        muted = snooze(desk, findings, until)
    show(
        options,
        as_json=lambda: {"findings": [one.as_json() for one in muted]},
        as_text=lambda _: muted_text(muted, "snoozed", desk.settings, now=desk.now),
    )
