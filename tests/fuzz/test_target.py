"""The laws hold for what the fuzzer found worth keeping; for the files of `tests/data` see `tests/e2e/test_hostile.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.target import check

CORPUS = sorted(path for path in (Path(__file__).parent / "corpus").iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name[:8])
def test_kept_inputs_break_no_law(file: Path) -> None:
    check(file.read_bytes())


def test_some_of_them_are_read() -> None:
    assert any(check(file.read_bytes()) for file in CORPUS)
