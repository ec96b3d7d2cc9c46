"""`deadlines hours`: everybody's day against mine."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("hours")
@click.argument("keys", metavar="[KEY]...", nargs=-1, shell_complete=complete.clients)
@click.option("--date", "on", default="", metavar="DATE", help="Which day, on your clock: tomorrow, 2027-03-15; left out: today")
@click.option("--week", is_flag=True, help="The week from the Monday of that day, a row for each day")
def run(options: Options, keys: tuple[str, ...], on: str, *, week: bool) -> None:
    """Draw everybody's working hours against your day, and what you have in common.

    All clients, or those that are named. What a clock change does to the overlap is told, too.

    For example:
      deadlines hours acme
      deadlines hours acme --week --date 2027-03-08
    """
    from datetime import timedelta  # noqa: PLC0415 # help is spared it

    from deadlines.cli.hours_text import day_text, week_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.hours import day_of, hours  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    first = day_of(shop.settings, on, now=shop.now)
    if week:
        first -= timedelta(days=first.weekday())
    days = hours(shop.settings, tuple(dict.fromkeys(keys)), first=first, days=7 if week else 1)
    show(
        options,
        as_json=lambda: {"days": [day.as_json() for day in days]},
        as_text=lambda screen: week_text(days, screen, now=shop.now) if week else day_text(days[0], screen, now=shop.now),
    )
    if not shop.settings.clients:
        note(options, "No clients yet, so these are your hours alone: `deadlines client add KEY --timezone ZONE` adds one.")
