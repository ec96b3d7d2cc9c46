"""`deadlines ack`: somebody knows."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("ack")
@click.argument("findings", nargs=-1, required=True, metavar="FINDING...", shell_complete=complete.findings)
@click.option("--undo", is_flag=True, help="Tell again what was acknowledged or snoozed")
def run(options: Options, findings: tuple[str, ...], *, undo: bool) -> None:
    """Acknowledge findings, so that nobody is told of them again.

    FINDING is what `deadlines check` prints, or its beginning: D101-q3vf. When the matter changes, because a due date
    moves or it gets worse, it is told again.
    """
    from deadlines.cli.check_text import muted_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.muting import acknowledge, unmute  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        muted = unmute(desk, findings) if undo else acknowledge(desk, findings)
    verb = "told again" if undo else "acknowledged"
    show(
        options,
        as_json=lambda: {"findings": [one.as_json() for one in muted]},
        as_text=lambda _: muted_text(muted, verb, desk.settings, now=desk.now),
    )
