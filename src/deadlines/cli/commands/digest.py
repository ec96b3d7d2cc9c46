"""`deadlines digest`: what matters today, printed or mailed."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command


@command("digest")
@click.option("--format", "form", type=click.Choice(["text", "html", "json"]), default="text", help="How to print it")
@click.option("--mail", is_flag=True, help="Mail it, as [mail] in the configuration says, with text and HTML")
@click.option("--at", metavar="HH:MM", help="Once a day at this time on the reader's clock: safe to run every few minutes")
@click.option("--now", is_flag=True, help="Mail it at once, whatever was sent today and whenever it is due")
@click.option("--heartbeat", is_flag=True, help="Also when there is nothing to say, so that silence means trouble")
@click.option("--client", default="", metavar="KEY", shell_complete=complete.clients, help="What this client may be told")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Who gets the mail, one each; may be given several times")
def run(options: Options, form: str, at: str | None, client: str, to: tuple[str, ...], **flags: bool) -> Exit:
    """Show or mail what matters today.

    These are deadlines in danger, meetings to look at, and the health of your data. Without --mail it is
    printed, and nothing is remembered. A mail counts: what it told is no longer new to its reader.

    For example, from cron:
      */5 * * * * deadlines digest --mail --at 08:00 --quiet
    """
    from deadlines.cli.digest_text import Wanted, digest_now  # noqa: PLC0415 # help is spared it

    return digest_now(options, Wanted(form="json" if options.json else form, at=at, client=client, to=to, **flags))
