from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadlines.errors import StoreBroken, StoreBusy
from deadlines.store.lock import SyncLock

NOW = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from deadlines.store.lock import SyncLock
with SyncLock(Path(sys.argv[1])).acquire(now=datetime(2026, 10, 25, 1, 0, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_sync_is_told_who_runs(tmp_path: Path) -> None:
    lock = SyncLock(tmp_path)
    expected = rf"another sync is running \(process {os.getpid()}, since 2026-10-25T01:00:00\+00:00\)"

    with lock.acquire(now=NOW), pytest.raises(StoreBusy, match=expected), lock.acquire(now=NOW, wait_seconds=0.02):
        pass


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with SyncLock(tmp_path / "new" / "folder").acquire(now=NOW):
            pass


def test_a_waiting_sync_goes_on_when_the_other_ends(tmp_path: Path) -> None:
    lock = SyncLock(tmp_path)
    with lock.acquire(now=NOW):
        held = threading.Event()

        def wait() -> None:
            with lock.acquire(now=NOW, wait_seconds=30):
                held.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not held.is_set()
    waiting.join()

    assert held.is_set()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy, match=f"process {process.pid}"), SyncLock(tmp_path).acquire(now=NOW):
            pass
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    with SyncLock(tmp_path).acquire(now=NOW):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreBroken), SyncLock(tmp_path / "file").acquire(now=NOW):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with SyncLock(folder).acquire(now=NOW):
        pass

    assert [stat.S_IMODE(file.stat().st_mode) for file in (folder, folder / "sync.lock")] == [0o700, 0o600]
