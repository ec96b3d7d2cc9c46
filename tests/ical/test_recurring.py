from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, Zoned
from deadlines.errors import CodecError
from deadlines.ical.read import read
from deadlines.ical.recurring import complete, reopen
from deadlines.ical.scan import decode

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def todo(*lines: str, after: str = "") -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VTODO", "UID:u", *lines, "END:VTODO", after + "END:VCALENDAR", ""])


def override(which: str, status: str) -> str:
    return f"BEGIN:VTODO\r\nUID:u\r\nRECURRENCE-ID:{which}\r\nSTATUS:{status}\r\nEND:VTODO\r\n"


def task_of(text: str) -> Task:
    task = read(text).task
    assert task is not None
    return task


def test_plain_task_is_done_and_reopened() -> None:
    text = todo("SUMMARY:x", "STATUS:NEEDS-ACTION")
    done = complete(text, now=NOW)

    assert "STATUS:COMPLETED\r\n" in done
    assert "COMPLETED:20261123T120000Z\r\n" in done
    assert "PERCENT-COMPLETE:100\r\n" in done
    assert complete(done, now=NOW) is done
    again = reopen(done, now=NOW)
    assert "COMPLET" not in again
    assert task_of(again).status is Status.NEEDS_ACTION
    assert reopen(again, now=NOW) is again


def test_repeating_task_moves_on_in_local_time_past_what_is_excluded() -> None:
    text = decode((DATA / "nextcloud_repeating_weekly.ics").read_bytes())
    moved = complete(text, now=NOW)
    task = task_of(moved)

    assert task.start == Zoned(at(2026, 11, 9, 9), "America/New_York", NEW_YORK)  # 26 Oct is before the change of the clocks
    assert task.due == Zoned(at(2026, 11, 13, 17), "America/New_York", NEW_YORK)
    assert (task.status, task.percent_complete, task.rrule) == (Status.NEEDS_ACTION, 0, "FREQ=WEEKLY;COUNT=1")
    assert "\r" not in moved
    assert "EXDATE;TZID=America/New_York:20261102T090000\n" in moved


def test_last_instance_completes_the_task() -> None:
    text = complete(decode((DATA / "nextcloud_repeating_weekly.ics").read_bytes()), now=NOW)
    done = task_of(complete(text, now=NOW))

    assert (done.status, done.percent_complete, done.completed) == (Status.COMPLETED, 100, NOW)


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (["DUE;VALUE=DATE:20261130", "RRULE:FREQ=MONTHLY"], AllDay(date(2026, 12, 30))),
        (["DTSTART;VALUE=DATE:20261129", "DUE;VALUE=DATE:20261130", "RRULE:FREQ=DAILY"], AllDay(date(2026, 12, 1))),
        (
            ["DTSTART:20261129T090000", "DUE:20261130T100000", "RRULE:FREQ=DAILY;UNTIL=20261201T000000"],
            Floating(at(2026, 12, 1, 10)),
        ),
        (["DTSTART:20261129T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY"], Floating(at(2026, 11, 30, 10))),
        (["DTSTART:20261129T090000", "RRULE:FREQ=DAILY"], None),
    ],
)
def test_due_moves_as_far_as_the_start(lines: list[str], due: object) -> None:
    task = task_of(complete(todo(*lines), now=NOW))

    assert task.status is Status.NEEDS_ACTION
    assert task.due == due


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=DAILY"],
        ["DUE:20261130T100000", "RRULE:FREQ=NEVER"],
        ["DUE:20261130T100000", "RRULE:FREQ=DAILY;UNTIL=20261130T110000"],
    ],
)
def test_without_a_next_instance_the_task_is_done(lines: list[str]) -> None:
    assert task_of(complete(todo(*lines), now=NOW)).status is Status.COMPLETED


def test_instances_that_are_over_already_are_passed_over() -> None:
    after = (
        override("20261130T090000", "COMPLETED")
        + override("20261201T090000", "cancelled")
        + override("20261202T090000", "IN-PROCESS")
    )
    after += override("broken", "COMPLETED")
    moved = complete(todo("DTSTART:20261129T090000", "RRULE:FREQ=DAILY;COUNT=9", after=after), now=NOW)

    assert task_of(moved).start == Floating(at(2026, 12, 2, 9))
    assert task_of(moved).rrule == "FREQ=DAILY;COUNT=6"
    assert moved.count("RECURRENCE-ID") == 4


def test_what_holds_no_task_is_refused() -> None:
    with pytest.raises(CodecError):
        complete(decode((DATA / "override_without_master.ics").read_bytes()), now=NOW)
