from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.usecases.conftest import NOW, Later, record

from deadlines.core.availability import parse_hours
from deadlines.core.client import AllDayDue
from deadlines.core.settings import Settings
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.ical.moments import same
from deadlines.store.base import Record, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.index import Indexer, spelt, when_of
from deadlines.usecases.refresh import fingerprint, news, refresh
from deadlines.usecases.spelling import dates_of, spelt_dates
from deadlines.usecases.tasks import add, finish

EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e\r\nSUMMARY:Call\r\nSTATUS:CONFIRMED\r\nCATEGORIES:acme\r\n"
    "DTSTART:20261127T150000\r\nDTEND:20261127T160000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def with_hours(settings: Settings, hours: str) -> Settings:
    acme = settings.clients["acme"]
    changed = replace(acme, availability=replace(acme.availability, weekly=parse_hours(hours)))
    return replace(settings, clients={**settings.clients, "acme": changed})


def put(desk: Desk, ical: str) -> int:
    uid, index = desk.index(ical, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        return writer.put(Record(uid=uid, calendar="work", ical=ical, base=ical, index=index)).id


@pytest.mark.parametrize(
    ("categories", "calendar", "key"),
    [
        ((), "work", None),
        ((), "edo", "edo"),
        (("ACME",), "work", "acme"),
        (("x", "Acme Inc."), "edo", "acme"),
        (("edo", "acme"), "work", "edo"),
        (("acme", "edo"), "work", "acme"),
    ],
)
def test_a_task_is_whose_category_comes_first_else_the_calendars(
    desk: Desk, categories: tuple[str, ...], calendar: str, key: str | None
) -> None:
    client = desk.index.client_of(categories, calendar)

    assert (client.key if client else None) == key


def test_a_calendar_of_two_clients_belongs_to_neither(settings: Settings) -> None:
    both = {key: replace(client, calendar="edo") for key, client in settings.clients.items()}

    assert Indexer(replace(settings, clients=both)).client_of((), "edo") is None


def test_the_default_calendar_is_no_clients_own(settings: Settings) -> None:
    mine = replace(settings, me=replace(settings.me, default_calendar="edo"))

    assert Indexer(mine).client_of((), "edo") is None


def test_without_clients_everything_is_mine(settings: Settings) -> None:
    assert Indexer(replace(settings, clients={})).client_of(("acme",), "edo") is None


@pytest.mark.parametrize(
    "when",
    [
        None,
        AllDay(date(2026, 11, 27)),
        Floating(datetime(2026, 11, 27, 17)),  # noqa: DTZ001 - a floating time
        Zoned(datetime(2026, 11, 27, 17), "Asia/Tokyo", ZoneInfo("Asia/Tokyo")),  # noqa: DTZ001 - a wall time
    ],
)
def test_the_columns_tell_the_time_again(when: When | None) -> None:
    assert same(when_of(*spelt(when)), when)


def test_a_clock_that_only_the_text_defines_is_not_told_again() -> None:
    assert when_of("zoned", "2026-11-27T17:00:00", "Moon/Base") is None


def test_dates_are_words_of_which_those_come_back_whose_zone_is_known() -> None:
    oslo = Zoned(datetime(2026, 3, 29, 10), "/mozilla.org/20050126_1/Europe/Oslo", ZoneInfo("Europe/Oslo"))  # noqa: DTZ001 - wall time
    dates = (oslo, AllDay(date(2026, 3, 30)), replace(oslo, tzid="Our own clock"))

    assert dates_of(spelt_dates(dates)) == dates[:2]


def test_a_floating_time_is_read_on_the_clients_clock(desk: Desk) -> None:
    _, index = desk.index(EVENT, "work")

    assert index.client == "acme"
    assert index.start_at == datetime(2026, 11, 27, 20, tzinfo=UTC).timestamp()
    assert index.end_at == datetime(2026, 11, 27, 21, tzinfo=UTC).timestamp()


def test_what_is_neither_task_nor_event_is_kept_without_times(desk: Desk) -> None:
    uid, index = desk.index(EVENT.replace("VEVENT", "VJOURNAL"), "work")

    assert (uid, index.component, index.start_at) == ("e", "VJOURNAL", None)


# --- again


def test_nothing_is_derived_twice(desk: Desk, settings: Settings) -> None:
    add(desk, Draft(summary="x", client="acme", due="2026-11-27"))
    first, second = (refresh(desk.store, desk.index, "2026b") for _ in range(2))

    assert (first.before, first.moved, second.before, second.moved) == ("", [], "2026b", ())
    assert news(first, settings, now=NOW) == ""


def test_changed_hours_move_what_is_due_on_a_date(desk: Desk, settings: Settings) -> None:
    number = add(desk, Draft(summary="Draft", client="acme", due="2026-11-27")).tasks[0].id
    timed = add(desk, Draft(summary="Call", client="acme", due="fri 17:00")).tasks[0]
    refresh(desk.store, desk.index, "2026b")
    later = with_hours(settings, "Mon-Fri 09:00-18:00")

    refreshed = refresh(desk.store, Indexer(later), "2026b")

    assert record(desk, number).index.due_at == datetime(2026, 11, 27, 23, tzinfo=UTC).timestamp()
    assert [row.id for row, _ in refreshed.moved] == [number]
    assert timed.id != number
    assert news(refreshed, later, now=NOW) == (
        "zones or working hours changed: 1 due instant moved: Draft (Fri 27 Nov 23:00 -> Sat 28 Nov 00:00)"
    )


def test_new_zone_data_is_named_with_what_moved(desk: Desk, settings: Settings) -> None:
    for number in range(7):
        add(desk, Draft(summary=f"T{number}", client="acme", due="2026-11-27"))
    finish(desk, ["7"])
    refresh(desk.store, desk.index, "2026b")
    later = with_hours(settings, "Mon-Fri 09:00-16:00")

    said = news(refresh(desk.store, Indexer(later), "2026f"), later, now=NOW)

    assert said.startswith("time zone data 2026b -> 2026f: 6 due instants moved: T0 (Fri 27 Nov 23:00 -> Fri 27 Nov 22:00), T1")
    assert said.endswith("T4 (Fri 27 Nov 23:00 -> Fri 27 Nov 22:00) and 1 more")


def test_new_zone_data_under_which_nothing_moves_is_no_news(desk: Desk, settings: Settings) -> None:
    add(desk, Draft(summary="x", client="acme", due="2026-11-27"))
    refresh(desk.store, desk.index, "2026b")

    assert news(refresh(desk.store, desk.index, "2026f"), settings, now=NOW) == ""


def test_a_client_who_moves_takes_floating_events_along(desk: Desk, settings: Settings) -> None:
    number = put(desk, EVENT)
    refresh(desk.store, desk.index, "2026b")
    tokyo = replace(settings.clients["acme"], zone=ZoneInfo("Asia/Tokyo"))

    refresh(desk.store, Indexer(replace(settings, clients={"acme": tokyo})), "2026b")

    index = record(desk, number).index
    assert index.start_at == datetime(2026, 11, 27, 6, tzinfo=UTC).timestamp()
    assert index.end_at == datetime(2026, 11, 27, 7, tzinfo=UTC).timestamp()


def test_a_client_who_leaves_leaves_the_task_to_me(desk: Desk, settings: Settings) -> None:
    number = add(desk, Draft(summary="x", client="acme", due="2026-11-27")).tasks[0].id
    refresh(desk.store, desk.index, "2026b")

    refresh(desk.store, Indexer(replace(settings, clients={})), "2026b")

    index = record(desk, number).index
    assert (index.client, index.due_at) == ("", datetime(2026, 11, 27, 23, tzinfo=UTC).timestamp())


def test_whatever_an_instant_depends_on_is_in_the_fingerprint(settings: Settings) -> None:
    me, acme = settings.me, settings.clients["acme"]

    def of(changed: Settings) -> str:
        return fingerprint(changed, "2026b")

    variants = [
        settings,
        with_hours(settings, "Mon 9-17"),
        replace(settings, me=replace(me, zone=ZoneInfo("Asia/Tokyo"))),
        replace(settings, me=replace(me, all_day_due=AllDayDue.START_OF_DAY)),
        replace(settings, me=replace(me, default_calendar="edo")),
        replace(settings, clients={"acme": replace(acme, calendar="edo")}),
        replace(settings, clients={"acme": replace(acme, all_day_due=AllDayDue.END_OF_DAY)}),
    ]
    assert len({of(variant) for variant in variants}) == len(variants)
    assert fingerprint(settings, "2026b") != fingerprint(settings, "2026f")
    assert of(replace(settings, clients={**settings.clients, "acme": replace(acme, warn_before=timedelta(1))})) == of(settings)


def test_time_passing_makes_nothing_stale(desk: Desk, later: Later) -> None:
    add(desk, Draft(summary="x", due="2026-11-27"))
    refresh(desk.store, desk.index, "2026b")

    assert refresh(later(timedelta(days=400)).store, desk.index, "2026b").moved == ()
