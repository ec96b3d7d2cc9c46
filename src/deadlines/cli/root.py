"""`deadlines` itself: a group that knows its commands by the catalogue and imports the one that was typed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

import click

from deadlines import __version__
from deadlines.cli.catalogue import CATALOGUE, Entry
from deadlines.cli.options import HELP_NAMES, Group, options_of
from deadlines.errors import UnknownName

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM = "deadlines"


class Root(Group):
    """The lazy group. Groups below it, such as `client`, are one module each and need no laziness of their own."""

    entries: Sequence[Entry] = CATALOGUE

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's signature
        """Every name, in the order of the catalogue."""
        return [entry.name for entry in self.entries]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # click's signature
        """The command of that name, its module imported."""
        for entry in self.entries:
            if entry.name == cmd_name:
                found: click.Command = import_module(entry.module).run
                return found
        return None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; raise UnknownName with the nearest ones if there is none."""
        name = args[0]
        if ctx.resilient_parsing or name in self.list_commands(ctx):
            return super().resolve_command(ctx, args)
        near = nearest(name, self.entries)
        raise UnknownName("command", name, near, hint="" if near else f"`{PROGRAM} --help` lists the commands")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 # click's signature
        """One section for each purpose."""
        width = max((len(entry.name) for entry in self.entries), default=0)
        for purpose, entries in groupby(self.entries, key=lambda entry: entry.purpose):
            with formatter.section(purpose):
                formatter.write_dl([(entry.name.ljust(width), entry.help) for entry in entries])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and options that begin so, from the catalogue."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 # only when a shell asks

        commands = [CompletionItem(entry.name, help=entry.help) for entry in self.entries if entry.name.startswith(incomplete)]
        return commands + click.Command.shell_complete(self, ctx, incomplete)


def nearest(typed: str, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Names of the commands that were probably meant, best first."""
    from difflib import get_close_matches  # noqa: PLC0415 # only after a typo

    typed = typed.lower()
    meant = {word: entry.name for entry in entries for word in (entry.name, *entry.synonyms)}
    if typed in meant:
        return (meant[typed],)
    return tuple(dict.fromkeys(meant[word] for word in get_close_matches(typed, meant)))


def _print_version(context: click.Context, _: click.Parameter, value: object) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"{PROGRAM} {__version__}")
        context.exit()


@click.group(PROGRAM, cls=Root, invoke_without_command=True, context_settings=HELP_NAMES)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version")
@click.pass_context
def root(context: click.Context) -> int:
    """Deadlines on the client's clock, in the calendars people already use."""
    if context.invoked_subcommand is not None:
        return 0
    from deadlines.cli.overview import overview  # noqa: PLC0415 # a command is spared it

    return overview(options_of(context), CATALOGUE)
