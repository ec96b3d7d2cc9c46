from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from deadlines.errors import StoreBroken
from deadlines.store.told import Told


def test_nothing_was_said_before_the_first_time(tmp_path: Path) -> None:
    assert Told(tmp_path / "told").lines() == frozenset()


def test_what_holds_now_replaces_what_held(tmp_path: Path) -> None:
    told = Told(tmp_path / "told")
    told.remember(["work: error: é \ud800", "feed: error"])
    assert told.lines() == {"work: error: é ?", "feed: error"}

    told.remember(["feed: error"])

    assert told.lines() == {"feed: error"}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    Told(tmp_path / "told").remember(["x"])

    assert stat.S_IMODE((tmp_path / "told").stat().st_mode) == 0o600


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="no such file or directory"):
        Told(tmp_path / "none" / "told").remember(["x"])
