"""One connection to a SQLite file, on which nothing but `StoreError` and `Refused` goes wrong.

Write-ahead log, so that readers never wait; synchronous=FULL, so that what was committed survives a power cut (0.4 ms a commit);
a write that finds another writer waits for `busy_seconds`, then gives up. A new file has pages of 8 KiB, which takes a tenth from
what storing a first download costs; older files keep theirs.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from deadlines.errors import DeadlinesError, Refused, StoreBroken, StoreBusy, StoreFull, StoreReadOnly
from deadlines.store.statements import STATEMENTS

Value = str | bytes | int | float | None
_LARGEST = 2**63 - 1
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_ROWS = 500
"""In one statement. More of them save nothing."""

_SPARE = 64 * 1024
"""Less free disk than this, in bytes, does not hold the index of a write-ahead log, without which nothing can be read either."""

_REASONS = {
    sqlite3.SQLITE_READONLY: "it cannot be written to",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_AUTH: "access is denied",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed",
}


def translate(path: Path, error: sqlite3.Error) -> DeadlinesError:
    """What an error of SQLite's means to us."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bytes say more than we tell apart
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(str(path), "another process is writing to the database")
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Refused(f"the database holds another record like this one ({error})")
    if code == sqlite3.SQLITE_FULL or (code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and _is_full(path)):
        return StoreFull(str(path))
    if (
        code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
        and path.parent.is_dir()
        and not os.access(path.parent, os.W_OK)
    ):
        return StoreReadOnly(str(path))
    return StoreBroken(str(path), _REASONS.get(code, str(error)))


def _is_full(path: Path) -> bool:
    """SQLite tells only some of its writes to a full disk from those that a broken disk failed."""
    try:
        return shutil.disk_usage(path.parent).free < _SPARE
    except OSError:
        return False


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Let the errors of SQLite and of the file system leave as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(path, error) from error
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StoreFull(str(path)) from error
        if error.errno == errno.EROFS:
            raise StoreReadOnly(str(path)) from error
        raise StoreBroken(str(path), (error.strerror or str(error)).lower()) from error


class Database:
    """An open file. Outside of `transaction` every statement is a transaction of its own."""

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self.path = path
        with guarded(path):
            _make_private(path)
            self.connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
            try:
                self._prepare(busy_seconds)
            except BaseException:
                self.connection.close()
                raise

    def _prepare(self, busy_seconds: float) -> None:
        self.connection.execute("PRAGMA page_size = 8192")  # of a new file
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA cache_size = -8000")  # KiB: what a batch of a first download touches, so that it stays
        if self.connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            _patiently(lambda: self.connection.execute("PRAGMA journal_mode = WAL"), busy_seconds)

    def rehearsal(self) -> Database:
        """A copy in memory."""
        rehearsed = object.__new__(Database)
        rehearsed.path = self.path
        with guarded(self.path):
            rehearsed.connection = sqlite3.connect(":memory:", isolation_level=None)
            rehearsed.connection.execute(f"PRAGMA page_size = {page_size(self.connection)}")
            copy(self.connection, rehearsed.connection, self.path)
            rehearsed.connection.execute("PRAGMA foreign_keys = ON")
        return rehearsed

    def all(self, sql: str, parameters: Mapping[str, Value] | None = None) -> list[Any]:
        """Run a statement; its rows."""
        try:
            return self.connection.execute(sql, parameters or {}).fetchall()
        except OverflowError:
            return self.all(sql, _within_reach(parameters or {}))
        except sqlite3.Error as error:
            raise translate(self.path, error) from error

    def named(self, name: str, parameters: Mapping[str, Value] | None = None) -> list[Any]:
        """Run one of `statements.sql`; its rows."""
        return self.all(STATEMENTS[name], parameters)

    def one(self, name: str, parameters: Mapping[str, Value] | None = None) -> Any:  # noqa: ANN401  # columns are of any type
        """Run one of `statements.sql`; its first row or None."""
        return next(iter(self.named(name, parameters)), None)

    def many(self, name: str, parameters: Iterable[Mapping[str, Value]]) -> None:
        """Run one of `statements.sql`, which gives no rows, with each of the parameters."""
        try:
            self.connection.executemany(STATEMENTS[name], parameters)
        except sqlite3.Error as error:
            raise translate(self.path, error) from error

    def insert(self, name: str, rows: Sequence[tuple[Value, ...]]) -> None:
        """Run one of `statements.sql`, which inserts a row of positional values, for many rows at once.

        A statement for hundreds of rows is one step for SQLite, during which other threads go on. May raise `OverflowError` and
        `UnicodeEncodeError` for a value that cannot be stored.
        """
        if not rows:
            return
        most = min(_ROWS, self.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0]))
        try:
            for at in range(0, len(rows), most):
                part = rows[at : at + most]
                self.connection.execute(_for_rows(STATEMENTS[name], len(part)), tuple(chain.from_iterable(part)))
        except sqlite3.Error as error:
            raise translate(self.path, error) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: on an exception take back what was done inside, and nothing else."""
        self.all("SAVEPOINT inside")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK TO inside")
                self.connection.execute("RELEASE inside")
            raise
        self.all("RELEASE inside")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock from the start, so that what is read inside stays true; commit, or roll back on an exception."""
        self.all("BEGIN IMMEDIATE")
        try:
            yield
            self.all("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # a full disk may have rolled it back already
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Release the file; an open transaction is rolled back."""
        with suppress(sqlite3.Error):
            self.connection.close()


@lru_cache(maxsize=16)
def _for_rows(sql: str, count: int) -> str:
    """The statement that inserts one row, for so many of them."""
    return ", ".join((sql, *(sql[sql.rindex("(") :],) * (count - 1)))


def page_size(connection: sqlite3.Connection) -> int:
    """The bytes in a page of a database. `copy` into a write-ahead log or into memory cannot change them."""
    size: int = connection.execute("PRAGMA page_size").fetchone()[0]
    return size


def copy(source: sqlite3.Connection, target: sqlite3.Connection, path: Path) -> None:
    """Replace the content of `target`, a database at `path`, in one transaction, through the backup interface."""

    def give_up(status: int, _remaining: int, _total: int) -> None:
        if status & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:  # `backup` would try again for ever
            raise StoreBusy(str(path), "another process is writing to the database")

    source.backup(target, progress=give_up)


def write_copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database into a new private file that needs no other file beside it; nothing is left when that fails."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = sqlite3.connect(target, isolation_level=None)
        try:
            copy(source, connection, target)
            connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def vacant(path: Path, label: str) -> Path:
    """A name beside `path` that no file has: `deadlines.db.before-restore`, then `deadlines.db.before-restore-2`."""
    candidate = path.with_name(f"{path.name}.{label}")
    number = 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}.{label}-{number}")
    return candidate


def _make_private(path: Path) -> None:
    """Make the file and its folder if need be; nobody else may read them. SQLite gives its side files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _within_reach(parameters: Mapping[str, Value]) -> Mapping[str, Value]:
    """A number that people typed and SQLite cannot hold, as the largest that it can: nothing has it, and no limit reaches it."""
    return {name: min(value, _LARGEST) if isinstance(value, int) else value for name, value in parameters.items()}


def _patiently(action: Callable[[], object], seconds: float) -> None:
    """Try again while the database is locked: switching to the write-ahead log does not wait by itself."""
    until = time.monotonic() + seconds
    while True:
        try:
            action()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
