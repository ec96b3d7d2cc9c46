"""`deadlines sync`: the main job."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import progress, show
from deadlines.cli.shop import workshop

if TYPE_CHECKING:
    from deadlines.core.settings import Policy
    from deadlines.sync.report import Conflict


@command("sync")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing")
@click.option(
    "--calendar",
    "calendars",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.calendars,
    help="Only this calendar; may be given several times",
)
@click.option("--full", is_flag=True, help="List everything on the server, whatever it says has changed")
@click.option("--allow-deletes", type=click.IntRange(min=0), default=0, metavar="N", help="So many deletions are meant")
def run(options: Options, calendars: tuple[str, ...], allow_deletes: int, *, dry_run: bool, full: bool) -> Exit:
    """Sync both ways with your calendars.

    What changed on both sides is merged; `deadlines undo` takes a whole run back.
    """
    return sync_now(options, calendars=calendars, allow_deletes=allow_deletes, dry_run=dry_run, full=full)


def sync_now(
    options: Options, *, calendars: tuple[str, ...] = (), allow_deletes: int = 0, dry_run: bool = False, full: bool = False
) -> Exit:
    """Sync, and print the report; `init` ends with it too."""
    from deadlines.cli.errors import tell_failures  # noqa: PLC0415 # help is spared it
    from deadlines.cli.feed_text import after_sync  # noqa: PLC0415 # help is spared it
    from deadlines.cli.sync_text import exit_code, failures, report_json, report_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.sync import Request, nobody, sync  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    with shop.desk() as desk, progress(options) as tell:
        request = Request(
            timer=shop.timer,
            calendars=calendars,
            dry_run=dry_run,
            full=full,
            allow_deletes=allow_deletes,
            ask=_ask if _somebody_is_there(options) and not dry_run else nobody,
            progress=lambda calendar, what, done, of: tell(f"{calendar}: {done}{f' of {of}' if of else ''} {what}"),
        )
        with shop.sync_lock():
            report = sync(desk, shop.accounts.connect, request)
        feeds = None if dry_run or not desk.settings.feeds else after_sync(shop, desk)
    show(
        options,
        as_json=lambda: report_json(report, desk.settings, feeds),
        as_text=lambda screen: report_text(report, desk.settings, screen, now=shop.now, quiet=options.quiet, feeds=feeds),
    )
    tell_failures(options, failures(report, desk.settings, feeds))
    return exit_code(report, feeds)


def _somebody_is_there(options: Options) -> bool:
    return not (options.json or options.yes) and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _ask(conflict: Conflict) -> Policy:
    from deadlines.core.display import clean  # noqa: PLC0415 # only a conflict pays for it
    from deadlines.core.settings import Policy  # noqa: PLC0415 # only a conflict pays for it

    click.echo(f"{clean(conflict.summary)}: changed here and there: {', '.join(conflict.properties)}", err=True)
    answer = click.prompt("Keep", type=click.Choice(["mine", "theirs", "both", "later"]), default="later", err=True)
    return Policy.ASK if answer == "later" else Policy(answer)
