"""Listing and adding, against Taskwarrior with the same tasks."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from bench import corpus
from bench.measure import Cost, in_turns, of_command
from bench.place import Place, open_tasks
from bench.table import Fact, Row

RUNS = 7
_NEXT = ("list", "--limit", "20")


def measure(folder: Path, count: int, budgets: tuple[float, float, float]) -> Iterator[Row | Fact]:
    """`budgets` are for the twenty next, for all, and for adding one; 0 for none."""
    place = _seeded(folder, count)
    taskwarrior = Taskwarrior(place, count) if shutil.which("task") else None
    if taskwarrior is None:
        yield Fact(part="tasks", what=f"{count:,} tasks", found="Taskwarrior is not installed")
        return
    commands = (
        ("20 next", _NEXT, ("next", "limit:20")),
        ("all", ("list",), ("list",)),
        (
            "add one",
            ("add", "Call back", "--due", "2026-12-01 17:00", "--client", "acme"),
            ("add", "Call back", "due:2026-12-01T17:00"),
        ),
    )
    for (what, ours, theirs), budget in zip(commands, budgets, strict=True):
        place.run(*ours)
        taskwarrior.run(*theirs)
        one, other = in_turns(RUNS, lambda a=ours: place.run(*a), lambda b=theirs: taskwarrior.run(*b))  # type: ignore[misc]
        yield Row(
            part="tasks",
            what=f"{what}, {count:,} tasks, wall",
            ours=one.wall,
            reference=other.wall,
            against="Taskwarrior",
            budget=budget,
        )


def measure_growth(folder: Path, few: int, many: int, budget: float) -> Iterator[Row]:
    """What the twenty next cost where there are more tasks."""
    small, large = _seeded(folder, few), _seeded(folder, many)
    small.run(*_NEXT)
    large.run(*_NEXT)
    one, other = in_turns(2 * RUNS, lambda: large.run(*_NEXT), lambda: small.run(*_NEXT))
    yield Row(
        part="tasks",
        what=f"20 next, {many:,} tasks, wall",
        ours=one.wall,
        reference=other.wall,
        against=f"{few:,} tasks",
        budget=budget,
    )


def _seeded(folder: Path, count: int) -> Place:
    """So many tasks; those that are there already, where they are."""
    place = Place(folder / f"{count}")
    if not place.database.exists():
        place.seed(corpus.resource(number) for number in open_tasks(count))
    return place


class Taskwarrior:
    """Its data, written straight into its files: adding 10,000 one by one takes it ten minutes."""

    def __init__(self, place: Place, count: int) -> None:
        data = place.folder / "task"
        data.mkdir()
        (place.folder / ".taskrc").write_text(f"data.location={data}\nconfirmation=no\n", encoding="utf-8")
        with (data / "pending.data").open("w", encoding="utf-8") as pending:
            pending.writelines(map(_line, open_tasks(count)))
        self._environment = {**place.environment, "TASKRC": str(place.folder / ".taskrc"), "TZ": "Europe/Oslo"}

    def run(self, *arguments: str) -> Cost:
        """One run."""
        return of_command(["task", *arguments], self._environment)


def _line(number: int) -> str:
    entry = int(corpus.FIRST_DUE.timestamp()) - number
    pairs = {
        "description": corpus.summary(number),
        "due": int(corpus.due(number).timestamp()),
        "entry": entry,
        "modified": entry,
        "project": "acme",
        "status": "pending",
        "tags": "web",
        "uuid": uuid.UUID(int=number + 1),
    }
    return "[" + " ".join(f'{name}:"{value}"' for name, value in pairs.items()) + "]\n"
