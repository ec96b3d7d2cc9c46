from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.remote.base import Collection
from deadlines.sync.lines import Lines


class Clock(threading.local):
    """Time that passes in each thread by itself, as far as it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A connection that only counts."""

    def __init__(self, opened: list[Line] | None = None) -> None:
        self.opened = [self] if opened is None else opened
        self.closed = False

    def clone(self) -> Line:
        twin = Line(self.opened)
        self.opened.append(twin)
        return twin

    def close(self) -> None:
        self.closed = True


class Server:
    """Writes take `alone` seconds, and `queued` more for each connection that is open beside the first."""

    def __init__(self, *, alone: float, queued: float, usual: int = 4) -> None:
        self.clock = Clock()
        self.line = Line()
        self.lines = Lines[int, int](cast("Collection", self.line), self.write, usual=usual, timer=self.clock)
        self._alone = alone
        self._queued = queued
        self._lock = threading.Lock()
        self.written: list[int] = []
        self.under_way = 0
        self.most = 0

    def write(self, _line: Collection, item: int) -> int:
        with self._lock:
            self.written.append(item)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.clock.now += self._alone + self._queued * (len(self.line.opened) - 1)
        with self._lock:
            self.under_way -= 1
        return -item


@given(count=st.integers(0, 60), usual=st.integers(1, 5), queued=st.sampled_from([0.0, 0.5, 1.0]))
def test_each_item_is_written_once(count: int, usual: int, queued: float) -> None:
    server = Server(alone=1, queued=queued, usual=usual)

    assert dict(server.lines.send(range(count))) == {item: -item for item in range(count)}
    assert sorted(server.written) == list(range(count))
    assert server.most <= 2 * usual


def test_four_writes_are_under_way_at_once() -> None:
    """Each waits for three others to be under way, but for the two that are made alone."""
    meeting = threading.Barrier(4, timeout=10)

    def write(_line: Collection, item: int) -> int:
        return item if item < 2 else meeting.wait()

    lines = Lines[int, int](cast("Collection", Line()), write, usual=4, timer=lambda: 0.0)

    assert len(list(lines.send(range(42)))) == 42


@pytest.mark.parametrize(("queued", "opened"), [(0.0, 8), (0.05, 8), (0.5, 4)], ids=["free", "nearly", "in between"])
def test_more_connections_are_used_where_nobody_waits(queued: float, opened: int) -> None:
    server = Server(alone=1, queued=queued)
    list(server.lines.send(range(200)))

    assert len(server.line.opened) == opened


def test_where_writes_queue_up_two_connections_are_used() -> None:
    server = Server(alone=1, queued=1)
    outcomes = server.lines.send(range(200))
    for _ in range(60):
        next(outcomes)
    server.most = 0
    list(outcomes)

    assert len(server.line.opened) == 4
    assert server.most <= 2


def test_a_few_writes_are_not_worth_another_connection() -> None:
    server = Server(alone=1, queued=0)
    list(server.lines.send(range(7)))

    assert server.line.opened == [server.line]


def test_items_are_asked_for_when_they_can_be_written() -> None:
    """They are announced to the store before, and whoever dies must look at each of them again."""
    asked: list[int] = []
    server = Server(alone=1, queued=0)

    def announced() -> Iterator[int]:
        for item in range(200):
            asked.append(item)
            yield item

    outcomes = server.lines.send(announced())
    for _ in range(60):
        next(outcomes)

    assert len(asked) <= 60 + 2 * 8
    outcomes.close()


def test_connections_end_with_the_writing_and_none_is_used_after() -> None:
    """But for the one that was given."""
    server = Server(alone=1, queued=0)
    with closing(server.lines.send(range(200))) as outcomes:
        for _ in range(60):
            next(outcomes)
    begun = len(server.written)

    assert begun < 100
    assert server.under_way == 0
    assert [line.closed for line in server.line.opened] == [False, *[True] * 7]
