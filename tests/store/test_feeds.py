from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadlines.store.base import Index, Record, RunKind
from deadlines.store.feeds import FeedItem, FeedShelf, FeedState
from deadlines.store.schema import MIGRATIONS
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
STATE = FeedState(
    name="acme", key=b"k" * 32, token="ab", terms="t", seen=7, items=2, file="/srv/a.ics", look="1-2", head=99, written_at=NOW
)
LOGO = FeedItem("deadlines", 3, "20260329T013000Z", 2, "Europe/Oslo", b"BEGIN")


@pytest.fixture
def shelf(store: SqliteStore) -> Iterator[FeedShelf]:
    with store.feeds.transaction():
        yield store.feeds


def put(store: SqliteStore, uid: str, index: Index, calendar: str = "work") -> int:
    with store.write(RunKind.COMMAND, "add", now=NOW) as writer:
        return writer.put(Record(uid=uid, calendar=calendar, ical=f"BEGIN {uid} {index.summary}", index=index)).id


def test_a_state_comes_back(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.save(STATE._replace(name="all", written_at=None, token="", look=""))

    assert shelf.state("acme") == STATE
    assert shelf.names() == ("acme", "all")
    assert shelf.state("nobody") is None


def test_a_state_is_replaced_and_its_items_stay(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.put("acme", [LOGO])

    shelf.save(STATE._replace(seen=8))

    assert shelf.state("acme") == STATE._replace(seen=8)
    assert shelf.items("acme") == {("deadlines", 3): LOGO}


def test_items_are_put_replaced_and_dropped(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    task = LOGO._replace(kind="tasks", resource=1, zones="Asia/Tokyo Europe/Oslo", text=b"1")
    shelf.put("acme", [LOGO, task, task._replace(resource=2, text=b"2")])
    shelf.put("acme", [LOGO._replace(sequence=3)])
    shelf.drop("acme", [("tasks", 2), ("tasks", 99)])

    assert shelf.item("acme", LOGO.place) == LOGO._replace(sequence=3)
    assert shelf.item("acme", ("tasks", 2)) is None
    assert shelf.items("acme").keys() == {LOGO.place, task.place}
    assert shelf.zones("acme") == {"Asia/Tokyo", "Europe/Oslo"}


def test_texts_come_by_number(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.put("acme", [LOGO._replace(resource=number, text=b"%d" % number) for number in (10, 9, 100)])

    assert shelf.texts("acme", "deadlines") == [b"9", b"10", b"100"]
    assert shelf.texts("acme", "tasks") == []


def test_sizes_are_those_of_the_texts(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.put("acme", [LOGO._replace(resource=number, text=b"x" * number) for number in (1, 10, 100)])
    shelf.put("acme", [LOGO._replace(resource=10, text="✓\0".encode()), LOGO._replace(kind="tasks", resource=10)])

    assert [shelf.size("acme", "deadlines", *span) for span in ((0, 2**63 - 1), (1, 10), (2, 11), (11, 100))] == [105, 1, 4, 0]
    assert shelf.size("acme", "meetings", 0, 1000) == 0


def test_the_clocks_of_every_item_are_known(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.save(STATE._replace(name="other"))
    assert shelf.zones("acme") == frozenset()
    shelf.put("other", [LOGO._replace(zones="Asia/Tokyo")])
    shelf.put("acme", [LOGO._replace(resource=number, zones=zones) for number, zones in enumerate(("", "A B", "B", "C", "C"), 1)])

    assert shelf.zones("acme") == {"A", "B", "C"}
    shelf.drop("acme", [("deadlines", 2), ("deadlines", 4)])
    assert shelf.zones("acme") == {"B", "C"}


def test_feeds_of_a_version_that_kept_no_sizes_have_them(tmp_path: Path) -> None:
    before = tmp_path / "migrations"
    before.mkdir()
    for file in sorted(MIGRATIONS.glob("*.sql"))[:7]:
        shutil.copy(file, before)
    path = tmp_path / "deadlines.db"
    SqliteStore(path, migrations=before).close()
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("INSERT INTO feed VALUES ('acme', x'00', '', '', 0, '', '', NULL)")
        old.executemany("INSERT INTO feed_item VALUES ('acme', 'tasks', ?, '', 0, '', ?)", [(1, b"12345"), (2, b"123")])

    with closing(SqliteStore(path)) as store:
        state = store.feeds.state("acme")
        assert state is not None
        assert (state.items, state.head) == (2, 0)
        assert store.feeds.size("acme", "tasks", 1, 9) == 8


def test_what_is_forgotten_is_gone_with_its_items(shelf: FeedShelf) -> None:
    shelf.save(STATE)
    shelf.put("acme", [LOGO])

    shelf.forget("acme")

    assert shelf.state("acme") is None
    assert shelf.items("acme") == {}


def test_the_journal_tells_what_changed(store: SqliteStore) -> None:
    shelf = store.feeds
    assert shelf.newest_change() == 0
    first, second = put(store, "a", Index(component="VTODO")), put(store, "b", Index(component="VTODO"))
    seen = shelf.newest_change()

    assert sorted(shelf.changed_since(0, limit=2) or ()) == [first, second]
    assert shelf.changed_since(0, limit=1) is None
    assert shelf.changed_since(seen, limit=1) == ()
    record = store.get(second)
    assert record is not None
    with store.write(RunKind.COMMAND, "remove", now=NOW) as writer:
        writer.forget(record)
    assert shelf.changed_since(seen, limit=1) == (second,)


def test_tasks_are_those_due_in_a_span_and_those_open_and_never_due(store: SqliteStore) -> None:
    due = Index(component="VTODO", summary="due", status="needs-action", due_kind="zoned", due_at=100, categories=("a", "b"))
    numbers = {
        "in": put(store, "in", due),
        "before": put(store, "before", due._replace(due_at=99)),
        "at the end": put(store, "end", due._replace(due_at=200)),
        "done": put(store, "done", due._replace(due_at=150, status="completed")),
        "never": put(store, "never", Index(component="VTODO", status="in-process")),
        "never, done": put(store, "over", Index(component="VTODO", status="completed")),
        "event": put(store, "event", due._replace(component="VEVENT")),
    }

    rows = list(store.feeds.tasks(100, 200))

    assert [row.id for row in rows] == [numbers["in"], numbers["done"], numbers["never"]]
    assert (rows[0].uid, rows[0].summary, rows[0].categories) == (b"in", "due", ("a", "b"))
    assert (rows[0].is_open, rows[1].is_open) == (True, False)
    assert store.feeds.task(numbers["before"]) is not None
    assert store.feeds.task(numbers["event"]) is None


def test_nothing_is_derived_in_a_new_database(store: SqliteStore) -> None:
    assert store.feeds.derived_with() == ""
    with store.reindex("2026b\n..."):
        pass
    assert store.feeds.derived_with() == "2026b\n..."
