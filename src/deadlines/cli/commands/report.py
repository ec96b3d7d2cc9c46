"""`deadlines report`: the record."""

from __future__ import annotations

from pathlib import Path

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@command("report")
@click.option("--client", metavar="KEY", default="", shell_complete=complete.clients, help="Only this client")
@click.option("--since", metavar="DATE", default="", help="From which day on; left out: the last three months")
@click.option("--until", metavar="DATE", default="", help="Until which day; left out: today")
@click.option("--per", type=click.Choice(["week", "month"]), default="month", help="A line for each week or month")
@click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", help="text, or csv for a spreadsheet")
@click.option("--picture", metavar="FILE", type=click.Path(path_type=Path), help="Also draw it, as .svg or .png")
def run(options: Options, *, form: str, per: str, picture: Path | None, client: str, since: str, until: str) -> None:
    """Show the record: what was on time, how late the rest, and the hours.

    Lateness is counted in the client's working hours, and so is the time it took you to answer when a due
    date was moved in the calendar. Periods are on the client's clock.

    A picture needs the pictures extra: pip install "deadlines[pictures]"
    """
    from deadlines.cli.report_text import report_csv, report_json, report_text  # noqa: PLC0415 # help is spared it
    from deadlines.core.client import Period  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.report import Asked, report  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        found = report(desk, Asked(client=client, since=since, until=until, per=Period(per)))
        now = desk.now
    if picture is not None:
        from deadlines.cli.report_picture import draw  # noqa: PLC0415 # only who wants a picture pays for the library

        draw(found, picture)
    show(
        options,
        as_json=lambda: {"clients": [report_json(record) for record in found]},
        as_text=lambda screen: report_csv(found) if form == "csv" else report_text(found, screen, now=now),
    )
    if not found:
        note(options, "There are no clients yet, and nothing was delivered. `deadlines client add KEY --timezone ZONE` adds one.")
