"""`python -m tests.fuzz SECONDS FOLDER`: look for bytes that break a law of `target`, with what is in FOLDER to begin with.

What is found is left in FOLDER as `crash-*`, `timeout-*` or `oom-*`. Wants the extra `fuzz`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["deadlines"]):
    from tests.fuzz.target import check

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
SLOWEST = 20
"""Seconds that one input may take: instrumented it is some ten times slower, and 2 s are allowed to it otherwise."""


def main(seconds: str, folder: str) -> None:
    """Fuzz until the time is up."""
    options = {
        "max_total_time": seconds,
        "timeout": SLOWEST,
        "max_len": 4096,
        "dict": HERE / "words.dict",
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    settings = [f"-{name}={value}" for name, value in options.items()]
    seeds = [folder, *map(str, (HERE / "corpus", DATA, DATA / "hostile"))]
    atheris.Setup([sys.argv[0], *settings, *seeds], check)
    atheris.Fuzz()


main(*sys.argv[1:])
