"""Texts that are kept once: what is read is what was written, also from a database in which they are kept three times."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deadlines.store.base import Index, Record, RunKind
from deadlines.store.schema import MIGRATIONS
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = "BEGIN:first", "BEGIN:second", "BEGIN:third"
TASK = Record(uid="a", calendar="work", ical=FIRST, base=FIRST, index=Index(component="VTODO"))
LISTING = (
    "INSERT INTO listing (resource, calendar, uid, is_here, component, summary, note, client, status, priority, percent_complete,"
    " due_kind, due_value, due_tzid, start_kind, start_value, start_tzid, repeat, parent, problem, categories, after)"
    " VALUES (?, 'work', ?, 1, 'VTODO', '', '', '', 'needs-action', 0, 0, '', '', '', '', '', '', '', '', '', '', '')"
)


def written(store: SqliteStore, *records: Record) -> Record:
    for record in records:
        with store.write(RunKind.COMMAND, "edit", now=NOW) as writer:
            saved = writer.put(record)
    return saved


def texts(store: SqliteStore) -> list[tuple[str | None, str | None]]:
    return [(change.before, change.after) for change in store.changes()]


def test_a_record_in_step_has_its_text_once(store: SqliteStore) -> None:
    saved = written(store, TASK)

    assert "\n".join(store._database.connection.iterdump()).count(FIRST.encode().hex().upper()) == 1
    assert store.get(saved.id) == saved
    assert store.pending("work") == ()


def test_what_a_change_led_to_is_found_whatever_came_later(store: SqliteStore) -> None:
    saved = written(store, TASK)
    assert texts(store) == [(None, FIRST)]

    written(store, replace(saved, ical=SECOND), replace(saved, ical=THIRD))
    assert texts(store) == [(None, FIRST), (FIRST, SECOND), (SECOND, THIRD)]

    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.forget(saved)
    assert texts(store) == [(None, FIRST), (FIRST, SECOND), (SECOND, THIRD), (THIRD, None)]

    written(store, replace(saved, ical=FIRST))
    assert texts(store)[-2:] == [(THIRD, None), (None, FIRST)]


def test_an_empty_text_is_a_text(store: SqliteStore) -> None:
    saved = written(store, replace(TASK, base=""), replace(TASK, uid="b", ical="", base=FIRST))

    assert [record and (record.ical, record.base) for record in map(store.get, (1, saved.id))] == [(FIRST, ""), ("", FIRST)]
    assert texts(store) == [(None, FIRST), (None, "")]
    assert store.pending("work") == (1, saved.id)


def test_a_database_that_has_them_three_times_means_the_same(tmp_path: Path, path: Path) -> None:
    older = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, older)
    for file in older.iterdir():
        if int(file.name[:4]) > 9:
            file.unlink()
    SqliteStore(path, migrations=older).close()
    with closing(sqlite3.connect(path)) as database, database:
        for number, uid, ical, base in ((1, b"a", b"A2", b"A2"), (2, b"b", b"B2", b"B1"), (7, b"c", None, b"C1")):
            values = (number, "work", uid, b"/" + uid, "e", "", ical, base)
            database.execute(
                "INSERT INTO resource (id, calendar, uid, href, etag, schedule_tag, ical, base) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            database.execute(LISTING, (number, uid))
        database.execute("DELETE FROM listing WHERE resource = 7")
        database.execute("DELETE FROM resource WHERE id = 7")
        database.execute("INSERT INTO run (kind, command, at) VALUES ('sync', 'sync', '2026-02-28T23:00:00+00:00')")
        for before, after in ((None, b"A1"), (b"A1", b"A2")):
            change = (1, "2026-02-28T23:00:00+00:00", 1, b"a", "work", "", before, after, "")
            database.execute(
                "INSERT INTO change (run, at, resource, uid, calendar, summary, before, after, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                change,
            )

    with closing(SqliteStore(path)) as store:
        one, two = store.get(1), store.get(2)
        assert one is not None
        assert two is not None
        assert (one.ical, one.base, two.ical, two.base) == ("A2", "A2", "B2", "B1")
        assert store.pending("work") == (2,)
        written(store, replace(one, ical="A3"))
        assert texts(store) == [(None, "A1"), ("A1", "A2"), ("A2", "A3")]
        assert written(store, replace(TASK, uid="d")).id == 8
        assert store.check() == ()
