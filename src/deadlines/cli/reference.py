"""`docs/cli.md`, rendered from the commands: `python -m deadlines.cli.reference > docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

import click

from deadlines.cli.catalogue import CATALOGUE, Entry
from deadlines.cli.exits import Exit
from deadlines.cli.options import GLOBAL_OPTIONS, help_records, help_text
from deadlines.cli.root import PROGRAM, root

_EXITS: dict[Exit, str] = {
    Exit.FINE: "fine",
    Exit.LOOK: "findings or conflicts to look at",
    Exit.USAGE: "usage",
    Exit.BUG: "our bug",
    Exit.CONFIG: "configuration or credentials, or the machine",
    Exit.PARTIAL: "partial failure",
    Exit.GUARD: "guard tripped",
    Exit.LATER: "try later",
    Exit.INTERRUPTED: "interrupted",
    Exit.PIPE_CLOSED: "whoever read the output went away",
}


def reference(entries: Sequence[Entry] = CATALOGUE) -> str:
    """The whole page, the same on every machine."""
    with click.Context(root, info_name=PROGRAM) as context:
        parts = ["# Command line", "<!-- Made by `python -m deadlines.cli.reference`; edit the commands instead. -->"]
        parts += ["## Options of every command", "Before or after the command's name.", _definitions(context, GLOBAL_OPTIONS)]
        parts += ["## Exit codes", "\n".join(f"- `{code.value}` {meaning}" for code, meaning in _EXITS.items())]
        for purpose, group in groupby(entries, lambda entry: entry.purpose):
            parts.append(f"## {purpose}")
            for entry in group:
                found = root.get_command(context, entry.name)
                if found is not None:
                    parts += _sections(found, entry.name, context)
    return "\n\n".join(parts) + "\n"


def _sections(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    """A command, then what is below it."""
    with click.Context(command, info_name=name, parent=parent) as context:
        usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
        yield f"### `{context.command_path}`"
        yield f"```\n{usage}\n```"
        yield from map(_paragraph, help_text(command).split("\n\n"))
        own = [parameter for parameter in command.params if parameter not in GLOBAL_OPTIONS]
        if definitions := _definitions(context, own):
            yield definitions
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                below = command.get_command(context, verb)
                if below is not None:
                    yield from _sections(below, verb, context)


def _paragraph(text: str) -> str:
    """A paragraph with indented lines is code, introduced by its first line."""
    first, newline, rest = text.partition("\n")
    return f"{first}\n\n```sh\n{rest}\n```".replace("\n  ", "\n") if newline and rest.startswith("  ") else text


def _definitions(context: click.Context, parameters: Sequence[click.Parameter]) -> str:
    return "\n".join(f"- `{names}` — {text}" for names, text in help_records(context, parameters))


if __name__ == "__main__":
    sys.stdout.write(reference())
