"""The proof that a plan cannot work: an interval in which more must be done than there is time for (the demand test).

Jobs that are released at `r` or later and due at `d` or earlier can be worked on in `[r, d]` only. If they need more time than
that has, no schedule keeps all their targets; and if no interval asks for more than it has, `edf` keeps them all. So each target
that `edf` misses has such an interval, and this module finds the one that lacks most, without asking `edf`.

For each `d` in order, the jobs due by then are in a tree over the releases. A leaf holds the work released then; a node, the work
below it and the latest end of work that begins at one of its releases, as far as it knows:

    work(node) = work(left) + work(right)
    ends(node) = max(ends(right), ends(left) + work(right))        ends(leaf) = release + work

The root's `ends` is the earliest possible end of everything due by `d`; beyond `d` it is a proof. Each job costs one way up, each
proof one way down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deadlines.planning.order import Problem

_NO_END = -(2**62)


class Overload(NamedTuple):
    """In `[since, target]` the jobs due by then need `need`; the first `size` ranks are due by `target`."""

    target: int
    since: int
    need: int
    size: int

    @property
    def missing(self) -> int:
        """How much there is too little. Where it is due before it can be begun, the time before that is missing too."""
        return self.since + self.need - self.target


def overloads(problem: Problem, targets: Sequence[tuple[int, int]]) -> Iterator[Overload | None]:
    """For each of the targets (the first two parts of keys, sorted) the interval that lacks most; None where none does."""
    demand = Demand(problem.release)
    added = 0
    for target in targets:
        while added < len(problem.keys) and problem.keys[added][:2] <= target:
            demand.add(problem.release[added], problem.work[added])
            added += 1
        if demand.end > target[0]:
            since, need = demand.latest()
            yield Overload(target[0], since, need, added)
        else:
            yield None


class Demand:
    """The tree over a set of releases. The first of them, which most jobs have, is not in it: all work counts from there on."""

    def __init__(self, releases: Sequence[int]) -> None:
        self._first, *self._releases = sorted({*releases, 0})
        self._total = 0
        self._leaves = 1
        while self._leaves < len(self._releases):
            self._leaves *= 2
        self._leaf = {release: self._leaves + place for place, release in enumerate(self._releases)}
        self._work = [0] * (2 * self._leaves)
        self._ends = [_NO_END] * (2 * self._leaves)

    @property
    def end(self) -> int:
        """The earliest possible end of all that was added."""
        return max(self._first + self._total, self._ends[1])

    def add(self, release: int, work: int) -> None:
        """Another job."""
        self._total += work
        if release == self._first:
            return
        works, ends = self._work, self._ends
        node = self._leaf[release]
        works[node] += work
        ends[node] = release + works[node]
        while node > 1:
            left = node & ~1
            node //= 2
            work_right = works[left + 1]
            works[node] = works[left] + work_right
            through, later = ends[left] + work_right, ends[left + 1]
            ends[node] = max(later, through)  # max() costs half as much again here

    def end_from(self, release: int) -> int:
        """The earliest possible end of what was added if something else begins at `release` and takes no time."""
        end = self._first + self._total
        if release == self._first:
            return end
        works, ends = self._work, self._ends
        node = self._leaf[release]
        within = release + works[node]
        while node > 1:
            if node % 2:
                within = max(within, ends[node - 1] + works[node])
            else:
                within += works[node + 1]
            node //= 2
        return max(end, within)

    def latest(self) -> tuple[int, int]:
        """The earliest release from which on the work lasts until `end`, and how much it is."""
        if self._first + self._total >= self._ends[1]:
            return self._first, self._total
        node, after = 1, 0
        while node < self._leaves:
            node *= 2
            if self._ends[node] + self._work[node + 1] < self._ends[node + 1]:
                node += 1
            else:
                after += self._work[node + 1]
        return self._releases[node - self._leaves], after + self._work[node]
