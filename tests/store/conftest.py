from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deadlines.store.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "deadlines.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, busy_seconds=0.05)
    yield opened
    opened.close()
