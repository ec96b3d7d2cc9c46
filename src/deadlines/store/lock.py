"""One sync, or one of something else that must not happen twice at once, at a time for a data folder.

The lock is the operating system's, on an open file: it goes with the process, however that ends, so it is never stale. The file
says who holds it, for the message only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deadlines.errors import StoreBusy
from deadlines.store.database import guarded

_PAUSE = 0.1

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 30  # beyond what is written, which stays readable for others

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SyncLock:
    """The right to sync with the database in `folder`, or to do something else of which one is enough."""

    folder: Path
    what: str = "sync"

    @contextmanager
    def acquire(self, *, now: datetime, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the lock; `StoreBusy` names the process that has it when it stays taken for `wait_seconds`."""
        path = self.folder / f"{self.what}.lock"
        with guarded(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            with guarded(path):
                _lock(descriptor, path, wait_seconds, self.what)
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, f"{os.getpid()} {now.astimezone(UTC).isoformat(timespec='seconds')}\n".encode())
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int, path: Path, wait_seconds: float, what: str) -> None:
    until = time.monotonic() + wait_seconds
    while not _try_lock(descriptor):
        left = until - time.monotonic()
        if left <= 0:
            raise StoreBusy(str(path), _holder(descriptor, what))
        time.sleep(min(_PAUSE, left))


def _holder(descriptor: int, what: str) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    match os.read(descriptor, 100).decode("ascii", "replace").split():
        case [pid, since]:
            return f"another {what} is running (process {pid}, since {since})"
        case _:
            return f"another {what} is running"
