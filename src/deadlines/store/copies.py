"""Putting a backup in the place of the database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from deadlines.errors import Refused, StoreBroken
from deadlines.store.database import copy, guarded, page_size, vacant, write_copy
from deadlines.store.schema import found_version, known_version

_SIDE_FILES = ("-wal", "-shm")
_TORN = "a plain copy of an open database lacks what its -wal file holds: make copies with the backup command"


def restore(source: Path, target: Path, *, busy_seconds: float = 5.0) -> Path | None:
    """Put the backup at `source` in the place of the database at `target`; where the present one was kept, if there was one.

    The backup is copied and checked before anything is touched: `Refused` where there is none, `StoreBroken` where it is damaged
    or not ours, `StoreNewer` where it is newer than this program. A database in use is replaced in one transaction, so that other
    processes see either content; one that is damaged is put aside as it is.
    """
    if not source.is_file():
        raise Refused(f"{source} is not a file")
    with guarded(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = vacant(target, "restoring")
        try:
            _read(source, part, busy_seconds)
            if not target.exists():
                _install(part, target)
                return None
            kept = vacant(target, "before-restore")
            if not _replace_content(part, target, kept, busy_seconds):
                _put_aside(target, kept)
                _install(part, target)
            return kept
        finally:
            part.unlink(missing_ok=True)


def _read(source: Path, part: Path, busy_seconds: float) -> None:
    """Copy the backup with what may be in its -wal file, and check the copy."""
    with guarded(source), closing(sqlite3.connect(source, timeout=busy_seconds)) as connection:
        connection.execute("PRAGMA query_only = ON")
        try:
            version = found_version(connection, source, known=known_version())
            problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            version, problem = 1, str(error)
        if problem != "ok":
            raise StoreBroken(str(source), f"it is damaged ({problem.splitlines()[-1]}); {_TORN}")
        if version == 0:
            raise StoreBroken(str(source), f"it holds no tables; {_TORN}")
        write_copy(connection, part)


def _replace_content(part: Path, target: Path, kept: Path, busy_seconds: float) -> bool:
    """Keep a copy of the present content and replace it; False where it cannot be read."""
    with closing(sqlite3.connect(target, timeout=busy_seconds)) as present:
        try:
            write_copy(present, kept)
            with closing(sqlite3.connect(part)) as content:
                if page_size(content) != page_size(present):
                    content.execute(f"PRAGMA page_size = {page_size(present)}")
                    content.execute("VACUUM")
                copy(content, present, target)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                raise
            kept.unlink(missing_ok=True)
            return False
    return True


def _put_aside(target: Path, kept: Path) -> None:
    """Move a damaged database with its side files, which must not be taken for the new one's."""
    for suffix in _SIDE_FILES:
        with suppress(FileNotFoundError):
            Path(f"{target}{suffix}").replace(f"{kept}{suffix}")
    target.replace(kept)


def _install(part: Path, target: Path) -> None:
    for suffix in _SIDE_FILES:
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    os.replace(part, target)  # noqa: PTH105  # replaces or fails, on every platform
