"""What was spent against what was estimated.

The ratio of the two is what the past says about the next estimate: 1.5 means that work takes half as long again as was thought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

ENOUGH = 5
"""Below so many finished tasks a client's history says nothing that a guess would not."""


class Effort(NamedTuple):
    """A finished task: whose it is, what it was thought to take, and what it took."""

    uid: str
    client: str
    estimate: timedelta
    spent: timedelta


def ratios(efforts: Iterable[Effort]) -> Mapping[str, tuple[float, ...]]:
    """Spent by estimate of every task with both, by client, sorted."""
    found: dict[str, list[float]] = {}
    for effort in efforts:
        if effort.estimate > timedelta() and effort.spent > timedelta():
            found.setdefault(effort.client, []).append(effort.spent / effort.estimate)
    return {client: tuple(sorted(each)) for client, each in sorted(found.items())}


def median(values: tuple[float, ...]) -> float:
    """The middle of sorted values, of which there must be one."""
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
