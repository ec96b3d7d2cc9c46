from __future__ import annotations

from datetime import timedelta

import pytest
from tests.usecases.conftest import NOW, Later, record

from deadlines.core.effort import Effort
from deadlines.core.settings import TIME
from deadlines.errors import InputError, Refused, UnknownName
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.tasks import add, finish, remove
from deadlines.usecases.timing import efforts, entries, entries_of, spend, spent_by_task, start, stop

HOUR = timedelta(hours=1)
NONE = timedelta()


@pytest.fixture
def logo(desk: Desk) -> str:
    return str(add(desk, Draft(summary="Logo", client="acme", estimate="4h")).tasks[0].id)


def test_a_timer_counts_from_start_to_stop(desk: Desk, later: Later, logo: str) -> None:
    start(desk, logo, ago=NONE)

    timed = stop(later(2 * HOUR), ago=HOUR / 2)

    assert [(one.start, one.end) for one in timed.stopped] == [(NOW, NOW + 1.5 * HOUR)]
    assert timed.total == 1.5 * HOUR
    assert timed.doubtful == ()


def test_an_entry_is_the_clients_and_lives_in_the_calendar_of_time(desk: Desk, logo: str) -> None:
    entry = spend(desk, logo, HOUR, on="").entry

    assert entry is not None
    assert (entry.client, entry.summary, entry.start, entry.end) == ("acme", "Logo", NOW - HOUR, NOW)
    assert record(desk, entry.id).calendar == TIME


def test_a_task_in_the_clients_own_calendar_gives_its_client_to_the_time(desk: Desk) -> None:
    task = add(desk, Draft(summary="Draft", calendar="edo")).tasks[0]

    entry = spend(desk, str(task.id), HOUR, on="").entry

    assert entry is not None
    assert entry.client == "edo"


def test_starting_another_task_stops_the_first(desk: Desk, later: Later, logo: str) -> None:
    page = str(add(desk, Draft(summary="Page")).tasks[0].id)
    start(desk, logo, ago=NONE)

    timed = start(later(HOUR), page, ago=NONE)

    assert [(one.summary, one.end) for one in timed.stopped] == [("Logo", NOW + HOUR)]
    assert [one.summary for one in entries(desk.store) if one.end is None] == ["Page"]


@pytest.mark.parametrize(("after", "kept"), [((0, NONE), 0), ((59, NONE), 0), ((60, NONE), 1), ((7200, 3 * HOUR), 0)])
def test_less_than_a_minute_is_not_kept(desk: Desk, later: Later, logo: str, after: tuple[int, timedelta], kept: int) -> None:
    """A stop from before the start, too."""
    start(desk, logo, ago=NONE)

    timed = stop(later(timedelta(seconds=after[0])), ago=after[1])

    assert (len(timed.stopped), len(timed.dropped), len(entries(desk.store))) == (kept, 1 - kept, kept)
    assert timed.total == kept * timedelta(minutes=1)


def test_a_timer_that_was_stopped_at_once_runs_again_when_that_is_taken_back(desk: Desk, logo: str) -> None:
    page = str(add(desk, Draft(summary="Page")).tasks[0].id)
    start(desk, logo, ago=NONE)

    timed = start(desk, page, ago=NONE)

    assert [one.summary for one in timed.dropped] == ["Logo"]
    assert [one.summary for one in entries(desk.store)] == ["Page"]
    undo(desk, timed.run)
    assert [(one.summary, one.end) for one in entries(desk.store)] == [("Logo", None)]


def test_less_than_a_minute_cannot_be_said(desk: Desk, logo: str) -> None:
    with pytest.raises(InputError, match="less than a minute"):
        spend(desk, logo, timedelta(seconds=30), on="")


def test_a_timer_that_runs_is_not_started_twice(desk: Desk, logo: str) -> None:
    start(desk, logo, ago=NONE)

    with pytest.raises(Refused, match="the timer for Logo runs already"):
        start(desk, logo, ago=NONE)


def test_without_a_timer_there_is_nothing_to_stop(desk: Desk) -> None:
    with pytest.raises(Refused, match="no timer runs"):
        stop(desk, ago=NONE)


def test_a_timer_that_ran_overnight_was_probably_forgotten(desk: Desk, later: Later, logo: str) -> None:
    start(desk, logo, ago=NONE)

    assert [one.summary for one in stop(later(13 * HOUR), ago=NONE).doubtful] == ["Logo"]


@pytest.mark.parametrize(("on", "begins"), [("yesterday", "2026-11-22T08:00+00:00"), ("2026-07-01", "2026-07-01T07:00+00:00")])
def test_time_on_a_day_gone_by_begins_at_nine_on_my_clock(desk: Desk, logo: str, on: str, begins: str) -> None:
    entry = spend(desk, logo, HOUR, on=on).entry

    assert entry is not None
    assert entry.start.isoformat(timespec="minutes") == begins


@pytest.mark.parametrize(("on", "length", "why"), [("fri", HOUR, "not over yet"), ("yesterday 10:00", HOUR, "a day is wanted")])
def test_time_cannot_be_spent_ahead_nor_at_a_clock_time(desk: Desk, logo: str, on: str, length: timedelta, why: str) -> None:
    with pytest.raises(InputError, match=why):
        spend(desk, logo, length, on=on)

    assert list(entries(desk.store)) == []


def test_an_unknown_task_takes_no_time(desk: Desk) -> None:
    with pytest.raises(UnknownName):
        start(desk, "nope", ago=NONE)


def test_every_step_is_taken_back_by_undo(desk: Desk, later: Later, logo: str) -> None:
    start(desk, logo, ago=NONE)
    hour = later(HOUR)
    stop(hour, ago=NONE)

    undo(hour, None)
    running = [one.end for one in entries(desk.store)]
    undo(hour, None)

    assert running == [None]
    assert list(entries(desk.store)) == []


def test_time_outlives_its_task(desk: Desk, logo: str) -> None:
    row, _ = entries_of(desk, logo)
    spend(desk, logo, HOUR, on="")
    remove(desk, [logo])

    assert spent_by_task(entries(desk.store), now=NOW) == {row.uid: HOUR}


def test_entries_are_in_the_order_of_the_work(desk: Desk, logo: str) -> None:
    spend(desk, logo, HOUR, on="")
    spend(desk, logo, 2 * HOUR, on="yesterday")

    assert [one.spent(NOW) for one in entries_of(desk, logo)[1]] == [2 * HOUR, HOUR]


def test_efforts_are_finished_tasks_with_an_estimate_and_time(desk: Desk, logo: str) -> None:
    guessed = str(add(desk, Draft(summary="No estimate", client="acme")).tasks[0].id)
    unfinished = str(add(desk, Draft(summary="Open", client="acme", estimate="1h")).tasks[0].id)
    for key in (logo, guessed, unfinished):
        spend(desk, key, 6 * HOUR, on="")
    finish(desk, [logo, guessed])

    assert [replace_uid(effort) for effort in efforts(desk.store, now=NOW)] == [Effort("", "acme", 4 * HOUR, 6 * HOUR)]


def test_without_time_nothing_is_read(desk: Desk, logo: str) -> None:
    finish(desk, [logo])

    assert efforts(desk.store, now=NOW) == ()


def replace_uid(effort: Effort) -> Effort:
    return effort._replace(uid="")
