"""A digest, against listing the same tasks; and what cron pays when none is due."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import corpus
from bench.check import DAYS
from bench.measure import in_turns
from bench.place import Place, open_tasks
from bench.table import Row

RUNS = 7
BUDGET = 3.0
_MAIL = """\
[mail]
host = "localhost"
security = "none"
from = "kari@example.org"
to = ["kari@example.org"]
"""


def measure(folder: Path, count: int) -> Iterator[Row]:
    for name, now in DAYS.items():
        place = Place(folder / now[:10], _MAIL)
        place.environment["DEADLINES_NOW"] = now
        place.seed(corpus.resource(number) for number in open_tasks(count))
        commands = (("list",), ("digest",), ("digest", "--format", "html"), ("digest", "--mail", "--at", "23:59"))
        in_turns(1, *(lambda p=place, c=command: p.run(*c) for command in commands))
        listed, text, html, asked = in_turns(RUNS, *(lambda p=place, c=command: p.run(*c) for command in commands))
        yield _row(f"digest, {name}", count, text.wall, listed.wall, BUDGET)
        yield _row(f"digest as HTML, {name}", count, html.wall, listed.wall, BUDGET)
        yield _row(f"a digest that is not due, {name}", count, asked.wall, listed.wall, 1)


def _row(what: str, count: int, ours: float, reference: float, budget: float) -> Row:
    return Row(
        part="digest", what=f"{what}, {count:,} tasks, wall", ours=ours, reference=reference, against="list", budget=budget
    )
