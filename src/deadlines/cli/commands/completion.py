"""`deadlines completion`: the script that a shell needs to complete our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from deadlines.cli.options import Options, command
from deadlines.cli.output import show_exactly
from deadlines.cli.root import PROGRAM, root

SHELLS: dict[str, tuple[type[ShellComplete], str]] = {
    "bash": (BashComplete, "deadlines completion bash > ~/.local/share/bash-completion/completions/deadlines"),
    "zsh": (ZshComplete, 'deadlines completion zsh > "${fpath[1]}/_deadlines"'),
    "fish": (FishComplete, "deadlines completion fish > ~/.config/fish/completions/deadlines.fish"),
}
"""How each shell is spoken to, and where it looks for the script."""


@command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)), metavar="SHELL", help="bash, zsh or fish")
def run(options: Options, shell: str) -> None:
    """Print the script that completes commands in your shell.

    Install it once, then open a new shell:
      deadlines completion bash > ~/.local/share/bash-completion/completions/deadlines
      deadlines completion zsh > "${fpath[1]}/_deadlines"
      deadlines completion fish > ~/.config/fish/completions/deadlines.fish
    """
    dialect, install = SHELLS[shell]
    text = script(dialect)
    show_exactly(options, as_json=lambda: {"shell": shell, "script": text, "install": install}, as_text=lambda _: text)


def script(dialect: type[ShellComplete]) -> str:
    """The shell function that asks `deadlines` for completions. The version of the shell is not checked: it may be elsewhere."""
    return ShellComplete.source(dialect(root, {}, PROGRAM, "_DEADLINES_COMPLETE")).lstrip()
