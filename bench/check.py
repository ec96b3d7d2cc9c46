"""Looking for findings and at the days to come, against listing the same tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import corpus
from bench.measure import in_turns
from bench.place import Place, open_tasks
from bench.table import Row

RUNS = 7
BUDGET = 3.0
DAYS = {"a working day": "2026-11-24T09:00:00Z", "everything is missed": "2029-01-01T09:00:00Z"}
"""On the first, some 300 of 10,000 are missed and 40 due soon; on the second, every one is told."""


def measure(folder: Path, count: int) -> Iterator[Row]:
    for name, now in DAYS.items():
        place = Place(folder / now[:10])
        place.environment["DEADLINES_NOW"] = now
        place.seed(corpus.resource(number) for number in open_tasks(count))
        listed, first = in_turns(1, lambda p=place: p.run("list"), lambda p=place: p.run("check"))  # type: ignore[misc]  # a default is not inferred
        yield _row(f"the first check, {name}", count, first.wall, listed.wall, budget=0)
        commands = (("list",), ("check",), ("list", "--json"), ("check", "--json"), ("agenda",))
        costs = in_turns(RUNS, *(lambda p=place, c=command: p.run(*c) for command in commands))
        yield _row(f"check again, {name}", count, costs[1].wall, costs[0].wall)
        yield _row(f"check --json, {name}", count, costs[3].wall, costs[2].wall, against="list --json")
        yield _row(f"agenda, {name}", count, costs[4].wall, costs[0].wall)


def _row(what: str, count: int, ours: float, reference: float, *, against: str = "list", budget: float = BUDGET) -> Row:
    """The first check also writes down what was told, which a list never does: nothing is promised of it."""
    what = f"{what}, {count:,} tasks, wall"
    return Row(part="check", what=what, ours=ours, reference=reference, against=against, budget=budget)
