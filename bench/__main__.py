"""`python -m bench [--only PART ...] [--long]`: measure, print the table, write `bench/results.md`."""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from bench import check, digest, events, feeds, memory, parse, plan, slots, startup, sync, tasks
from bench.table import Fact, Row, surroundings, table
from deadlines.cli.entry import GARBAGE

RESULTS = Path(__file__).with_name("results.md")
VDIRSYNCER = Path(__file__).parents[1] / ".tools" / "vdirsyncer" / "bin" / "vdirsyncer"

ITEMS = 10_000
"""What the budgets of sync are meant for. The quick parts do with less, to see where a change leads."""

Part = Callable[[Path], Iterator[Row | Fact]]
PARTS: dict[str, Part] = {
    "startup": startup.measure,
    "parse": parse.measure,
    "check": lambda folder: check.measure(folder, 10_000),
    "digest": lambda folder: digest.measure(folder, 10_000),
    "events": events.measure,
    "slots": slots.measure,
    "feeds": feeds.measure,
    "plan": plan.measure,
    "tasks": lambda folder: tasks.measure(folder, 10_000, (1, 1, 2)),
    "memory": memory.measure,
    "line": sync.measure_line,
    "radicale": lambda folder: sync.measure(folder, "radicale", VDIRSYNCER, ITEMS),
    "xandikos": lambda folder: sync.measure(folder, "xandikos", VDIRSYNCER, ITEMS),
}
QUICK: dict[str, Part] = {
    "radicale-quick": lambda folder: sync.measure(folder, "radicale", VDIRSYNCER, 1_000),
    "xandikos-quick": lambda folder: sync.measure(folder, "xandikos", VDIRSYNCER, 1_000),
}
LONG: dict[str, Part] = {
    "tasks-long": lambda folder: chain(
        tasks.measure(folder, 100_000, (1 / 15, 0, 1 / 5)), tasks.measure_growth(folder, 10_000, 100_000, 1.3)
    ),
}
_INTRODUCTION = """\
# What `make bench` measured

Every line compares with its reference in the same run, taken in turns: look at the ratios, not at the seconds. `missed` is what
is still to be done.

"""


def main() -> int:
    """Measure what was asked for. The results are written only when nothing was left out."""
    gc.set_threshold(*GARBAGE)  # as the program itself does; references run under the same
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=[*PARTS, *QUICK, *LONG], help="these parts, and do not write the results")
    parser.add_argument("--long", action="store_true", help="also 100,000 tasks, which takes minutes to prepare")
    arguments = parser.parse_args()
    every = PARTS | QUICK | LONG
    standard = PARTS | LONG if arguments.long else PARTS
    chosen = {name: every[name] for name in arguments.only} if arguments.only else standard
    rows: list[Row | Fact] = []
    for name, part in chosen.items():
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="deadlines-bench-") as folder:
            for row in part(Path(folder)):
                print("  " + ", ".join(filter(None, row.cells())), file=sys.stderr, flush=True)
                rows.append(row)
    about = surroundings(VDIRSYNCER if VDIRSYNCER.exists() else None, shutil.which("task"))
    print(table(rows) + "\n" + about)
    if not arguments.only:
        RESULTS.write_text(_INTRODUCTION + table(rows) + "\n" + about, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
