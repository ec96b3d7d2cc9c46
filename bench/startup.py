"""Start-up, against the least that a program on click can cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.measure import in_turns
from bench.place import Place
from bench.table import Row

RUNS = 21
BUDGET = 1.3


def measure(folder: Path) -> Iterator[Row]:
    place = Place(folder)
    for flag in ("--version", "--help"):
        module, entry, click = in_turns(
            RUNS,
            lambda flag=flag: place.python("-m", "deadlines", flag),  # type: ignore[misc]  # a default is not inferred
            lambda flag=flag: place.run(flag),  # type: ignore[misc]  # likewise
            lambda: place.python("-c", "import click"),
        )
        for name, cost in ((f"`python -m deadlines {flag}`", module), (f"installed `deadlines {flag}`", entry)):
            yield Row(
                part="start-up", what=name + ", CPU", ours=cost.cpu, reference=click.cpu, against="import click", budget=BUDGET
            )
            yield Row(
                part="start-up", what=name + ", wall", ours=cost.wall, reference=click.wall, against="import click", budget=BUDGET
            )
