from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadlines.errors import Refused, StoreBroken, StoreBusy, StoreNewer
from deadlines.store.base import Index, Query, Record, RunKind
from deadlines.store.copies import restore
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)


def add(store: SqliteStore, uid: str, text: str = "BEGIN") -> None:
    with store.write(RunKind.COMMAND, "add", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=text, index=Index(component="VTODO", summary=uid)))


def uids(path: Path) -> list[str]:
    with closing(SqliteStore(path)) as store:
        assert store.check() == ()
        return [row.uid for row in store.rows(Query())]


@pytest.fixture
def backup(tmp_path: Path, store: SqliteStore) -> Path:
    add(store, "old")
    target = tmp_path / "backup.db"
    store.backup(target)
    add(store, "new")
    return target


def test_a_backup_is_whole_private_and_one_file(tmp_path: Path, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup.db"]
    assert uids(backup) == ["old"]


def test_a_backup_never_replaces_a_file(backup: Path, store: SqliteStore) -> None:
    before = backup.read_bytes()

    with pytest.raises(Refused, match="exists already"):
        store.backup(backup)

    assert backup.read_bytes() == before


def test_a_backup_into_no_folder_is_refused(tmp_path: Path, store: SqliteStore) -> None:
    with pytest.raises(Refused, match="cannot be made"):
        store.backup(tmp_path / "nowhere" / "backup.db")


def test_restoring_keeps_the_present_database(path: Path, store: SqliteStore, backup: Path) -> None:
    store.close()

    kept = restore(backup, path)

    assert kept == path.with_name("deadlines.db.before-restore")
    assert (uids(path), uids(kept), uids(backup)) == (["old"], ["old", "new"], ["old"])


def with_pages(path: Path, size: int) -> None:
    """Make the database one of an older version of this program, which had smaller pages."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("PRAGMA journal_mode = DELETE", f"PRAGMA page_size = {size}", "VACUUM"):
            connection.execute(statement)
        assert connection.execute("PRAGMA page_size").fetchone()[0] == size


def test_a_backup_with_pages_of_another_size_replaces_a_database_in_use(path: Path, store: SqliteStore, backup: Path) -> None:
    with_pages(backup, 1024)

    kept = restore(backup, path)

    assert [row.uid for row in store.rows(Query())] == ["old"]
    assert kept is not None
    assert uids(kept) == ["old", "new"]


def test_a_database_with_pages_of_another_size_is_rehearsed(path: Path, store: SqliteStore) -> None:
    add(store, "old")
    store.close()
    with_pages(path, 1024)

    with closing(SqliteStore(path)) as older, closing(older.rehearsal()) as rehearsed:
        add(rehearsed, "new")
        assert [row.uid for row in rehearsed.rows(Query())] == ["old", "new"]
        assert [row.uid for row in older.rows(Query())] == ["old"]


def test_restoring_twice_keeps_both(path: Path, store: SqliteStore, backup: Path) -> None:
    store.close()
    restore(backup, path)

    kept = restore(backup, path)

    assert kept == path.with_name("deadlines.db.before-restore-2")


def test_a_database_in_use_changes_for_everybody_at_once(path: Path, store: SqliteStore, backup: Path) -> None:
    restore(backup, path)

    assert [row.uid for row in store.rows(Query())] == ["old"]
    add(store, "after")
    assert uids(path) == ["old", "after"]


def test_a_database_that_is_being_written_to_stays(path: Path, store: SqliteStore, backup: Path) -> None:
    with store.write(RunKind.COMMAND, "add", now=NOW), pytest.raises(StoreBusy, match="another process"):
        restore(backup, path, busy_seconds=0.01)

    assert [row.uid for row in store.rows(Query())] == ["old", "new"]


def test_restoring_where_there_is_none(tmp_path: Path, backup: Path) -> None:
    target = tmp_path / "elsewhere" / "deadlines.db"

    assert restore(backup, target) is None
    assert uids(target) == ["old"]
    assert [file.name for file in target.parent.iterdir()] == ["deadlines.db"]


@pytest.mark.parametrize("size", [0, 500, 9000])
def test_a_damaged_database_is_put_aside(path: Path, store: SqliteStore, backup: Path, size: int) -> None:
    store.close()
    damaged = b"\xff" * 100 + path.read_bytes()[100:size] if size else b""
    path.write_bytes(damaged)
    path.with_name("deadlines.db-wal").write_bytes(b"stale")

    kept = restore(backup, path)

    assert kept is not None
    assert uids(path) == ["old"]
    assert kept.exists()


def test_a_plain_copy_of_an_open_database_is_explained(tmp_path: Path, path: Path, store: SqliteStore) -> None:
    add(store, "a", "x" * 50_000)
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)

    with pytest.raises(StoreBroken, match="-wal file"):
        restore(torn, path)

    assert [row.uid for row in store.rows(Query())] == ["a"]


def test_a_plain_copy_together_with_its_wal_is_whole(tmp_path: Path, path: Path, store: SqliteStore) -> None:
    add(store, "a")
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", tmp_path / f"copy.db{suffix}")

    restore(tmp_path / "copy.db", tmp_path / "restored.db")

    assert uids(tmp_path / "restored.db") == ["a"]


def test_a_truncated_backup_is_explained(tmp_path: Path, path: Path, store: SqliteStore) -> None:
    add(store, "a", "x" * 50_000)
    backup = tmp_path / "backup.db"
    store.backup(backup)
    backup.write_bytes(backup.read_bytes()[:40_000])

    with pytest.raises(StoreBroken, match="it is damaged"):
        restore(backup, path)

    assert [row.uid for row in store.rows(Query())] == ["a"]


def test_a_newer_backup_is_refused(path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreNewer):
        restore(backup, path)


def test_what_is_no_database_is_refused(tmp_path: Path, path: Path) -> None:
    with pytest.raises(Refused, match="not a file"):
        restore(tmp_path / "nowhere", path)
    (tmp_path / "text").write_text("BEGIN:VCALENDAR\n" * 100)
    with pytest.raises(StoreBroken, match="not a database"):
        restore(tmp_path / "text", path)


def test_another_programs_database_is_refused(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (x)")

    with pytest.raises(StoreBroken, match="another program"):
        restore(other, path)
