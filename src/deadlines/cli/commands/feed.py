"""`deadlines feed`: .ics files for others to subscribe to."""

from __future__ import annotations

import sys

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, group
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.errors import InputError


@group("feed")
def run() -> None:
    """Write .ics files for others to subscribe to, and list them.

    Feeds are described in the configuration; each sync writes those that changed.
    """


@run.command("write")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete.feeds)
@click.option("--dir", "folder", default="", metavar="DIR", help="Write into this folder instead, as NAME.ics")
@click.option("--stdout", is_flag=True, help="Print one feed instead")
@click.option("--rotate", is_flag=True, help="Give secret names anew: what has the old one finds nothing any more")
def write(options: Options, names: tuple[str, ...], folder: str, *, stdout: bool, rotate: bool) -> Exit | None:
    """Write feeds, all of them where none is named.

    A file is replaced whole, and not touched where nothing in it changes.

    For example:
      deadlines feed write acme --dir /srv/www/calendars
      deadlines feed write team --rotate
    """
    from deadlines.cli.errors import tell_failures  # noqa: PLC0415 # help is spared it
    from deadlines.cli.feed_text import (  # noqa: PLC0415 # help is spared it
        exit_code,
        failures,
        publication_json,
        publication_text,
        remarks,
    )
    from deadlines.usecases.feeds import publish, text_of  # noqa: PLC0415 # help is spared it

    if stdout and (len(names) != 1 or folder or rotate):
        raise InputError("--stdout prints one feed and writes none", hint="deadlines feed write NAME --stdout")
    shop = workshop(options)
    with shop.desk() as desk, shop.press(desk) as press:
        if stdout:
            for chunk in text_of(press, names[0]):
                sys.stdout.buffer.write(chunk)
            return None
        publication = publish(press, names, folder=folder, rotate=rotate)
    show(
        options,
        as_json=lambda: publication_json(publication),
        as_text=lambda screen: publication_text(publication, screen, quiet=options.quiet),
    )
    tell_failures(options, failures(publication.feeds))
    for remark in remarks(publication):
        note(options, remark)
    return exit_code(publication)


@run.command("list")
def list_(options: Options) -> None:
    """List the feeds, with the names that their files have now."""
    from deadlines.cli.feed_text import listed_json, listed_text  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.feeds import listed  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    with shop.desk() as desk, shop.press(desk) as press:
        feeds = listed(press)
        settings = desk.settings
    show(options, as_json=lambda: listed_json(feeds), as_text=lambda screen: listed_text(feeds, settings, screen))
    if not feeds:
        note(options, f'No feeds yet. Describe one in {shop.config_path}: [feeds.mine] with path = "~/public/mine.ics".')
