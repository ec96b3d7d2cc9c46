"""Bringing a database file to the schema that this program knows.

A migration is a file `NNNN_what.sql`, never edited once released. All that are missing are one explicit transaction, run
statement by statement (`executescript` would commit first), with `user_version` set inside it: whatever interrupts them leaves
the version before. A copy of the file is made before a database that holds something is changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deadlines.errors import StoreBroken, StoreNewer
from deadlines.store.database import Database, guarded, vacant, write_copy

MIGRATIONS = Path(__file__).with_name("migrations")
APPLICATION_ID = 0x646C6E73
"""Tells our files from other programs' databases (`PRAGMA application_id`): "dlns"."""


def known_version(migrations: Path = MIGRATIONS) -> int:
    """The newest version this program knows."""
    return max(number for number, _ in _steps(migrations))


def found_version(connection: sqlite3.Connection, path: Path, *, known: int) -> int:
    """The version of a database of ours, 0 where it is empty; `StoreNewer`, or `StoreBroken` where it is another program's."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if version == 0 and owner == 0 and connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0:
        return 0
    if owner != APPLICATION_ID:
        raise StoreBroken(str(path), "it is the database of another program")
    if version > known:
        raise StoreNewer(str(path), found=version, known=known)
    return version


def migrate(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Apply what is missing."""
    known = known_version(migrations)
    with guarded(database.path):
        version = found_version(database.connection, database.path, known=known)
        if version == known:
            return
        if version:
            _keep_a_copy(database, known)
    database.all("PRAGMA foreign_keys = OFF")  # a table that is made anew must not take its children along
    try:
        with database.transaction():
            version = database.all("PRAGMA user_version")[0][0]  # another process may have been quicker
            for number, file in _steps(migrations):
                if number > version:
                    _apply(database, number, file)
    finally:
        database.all("PRAGMA foreign_keys = ON")


def statements(text: str) -> Iterator[str]:
    """The statements of a migration; each begins on a line of its own."""
    buffer = ""
    for line in text.splitlines(keepends=True):
        buffer += line
        if sqlite3.complete_statement(buffer):
            yield buffer
            buffer = ""
    if buffer.strip():
        yield buffer


def _keep_a_copy(database: Database, known: int) -> None:
    """The database as it was. Another process may take the same name at the same moment: then there are two copies."""
    while True:
        with suppress(FileExistsError):
            write_copy(database.connection, vacant(database.path, f"before-version-{known}"))
            return


def _apply(database: Database, number: int, file: Path) -> None:
    for statement in statements(file.read_text("utf-8")):
        database.all(statement)
    if database.all("PRAGMA foreign_key_check"):
        raise StoreBroken(str(database.path), f"migration {number} would tear references")
    database.all(f"PRAGMA application_id = {APPLICATION_ID}")
    database.all(f"PRAGMA user_version = {number}")


def _steps(migrations: Path) -> list[tuple[int, Path]]:
    return sorted((int(file.name[:4]), file) for file in migrations.iterdir() if file.suffix == ".sql")
