"""The law of patching: whatever happened before, the file is the one that writing it whole would make."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as strategy
from hypothesis import strategies as st
from tests.feeds.readers import by_icalendar
from tests.usecases.conftest import NOW

from deadlines.core.settings import Content, Details, Feed, Settings
from deadlines.store.feeds import Splice, Written
from deadlines.store.publishing import Files
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.feed_items import Delta
from deadlines.usecases.feeds import Press, Published, publish, text_of
from deadlines.usecases.index import Indexer
from deadlines.usecases.tasks import add, edit, finish, remove

FEED = Feed(name="all", content=(Content.DEADLINES, Content.TASKS), days_ahead=400)


class Counting(Files):
    """A file system that counts the patches."""

    patched = 0

    def patch(self, file: str, look: str, splices: Sequence[Splice]) -> Written | None:
        written = super().patch(file, look, splices)
        self.patched += written is not None
        return written


class World:
    """A store with a few tasks, and a feed of it that has been written."""

    def __init__(self, settings: Settings, folder: Path, exits: ExitStack) -> None:
        numbers = count(1)
        self.file = folder / "all.ics"
        self.publisher = Counting()
        self.ids: list[int] = []
        feeds = MappingProxyType({"all": FEED._replace(path=str(self.file))})
        self.desk = Desk(
            store=exits.enter_context(closing(SqliteStore(folder / "deadlines.db"))),
            settings=replace(settings, feeds=feeds),
            index=Indexer(settings),
            now=NOW,
            new_uid=lambda: f"uid-{next(numbers)}",
            command="typed",
            config="config.toml",
        )
        for client, due in (("acme", "fri 17:00"), ("", "2026-12-10"), ("acme", "2026-12-01 10:00")):
            self.ids.append(add(self.desk, Draft(summary="Task", client=client or None, due=due)).tasks[0].id)
        self.publish()

    @property
    def press(self) -> Press:
        return Press(desk=self.desk, publisher=self.publisher, new_secret=lambda: bytes(32))

    def publish(self) -> Published:
        (feed,) = publish(self.press).feeds
        assert feed.error is None
        return feed

    def pick(self, number: int) -> str:
        return str(self.ids[number % len(self.ids)])

    def head(self) -> bytes:
        """What comes before the first item."""
        return self.file.read_bytes().partition(b"BEGIN:VEVENT")[0].partition(b"BEGIN:VTODO")[0]


class Step(NamedTuple):
    """Something that happens; `patched` where the next writing must be a patch unless the clocks of the feed are others."""

    name: str
    number: int
    text: str
    patched: bool = True

    def __call__(self, world: World) -> None:
        getattr(self, f"_{self.name}")(world)

    def _add(self, world: World) -> None:
        due = ("fri 17:00", "2026-12-24", "2027-06-01 09:00", None)[self.number % 4]
        client = (None, "acme", "edo")[self.number % 3]
        world.ids.append(add(world.desk, Draft(summary=f"New {self.text}", due=due, client=client)).tasks[0].id)

    def _edit(self, world: World) -> None:
        edit(world.desk, world.pick(self.number), Draft(summary=f"Edited {self.text}", note=self.text * 50))

    def _move(self, world: World) -> None:
        due = ("2026-12-01 10:00", "2026-12-02 10:00 Asia/Tokyo", "2026-12-03 12:00 America/New_York", "2040-01-01")
        edit(world.desk, world.pick(self.number), Draft(due=due[len(self.text) % 4]))

    def _finish(self, world: World) -> None:
        finish(world.desk, [world.pick(self.number)])

    def _remove(self, world: World) -> None:
        if len(world.ids) > 1:
            remove(world.desk, [str(world.ids.pop(self.number % len(world.ids)))])

    def _nothing(self, world: World) -> None:
        pass

    def _foreign(self, world: World) -> None:
        """Somebody is at the file: changes a letter, cuts it off, takes it away, replaces it by a copy, calls it new."""
        if not world.file.exists():
            return
        data = world.file.read_bytes()
        match self.number % 5:
            case 0:
                world.file.write_bytes(data[:30] + data[30:].swapcase())
                os.utime(world.file, ns=(self.number, self.number))  # the clock of a file system may be slow
            case 1:
                world.file.write_bytes(data[: len(data) // 2])
            case 2:
                world.file.unlink()
            case 3:
                world.file.unlink()
                world.file.write_bytes(data)
            case _:
                os.utime(world.file, ns=(self.number, self.number))

    def _day(self, world: World) -> None:
        world.desk = replace(world.desk, now=world.desk.now + timedelta(days=self.number % 3))

    def _configure(self, world: World) -> None:
        feed = world.desk.settings.feeds["all"]
        feed = feed._replace(title=self.text, details=(Details.FULL, Details.REDACTED)[self.number % 2])
        world.desk = replace(world.desk, settings=replace(world.desk.settings, feeds=MappingProxyType({"all": feed})))

    def _elsewhere(self, world: World) -> None:
        """The items are brought up to date, and the file is not written."""
        self._edit(world)
        b"".join(text_of(world.press, "all"))


CHANGES = ("add", "edit", "move", "finish", "remove", "nothing")
DOUBTS = ("foreign", "day", "configure", "elsewhere")
texts = st.text("aæ,\n✓", max_size=30)
changes = st.builds(Step, st.sampled_from(CHANGES), st.integers(0, 20), texts, patched=st.just(value=True))
doubts = st.builds(Step, st.sampled_from(DOUBTS), st.integers(0, 20), texts, patched=st.just(value=False))


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Settings, ExitStack], World]:
    folder = tmp_path_factory.mktemp("worlds")

    def build(settings: Settings, exits: ExitStack) -> World:
        return World(settings, Path(exits.enter_context(TemporaryDirectory(dir=folder))), exits)

    return build


@given(st.lists(st.lists(changes | changes | doubts, min_size=1, max_size=3), min_size=1, max_size=6))
@example([[Step("move", 1, "x")], [Step("move", 1, "xx")]])  # Tokyo comes into the feed, and goes
@example([[Step("edit", 0, "x"), Step("foreign", 0, "", patched=False)], [Step("edit", 0, "xx")]])
@strategy(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_a_patched_file_is_the_whole_one(
    settings: Settings, builder: Callable[[Settings, ExitStack], World], rounds: list[list[Step]]
) -> None:
    with ExitStack() as exits:
        world = builder(settings, exits)
        for steps in rounds:
            before, patched = world.head(), world.publisher.patched
            for step in steps:
                step(world)
            feed = world.publish()

            data = world.file.read_bytes()
            assert data == b"".join(text_of(world.press, "all"))
            assert feed.items == len(by_icalendar(data))
            must = any(feed.delta) and world.head() == before and all(step.patched for step in steps)
            assert world.publisher.patched - patched >= must
            assert not world.publish().written


@pytest.mark.parametrize(
    ("steps", "delta"),
    [
        ([Step("edit", 0, "Page")], Delta(changed=2)),
        ([Step("add", 1, "Logo")], Delta(added=2)),
        ([Step("remove", 1, "")], Delta(removed=2)),
        ([Step("add", 4, "x"), Step("remove", 2, ""), Step("edit", 0, "y")], Delta(added=2, changed=2, removed=2)),
    ],
)
def test_a_change_is_patched_in(
    settings: Settings, builder: Callable[[Settings, ExitStack], World], steps: list[Step], delta: Delta
) -> None:
    with ExitStack() as exits:
        world = builder(settings, exits)
        for step in steps:
            step(world)

        assert world.publish().delta == delta
        assert world.publisher.patched == 1


@pytest.mark.parametrize("step", [Step("move", 1, "x"), *(Step("foreign", number, "") for number in range(5))])
def test_where_anything_is_in_doubt_the_file_is_written_whole(
    settings: Settings, builder: Callable[[Settings, ExitStack], World], step: Step
) -> None:
    with ExitStack() as exits:
        world = builder(settings, exits)
        step(world)
        Step("edit", 0, "x")(world)

        assert world.publish().written
        assert world.publisher.patched == 0
        assert world.file.read_bytes() == b"".join(text_of(world.press, "all"))


def test_sizes_that_do_not_add_up_are_in_doubt(settings: Settings, builder: Callable[[Settings, ExitStack], World]) -> None:
    with ExitStack() as exits:
        world = builder(settings, exits)
        shelf = world.desk.store.feeds
        state = shelf.state("all")
        assert state is not None
        with shelf.transaction():
            shelf.save(state._replace(head=state.head + 1))
        Step("edit", 0, "x")(world)

        assert world.publish().written
        assert world.publisher.patched == 0
        assert world.file.read_bytes() == b"".join(text_of(world.press, "all"))
