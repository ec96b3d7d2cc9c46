"""Writing a feed of 10,000 deadlines: for the first time, against building it with icalendar, and after some changes or none.

What a change costs is told in three ways: against the first time, for ever more of them; each of a thousand against the making
of each item; and one in a feed of 10,000 against one in a feed of 1,000. What is left that grows with the feed is the kernel's
copy of the file, and adding up how long its items are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType

import icalendar

from bench import corpus
from bench.measure import Cost, in_turns, median, of_call
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
FEW = 1_000
_CHANGES = (0, 1, 10, 100, 1_000)
_BUDGETS = {0: 1 / 250, 1: 1 / 30, 10: 1 / 25, 100: 1 / 12, 1_000: 1 / 3}
"""Of what writing it for the first time costs. Were all put together again, each change would cost what one does, a fifteenth."""
STAMP = "20261101T090000Z"
_EVER = 2**40


def measure(folder: Path) -> Iterator[Row]:
    with closing(_filled(folder, COUNT)) as store, closing(_filled(folder / "few", FEW)) as small:
        settings = read(folder / "config.toml", holidays=lambda _: frozenset(), local_zone="Europe/Oslo")
        rows = list(store.feeds.tasks(0, _EVER))
        assert len(rows) == COUNT
        yield from _made(store, settings, rows)
        yield from _written(_Writings(store, settings, folder), _Writings(small, settings, folder / "few"))


def _filled(folder: Path, number: int) -> SqliteStore:
    place = Place(folder)
    place.seed(corpus.resources(number))
    return SqliteStore(place.database)


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


class _Writings:
    """`feed write` without its start-up: what is kept, compared and put on the disk is counted too."""

    def __init__(self, store: SqliteStore, settings: Settings, folder: Path) -> None:
        self._store = store
        self._settings = settings
        self._folder = folder
        self._revisions = count(1)

    def costs(self, *changes: int) -> tuple[Cost, ...]:
        """Of the first time, then after so many changes each; the median of each."""
        return tuple(median(costs) for costs in zip(*(self._run(number, changes) for number in range(RUNS)), strict=True))

    def _run(self, number: int, changes: Sequence[int]) -> list[Cost]:
        feed = Feed(name=f"feed{number}", path=str(self._folder / f"{number}.ics"), days_ahead=3_660)
        press = _press(self._store, replace(self._settings, feeds=MappingProxyType({feed.name: feed})))
        costs = [of_call(lambda: publish(press))]
        for many in changes:
            self._change(press.desk.index, many)
            costs.append(of_call(lambda: publish(press)))
            (again,) = publish(press).feeds
            assert not again.written
        return costs

    def _change(self, index: Indexer, many: int) -> None:
        """Change so many tasks that lie far apart."""
        revision = next(self._revisions)
        with self._store.write(RunKind.COMMAND, "edit", now=NOW) as writer:
            for number in range(many):
                record = self._store.by_uid("local", corpus.uid(number * (FEW // many)))
                assert record is not None
                text = corpus.resource(number * (FEW // many), revision=revision)
                writer.put(replace(record, ical=text, index=index(text, "local")[1]))


def _written(many: _Writings, few: _Writings) -> Iterator[Row]:
    first, *after = many.costs(*_CHANGES)
    for changes, cost in zip(_CHANGES, after, strict=True):
        plural = "s" if changes != 1 else ""
        yield Row(
            part="feeds", what=f"writing 10,000 after {changes:,} change{plural}, CPU", ours=cost.cpu, reference=first.cpu,
            against="the first time", budget=_BUDGETS[changes],
        )  # fmt: skip
    _, one, *_, thousand = after
    yield Row(
        part="feeds", what="writing 10,000 after 1 change, wall", ours=one.wall, reference=first.wall, against="the first time"
    )
    yield Row(
        part="feeds", what="each of 1,000 changes, CPU", ours=thousand.cpu / 1_000, reference=first.cpu / COUNT,
        against="each of 10,000, new", budget=3,
    )  # fmt: skip
    _, one_of_few = few.costs(1)
    yield Row(
        part="feeds", what="writing after 1 change in 10,000, CPU", ours=one.cpu, reference=one_of_few.cpu,
        against="1 in 1,000", budget=3,
    )  # fmt: skip


def _press(store: SqliteStore, settings: Settings) -> Press:
    desk = Desk(
        store=store, settings=settings, index=Indexer(settings), now=NOW, new_uid=clock.new_uid, command="bench", config=""
    )
    return Press(desk=desk, publisher=Files(), new_secret=clock.new_secret)


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
