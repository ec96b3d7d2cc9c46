"""`deadlines backup`: a copy of the database."""

from __future__ import annotations

from pathlib import Path

import click

from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("backup")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def run(options: Options, file: Path) -> None:
    """Copy the whole database to a new file, also while something else uses it."""
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it

    with workshop(options).store() as store:
        store.backup(file)
    show(
        options,
        as_json=lambda: {"file": str(file)},
        as_text=lambda _: f"backup written to {clean(str(file))}; `deadlines restore {clean(str(file))}` takes it back\n",
    )
