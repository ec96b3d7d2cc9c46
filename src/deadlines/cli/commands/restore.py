"""`deadlines restore`: take a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from deadlines.cli.options import Options, command
from deadlines.cli.output import confirm, show
from deadlines.cli.shop import workshop


@command("restore")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def run(options: Options, file: Path) -> None:
    """Replace the database by a backup.

    The present one is kept beside it. The next sync
    compares the backup with the server as on any day: nothing is deleted that changed since.
    """
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    confirm(options, f"Replace the database by {file}?")
    kept = shop.restore(file)
    show(
        options,
        as_json=lambda: {"file": str(file), "kept": None if kept is None else str(kept)},
        as_text=lambda _: clean(f"restored from {file}" + ("" if kept is None else f"; the old database is {kept}")) + "\n",
    )
