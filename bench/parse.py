"""Reading resources into index columns, against parsing them with icalendar."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import icalendar

from bench.corpus import resources
from bench.measure import in_turns, of_call
from bench.place import Place
from bench.table import Row
from deadlines.config.read import read
from deadlines.ical.read import read as read_text
from deadlines.ical.scan import scan
from deadlines.usecases.index import Indexer

COUNT = 10_000
PARSED = 2_000
RUNS = 5


def measure(folder: Path) -> Iterator[Row]:
    """Have icalendar parse a fifth of them each time, or most of the time would be its."""
    texts = list(resources(COUNT))
    index = Indexer(read(Place(folder).config, holidays=lambda _: frozenset(), local_zone="Europe/Oslo"))
    theirs, indexed, meant, scanned = in_turns(
        RUNS,
        lambda: of_call(lambda: _each(icalendar.Calendar.from_ical, texts[:PARSED])),
        lambda: of_call(lambda: _each(lambda text: index(text, "work"), texts)),
        lambda: of_call(lambda: _each(read_text, texts)),
        lambda: of_call(lambda: _each(scan, texts)),
    )
    reference = theirs.cpu * COUNT / PARSED
    for what, cost, budget in (
        ("10,000 resources into the index, CPU", indexed, 1 / 20),
        ("10,000 resources as values, CPU", meant, 0),
        ("10,000 resources, lines only, CPU", scanned, 0),
    ):
        yield Row(part="parse", what=what, ours=cost.cpu, reference=reference, against="icalendar", budget=budget)


def _each(call: Callable[[str], object], texts: Iterable[str]) -> None:
    """Call it with each, and keep nothing: 10,000 results would keep the garbage collector busy instead."""
    deque(map(call, texts), maxlen=0)
