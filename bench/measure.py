"""Timing: commands by wall clock and by the CPU time of their process, functions likewise; the median of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the wall and of CPU."""

    wall: float
    cpu: float


def median(costs: Sequence[Cost]) -> Cost:
    """Of each figure by itself."""
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs))


def of_command(command: Sequence[str | Path], environment: Mapping[str, str], *, allowed: Sequence[int] = (0,)) -> Cost:
    """One run of a command, its output thrown away. `RuntimeError` with its errors where it fails."""
    began = time.perf_counter()
    with subprocess.Popen(
        list(map(str, command)),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def of_call(call: Callable[[], object]) -> Cost:
    """One call in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def in_turns(runs: int, *measured: Callable[[], Cost]) -> list[Cost]:
    """The median of each, taken in turns so that a busy moment of the machine hits all of them."""
    costs = [[measure() for measure in measured] for _ in range(runs)]
    return [median(column) for column in zip(*costs, strict=True)]
