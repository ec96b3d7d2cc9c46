"""`deadlines quota`: what clients are owed in every period."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("quota")
@click.argument("key", metavar="[KEY]", required=False, default="", shell_complete=complete.clients)
@click.option("--periods", type=click.IntRange(min=1), default=3, metavar="N", help="So many periods, the present one last")
def run(options: Options, key: str, periods: int) -> None:
    """Show what clients are owed per week or month, and what they got.

    What is left moves on to the next period as far as the carry-over allows. Periods are on the client's clock.
    Completed tasks count, or the hours that start, stop and spent wrote down.
    """
    from deadlines.cli.quota_text import quota_json, quota_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.quotas import standings  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        found = standings(desk, key)
        now = desk.now
    show(
        options,
        as_json=lambda: {"quotas": [quota_json(standing, periods) for standing in found]},
        as_text=lambda screen: quota_text(found, periods, screen, now=now),
    )
    if not found:
        note(options, "No client has a quota. [clients.KEY.quota] in the configuration says what they are owed.")
    for standing in found:
        if not standing.lines:
            note(options, f"The quota of {standing.client.name} begins on {standing.quota.since}.")
