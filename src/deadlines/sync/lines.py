"""Several writes at once, over as many connections as pay.

Where the time goes into the line, every further connection saves its share of it. Where the server stores one resource at a time
(Radicale and Xandikos do), writes only queue up there, and each connection takes one of its workers. Which of the two it is shows
in how long a write takes among others, by how long it takes alone:

    about as long           nobody waits for anybody: twice as many connections, up to twice the usual number
    as long as all of them  they wait for each other: two, so that the server is busy while an outcome is saved here
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain, islice
from typing import Generic, TypeVar

from deadlines.remote.base import Collection

FEW = 8
"""Fewer writes are not worth another connection."""
ALONE = 2
"""So many writes are made one after the other, to see how long one takes: the first may also connect and sign in."""
ENOUGH = 24
"""So many are made at once before the number of connections is judged."""
_QUEUED = 0.75
_FREE = 1.5

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Lines(Generic[Item, Outcome]):
    """The connections to one collection, over which `write` is called. `usual` is how many there are unless more pay.

    `timer` counts seconds. `write` is called in other threads, with a collection that nobody else uses meanwhile.
    """

    def __init__(
        self, collection: Collection, write: Callable[[Collection, Item], Outcome], *, usual: int, timer: Callable[[], float]
    ) -> None:
        self._first = collection
        self._write = write
        self._timer = timer
        self._number = usual
        self._most = 2 * usual
        self._idle = [collection]
        self._clones: list[Collection] = []
        self._alone = 0.0
        self._took: list[float] = []

    def send(self, items: Iterable[Item]) -> Generator[tuple[Item, Outcome], None, None]:
        """Write each item, which is asked for when a connection is free for it, and yield each outcome as it comes.

        Close the generator to write no more: what is under way comes to its end, unheard.
        """
        rest = iter(items)
        head = list(islice(rest, FEW))
        alone = ALONE if len(head) == FEW and self._number > 1 else len(head)
        for item in head[:alone]:
            outcome, self._alone = self._timed(self._first, item)
            yield item, outcome
        rest = chain(head[alone:], rest)
        if self._number > 1:
            try:
                yield from self._together(rest)
            finally:
                self._close()
        else:
            yield from ((item, self._write(self._first, item)) for item in rest)

    def _together(self, rest: Iterator[Item]) -> Iterator[tuple[Item, Outcome]]:
        running: dict[Future[tuple[Outcome, float]], tuple[Item, Collection]] = {}
        came: list[tuple[Item, Outcome]] = []
        with ThreadPoolExecutor(self._most, thread_name_prefix="push") as pool:
            while True:
                for item in islice(rest, max(0, self._number - len(running))):
                    collection = self._connection()
                    running[pool.submit(self._timed, collection, item)] = item, collection
                yield from came  # while others are under way
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                came.clear()
                for future in done:
                    item, collection = running.pop(future)
                    outcome, seconds = future.result()
                    self._idle.append(collection)
                    self._judge(seconds)
                    came.append((item, outcome))

    def _timed(self, collection: Collection, item: Item) -> tuple[Outcome, float]:
        began = self._timer()
        outcome = self._write(collection, item)
        return outcome, self._timer() - began

    def _judge(self, seconds: float) -> None:
        self._took.append(seconds)
        if len(self._took) < ENOUGH or not self._alone:
            return
        waiting = sum(self._took) / len(self._took) / self._alone
        if waiting < _FREE:
            self._number = min(2 * self._number, self._most)
        elif waiting > _QUEUED * self._number:
            self._number = 2
        self._took.clear()

    def _connection(self) -> Collection:
        if not self._idle:
            self._clones.append(self._first.clone())
            self._idle.append(self._clones[-1])
        return self._idle.pop()

    def _close(self) -> None:
        for clone in self._clones:
            clone.close()
        self._clones.clear()
        self._idle = [self._first]
