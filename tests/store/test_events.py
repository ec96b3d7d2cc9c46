from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deadlines.store.base import Index, Query, Record, RunKind
from deadlines.store.events import EventIndex
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
EVENT = EventIndex(
    clients=("acme", "beta"),
    attendees=("a@example.org", "b\udcff@example.org"),
    organizer="kari@example.org",
    location="Oslo",
    end_kind="zoned",
    end_value="2026-03-29T10:00:00",
    end_tzid="Europe/Oslo",
    first_at=100,
    last_at=200,
    busy=True,
    exdates=("zoned 2026-03-29T10:00:00 Europe/Oslo", "all-day 2026-03-30 "),
)
INDEX = Index(component="VEVENT", summary="Call", start_kind="zoned", start_at=100, end_at=200, event=EVENT)


def put(store: SqliteStore, index: Index, *, number: int = 0, uid: str = "e", ical: str | None = "TEXT") -> Record:
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        return writer.put(Record(id=number, uid=uid, calendar="work", ical=ical, base="TEXT", index=index))


def test_an_event_comes_back_with_all_it_has(store: SqliteStore) -> None:
    saved = put(store, INDEX)

    (row,) = store.events(0, 1000)
    assert (row.id, row.uid, row.calendar, row.summary, row.text) == (saved.id, "e", "work", "Call", None)
    assert row.event == EVENT._replace(attendees=("a@example.org", "b\ufffd@example.org"))


def test_the_text_comes_along_where_the_columns_do_not_tell_all(store: SqliteStore) -> None:
    put(store, INDEX._replace(event=EVENT._replace(needs_text=True)), ical="TEXT\udcff")

    assert [row.text for row in store.events(0, 1000)] == ["TEXT\udcff"]


@pytest.mark.parametrize(("start", "end", "found"), [(0, 100, 0), (0, 101, 1), (199, 300, 1), (200, 300, 0), (120, 130, 1)])
def test_only_what_may_take_place_in_the_span_is_found(store: SqliteStore, start: int, end: int, found: int) -> None:
    put(store, INDEX)

    assert len(list(store.events(start, end))) == found


def test_what_has_no_end_is_always_found(store: SqliteStore) -> None:
    put(store, INDEX._replace(event=EVENT._replace(last_at=None)))

    assert len(list(store.events(10**10, 10**10 + 1))) == 1


def test_what_was_removed_is_not_found(store: SqliteStore) -> None:
    saved = put(store, INDEX)
    put(store, INDEX, number=saved.id, ical=None)

    assert list(store.events(0, 1000)) == []


def test_what_became_a_task_is_no_event_any_more(store: SqliteStore) -> None:
    saved = put(store, INDEX)
    put(store, Index(component="VTODO", start_at=100), number=saved.id)

    assert list(store.events(0, 1000)) == []
    assert [row.index.event for row in store.rows(Query())] == [None]


def test_saving_what_was_read_leaves_the_event_as_it_was(store: SqliteStore) -> None:
    saved = put(store, INDEX)
    read = store.get(saved.id)
    assert read is not None
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(replace(read, etag='"2"'))

    assert [row.event.clients for row in store.events(0, 1000)] == [("acme", "beta")]


def test_an_event_that_is_forgotten_leaves_nothing_behind(store: SqliteStore) -> None:
    saved = put(store, INDEX)
    with store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.forget(saved)

    assert list(store.events(0, 1000)) == []
    assert store.check() == ()


def test_an_event_derived_anew_replaces_the_old_one(store: SqliteStore) -> None:
    saved = put(store, INDEX)
    with store.reindex("new") as pass_:
        assert pass_ is not None
        pass_.replace(saved.id, INDEX._replace(event=EVENT._replace(clients=("beta",))))

    assert [row.event.clients for row in store.events(0, 1000)] == [("beta",)]
