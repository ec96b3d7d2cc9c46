"""The command line: a frame (this package) and the commands that sit on it (`commands`, one file each)."""

from deadlines.cli.entry import main

__all__ = ["main"]
