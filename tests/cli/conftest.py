from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A newcomer's machine: no configuration, no data, no terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEADLINES_", "XDG_"))}
    gone = {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    return {name: value for name, value in kept.items() if name not in gone} | {
        "HOME": str(tmp_path),
        "DEADLINES_DATA": str(tmp_path / "data"),
    }


@pytest.fixture
def program(environment: dict[str, str]) -> Program:
    """`deadlines` as a process of its own."""

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deadlines", *arguments],
            env=environment | extra,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    return run
