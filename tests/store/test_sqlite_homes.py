from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deadlines.store.homes import HomeCosts, HomeMemory, Took
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HOME = "https://dav.example.org/kari/"


def test_what_is_kept_comes_back(path: Path, store: SqliteStore) -> None:
    memory: HomeMemory = store.homes
    first = HomeCosts(HOME, together=Took(0.25, NOW), told=0.5)
    second = first._replace(alone=Took(0.0, NOW + timedelta(minutes=15)))

    assert memory.recall(HOME) == HomeCosts(HOME)
    for costs in (first, second, first):
        memory.keep(costs)
        assert memory.recall(HOME) == costs
    with closing(SqliteStore(path)) as other:
        assert other.homes.recall(HOME) == first
    assert memory.recall("https://dav.example.org/jane/") == HomeCosts("https://dav.example.org/jane/")


def test_what_a_rehearsal_keeps_is_forgotten(store: SqliteStore) -> None:
    with closing(store.rehearsal()) as copy:
        copy.homes.keep(HomeCosts(HOME, alone=Took(1.0, NOW)))

        assert copy.homes.recall(HOME).alone == Took(1.0, NOW)
    assert store.homes.recall(HOME) == HomeCosts(HOME)
