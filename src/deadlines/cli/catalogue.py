"""Every command by name, so that help, completion and a typo import none of them.

The command `name` is the object `run` in `deadlines.cli.commands.<name>`. A new command is a file there and a row here;
`tests/cli/test_startup.py` finds it by the row and holds it to the rules.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: what it is for, its name, its help, and what people used to other tools type instead."""

    purpose: str
    name: str
    help: str
    synonyms: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that holds it."""
        return f"deadlines.cli.commands.{self.name}"


CATALOGUE: tuple[Entry, ...] = (
    Entry("Help", "completion", "Print the script that completes commands in your shell", ("completions",)),
)
"""In the order of the help; entries of one purpose stand together."""
