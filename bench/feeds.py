"""Writing a feed of 10,000 deadlines: for the first time, after one change and after none, against building it with icalendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType

import icalendar

from bench import corpus
from bench.measure import Cost, in_turns, of_call
from bench.place import NOW, Place
from bench.table import Row
from deadlines import clock
from deadlines.config.read import read
from deadlines.core.settings import Feed, Settings
from deadlines.feeds.lens import Lens
from deadlines.feeds.stream import settled, stream
from deadlines.feeds.tasks import marker
from deadlines.store.base import RunKind
from deadlines.store.feeds import FeedRow
from deadlines.store.publishing import Files
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.desk import Desk
from deadlines.usecases.feeds import Press, publish
from deadlines.usecases.index import Indexer

COUNT = 10_000
BUILT = 2_000
"""Have icalendar build a fifth each time, or most of the time would be its."""
RUNS = 5
STAMP = "20261101T090000Z"
_EVER = 2**40


def measure(folder: Path) -> Iterator[Row]:
    place = Place(folder)
    place.seed(corpus.resources(COUNT))
    settings = read(place.config, holidays=lambda _: frozenset(), local_zone="Europe/Oslo")
    store = SqliteStore(place.database)
    try:
        rows = list(store.feeds.tasks(0, _EVER))
        assert len(rows) == COUNT
        yield from _made(store, settings, rows)
        yield from _written(store, settings, folder)
    finally:
        store.close()


def _made(store: SqliteStore, settings: Settings, rows: Sequence[FeedRow]) -> Iterator[Row]:
    lens = Lens(Feed(name="all"), settings, bytes(32))
    theirs, ours, whole = in_turns(
        RUNS,
        lambda: of_call(lambda: _by_icalendar(rows[:BUILT], lens)),
        lambda: of_call(lambda: _by_us(rows, lens)),
        lambda: of_call(lambda: _by_us(list(store.feeds.tasks(0, _EVER)), lens)),
    )
    reference = theirs.cpu * COUNT / BUILT
    what = "10,000 deadlines as a feed"
    yield Row(part="feeds", what=f"{what}, CPU", ours=ours.cpu, reference=reference, against="icalendar", budget=1 / 20)
    yield Row(
        part="feeds", what=f"{what}, read from the database too, CPU", ours=whole.cpu, reference=reference, against="icalendar"
    )


def _written(store: SqliteStore, settings: Settings, folder: Path) -> Iterator[Row]:
    """`feed write` without its start-up: what is kept, compared and put on the disk is counted too."""
    numbers = count(1)
    first: list[Cost] = []
    changed: list[Cost] = []
    idle: list[Cost] = []
    for run in range(RUNS):
        feed = Feed(name=f"feed{run}", path=str(folder / f"{run}.ics"), days_ahead=3_660)
        press = _press(store, replace(settings, feeds=MappingProxyType({feed.name: feed})))
        first.append(of_call(lambda press=press: publish(press)))  # type: ignore[misc]  # a default is not inferred
        _change(store, press.desk.index, next(numbers))
        changed.append(of_call(lambda press=press: publish(press)))  # type: ignore[misc]  # likewise
        idle.append(of_call(lambda press=press: publish(press)))  # type: ignore[misc]  # likewise
    costs = {"after one change": changed, "after no change": idle}
    reference = _middle(first)
    for what, found in costs.items():
        ours = _middle(found)
        yield Row(
            part="feeds", what=f"writing 10,000 {what}, CPU", ours=ours.cpu, reference=reference.cpu, against="the first time",
            budget=1 / 10 if found is changed else 1 / 50,
        )  # fmt: skip
    yield Row(
        part="feeds", what="writing 10,000 after one change, wall", ours=_middle(changed).wall, reference=reference.wall,
        against="the first time",
    )  # fmt: skip


def _middle(costs: Sequence[Cost]) -> Cost:
    walls, cpus = sorted(cost.wall for cost in costs), sorted(cost.cpu for cost in costs)
    return Cost(walls[len(walls) // 2], cpus[len(cpus) // 2])


def _press(store: SqliteStore, settings: Settings) -> Press:
    desk = Desk(
        store=store, settings=settings, index=Indexer(settings), now=NOW, new_uid=clock.new_uid, command="bench", config=""
    )
    return Press(desk=desk, publisher=Files(), new_secret=clock.new_secret)


def _change(store: SqliteStore, index: Indexer, number: int) -> None:
    record = store.by_uid("local", corpus.uid(number))
    assert record is not None
    text = corpus.resource(number, revision=7)
    with store.write(RunKind.COMMAND, "edit", now=NOW) as writer:
        writer.put(replace(record, ical=text, index=index(text, "local")[1]))


def _by_us(rows: Sequence[FeedRow], lens: Lens) -> bytes:
    items = [settled(("deadlines", row.id), piece, None, stamp=STAMP) for row in rows if (piece := marker(row, lens)) is not None]
    zones = {item.zones for item in items if item.zones}
    return b"".join(stream(lens.feed, lens.settings, zones, [[item.text for item in items]]))


def _by_icalendar(rows: Sequence[FeedRow], lens: Lens) -> bytes:
    """The same events, each with the same properties."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//bench//EN")
    calendar.add("version", "2.0")
    for row in rows:
        assert row.due_at is not None
        event = icalendar.Event()
        event.add("uid", lens.uid("deadline", row.calendar, row.uid))
        event.add("dtstamp", NOW)
        event.add("sequence", 0)
        event.add("summary", lens.title("Deadline", row.summary, row.client))
        event.add("description", row.note)
        event.add("dtstart", datetime.fromtimestamp(row.due_at, UTC).astimezone(lens.zone(row.client)))
        event.add("transp", "TRANSPARENT")
        if row.categories:
            event.add("categories", row.categories)
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
