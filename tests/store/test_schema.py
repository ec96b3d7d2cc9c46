from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadlines.errors import StoreBroken
from deadlines.store.base import Index, Query, Record, RunKind
from deadlines.store.schema import MIGRATIONS, known_version, statements
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
RECORD = Record(uid="a", calendar="work", ical="BEGIN", index=Index(component="VTODO"))
SECOND = """\
-- A colour; and a comment; with semicolons.
ALTER TABLE collection ADD COLUMN colour TEXT NOT NULL DEFAULT '';
CREATE TABLE note (
    resource INTEGER NOT NULL REFERENCES resource (id),
    text TEXT NOT NULL
);
CREATE TRIGGER note_cleaned AFTER INSERT ON note BEGIN
    DELETE FROM note WHERE text = '';
    DELETE FROM note WHERE text = ' ';
END;
"""
ORPHAN = "INSERT INTO note (resource, text) VALUES (4711, 'nobody');\n"
BROKEN = SECOND + "CREATE TABLE note (twice);\n"


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    return folder


@pytest.fixture
def old(path: Path) -> Path:
    """A database of the version before."""
    with closing(SqliteStore(path)) as store, store.write(RunKind.COMMAND, "add", now=NOW) as writer:
        writer.put(RECORD)
    return path


def add(migrations: Path, text: str) -> None:
    (migrations / f"{known_version(migrations) + 1:04}_next.sql").write_text(text, "utf-8")


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        pragmas = [(name, str(connection.execute(f"PRAGMA {name}").fetchone()[0])) for name in ("user_version", "application_id")]
        return [*pragmas, *connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()]


def copies(path: Path) -> Iterator[Path]:
    return path.parent.glob("*.before-*")


def test_migrated_equals_fresh(migrations: Path, old: Path, tmp_path: Path) -> None:
    add(migrations, SECOND)
    fresh = tmp_path / "fresh.db"
    SqliteStore(fresh, migrations=migrations).close()

    with closing(SqliteStore(old, migrations=migrations)) as store:
        assert store.count(Query()) == 1
        assert store.check() == ()

    assert schema(old) == schema(fresh)


def test_a_copy_of_the_old_version_is_kept(migrations: Path, old: Path) -> None:
    before = schema(old)
    add(migrations, SECOND)

    SqliteStore(old, migrations=migrations).close()

    (copy,) = copies(old)
    assert copy.name == f"deadlines.db.before-version-{known_version() + 1}"
    assert schema(copy) == before
    with closing(SqliteStore(copy)) as store:
        assert store.count(Query()) == 1


def test_a_new_database_has_nothing_to_copy(path: Path) -> None:
    SqliteStore(path).close()

    assert list(copies(path)) == []


@pytest.mark.parametrize(("text", "reason"), [(BROKEN, "already exists"), (SECOND + ORPHAN, "would tear references")])
def test_a_failed_migration_leaves_the_old_version_usable(migrations: Path, old: Path, text: str, reason: str) -> None:
    before = schema(old)
    add(migrations, text)

    with pytest.raises(StoreBroken, match=reason):
        SqliteStore(old, migrations=migrations)

    assert schema(old) == before
    with closing(SqliteStore(old)) as store:
        assert store.count(Query()) == 1


@pytest.mark.parametrize("steps", range(1, len(list(statements(SECOND))) + 1))
def test_a_crash_in_the_middle_leaves_the_old_version(migrations: Path, old: Path, steps: int) -> None:
    """What a killed process leaves is an uncommitted write-ahead log: take it as it is beside the file."""
    before = schema(old)
    add(migrations, SECOND)
    crashed = old.with_name("crashed.db")
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN IMMEDIATE")
        for statement in list(statements(SECOND))[:steps]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 99")
        for suffix in ("", "-wal"):
            shutil.copy(f"{old}{suffix}", f"{crashed}{suffix}")

    assert schema(crashed) == before
    SqliteStore(crashed, migrations=migrations).close()


def test_every_statement_runs_alone() -> None:
    assert [statement.split()[0] for statement in map(uncommented, statements(SECOND))] == ["ALTER", "CREATE", "CREATE"]


def uncommented(statement: str) -> str:
    return "\n".join(line for line in statement.splitlines() if not line.startswith("--"))


def test_the_numbers_of_the_migrations_have_no_gaps() -> None:
    names = sorted(file.name for file in MIGRATIONS.iterdir())

    assert [int(name[:4]) for name in names] == list(range(1, known_version() + 1))
