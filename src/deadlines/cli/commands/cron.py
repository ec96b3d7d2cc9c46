"""`deadlines cron`: what runs by itself."""

from __future__ import annotations

import click

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, group

_KIND = click.option(
    "--kind", type=click.Choice(["crontab", "systemd"]), help="What starts it; left out: the crontab, where there is one"
)
_EVERY = click.option("--every", default="15m", metavar="TIME", help="How often: 5m, 15m, 1h, 6h  [default: 15m]")
_AT = click.option("--at", default="", metavar="HH:MM", help="When the digest is due; left out: as configured, else 08:00")


@group("cron")
def run() -> None:
    """Have sync, notifications and the digest run by themselves.

    Through your crontab or your systemd units; nothing of others in them is touched.
    """


@run.command("show")
@_KIND
@_EVERY
@_AT
def show_(options: Options, kind: str | None, every: str, at: str) -> None:
    """Print what `cron install` would write."""
    from deadlines.cli.cron_text import show_job  # noqa: PLC0415 # help is spared it

    show_job(options, kind, every, at)


@run.command("install")
@_KIND
@_EVERY
@_AT
def install(options: Options, kind: str | None, every: str, at: str) -> None:
    """Have `cron run` started every so often, from now on.

    For example:
      deadlines cron install --every 10m --at 07:30
      deadlines cron install --kind systemd
    """
    from deadlines.cli.cron_text import install_job  # noqa: PLC0415 # help is spared it

    install_job(options, kind, every, at)


@run.command("remove")
@_KIND
def remove(options: Options, kind: str | None) -> None:
    """Have it started no more; without --kind: by neither."""
    from deadlines.cli.cron_text import remove_job  # noqa: PLC0415 # help is spared it

    remove_job(options, kind)


@run.command("run")
@_AT
def run_(options: Options, at: str) -> Exit:
    """Sync, notify, and mail the digest if it is due: what cron starts.

    It asks nothing, says what is new and nothing twice, and leaves at once with exit code 75 while another one is at work.
    """
    from deadlines.cli.cron_run import run_once  # noqa: PLC0415 # help is spared it

    return run_once(options, at)
