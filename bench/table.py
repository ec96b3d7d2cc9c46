"""What was measured, as a table with budgets and verdicts."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deadlines import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison in seconds. `budget` is the most that `ours / reference` may be; 0 where nothing was promised."""

    part: str
    what: str
    ours: float
    reference: float
    against: str
    budget: float = 0

    @property
    def ratio(self) -> float:
        """Ours by the reference."""
        return self.ours / self.reference

    def cells(self) -> tuple[str, ...]:
        """The row as text. A budget below 1 is told as how many times faster."""
        faster = 0 < self.budget < 1
        target = "" if not self.budget else f">= {1 / self.budget:.3g} x less" if faster else f"<= {self.budget:g} x"
        found = f"{1 / self.ratio:.1f} x less" if faster else f"{self.ratio:.2f} x"
        verdict = "" if not self.budget else "ok" if self.ratio <= self.budget else "missed"
        return self.part, self.what, _time(self.ours), self.against, _time(self.reference), found, target, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something counted, or a part that could not be measured, with its reason."""

    part: str
    what: str
    found: str
    target: str = ""
    verdict: str = ""

    def cells(self) -> tuple[str, ...]:
        """The fact as text."""
        return self.part, self.what, "", "", "", self.found, self.target, self.verdict


_HEAD = ("part", "what", "ours", "against", "takes", "ratio", "budget", "verdict")


def table(rows: Sequence[Row | Fact]) -> str:
    """A Markdown table, aligned."""
    cells = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def surroundings(vdirsyncer: Path | None, taskwarrior: str | None) -> str:
    """Versions and the machine, for whoever compares two tables."""
    programs = [f"deadlines {__version__}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    programs += [f"{name} {found}" for name in ("click", "icalendar", "radicale", "xandikos") if (found := _version(name))]
    programs += [_says(vdirsyncer).replace(", version", "")] if vdirsyncer else []
    programs += [f"Taskwarrior {_says(taskwarrior)}"] if taskwarrior else []
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_processor()}"
    return f"{', '.join(programs)}. {machine}, load {os.getloadavg()[0]:.1f} at the end.\n"


def _says(program: Path | str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
