from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.task import Status, Task
from deadlines.core.when import AllDay, Floating, Zoned
from deadlines.errors import CodecError
from deadlines.ical.read import read
from deadlines.ical.recurring import Finished, complete, finished, moved_on, reopen
from deadlines.ical.scan import decode

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def in_utc(*parts: int) -> Zoned:
    return Zoned(at(*parts), "UTC", UTC)


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


# --- what other programs did


WEEKLY = ("RRULE:FREQ=WEEKLY", "DTSTART;TZID=America/New_York:20261120T090000", "DUE;TZID=America/New_York:20261120T170000")
FRIDAYS = todo(*WEEKLY, "STATUS:NEEDS-ACTION")


def moved_to(text: str, day: str, *, of: tuple[str, ...] = ("DTSTART", "DUE")) -> str:
    return "\r\n".join(line.replace("20261120", day) if line.startswith(of) else line for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FRIDAYS, moved_to(FRIDAYS, "20261127")),
        (FRIDAYS, moved_to(FRIDAYS, "20261218")),  # several at once
        (todo("RRULE:FREQ=DAILY", "DUE;VALUE=DATE:20261120"), todo("RRULE:FREQ=DAILY", "DUE;VALUE=DATE:20261121")),
        (
            todo("RRULE:FREQ=DAILY;COUNT=3", "DUE;VALUE=DATE:20261120"),
            todo("RRULE:FREQ=DAILY;COUNT=2", "DUE;VALUE=DATE:20261121"),
        ),
        (FRIDAYS, todo("RRULE:FREQ=WEEKLY", "DTSTART:20261127T140000Z", "DUE:20261127T220000Z", "STATUS:IN-PROCESS")),
        (
            todo("RRULE:FREQ=DAILY", "DUE;VALUE=DATE:20261120", "EXDATE;VALUE=DATE:20261121"),
            todo("RRULE:FREQ=DAILY", "DUE;VALUE=DATE:20261122", "EXDATE;VALUE=DATE:20261121"),
        ),
    ],
)
def test_moved_on_by_its_rule(before: str, after: str) -> None:
    assert moved_on(before, after)
    assert not moved_on(after, before)


def test_our_own_step_is_one_too() -> None:
    """Across the end of daylight saving, with a start and a due on different sides of it."""
    text = todo("RRULE:FREQ=DAILY", "DTSTART;TZID=America/New_York:20261030T230000", "DUE;TZID=America/New_York:20261031T010000")
    for _ in range(4):
        after = complete(text, now=NOW)
        assert moved_on(text, after)
        text = after


@pytest.mark.parametrize(
    "after",
    [
        FRIDAYS,
        FRIDAYS.replace("SUMMARY:", "SUMMARY:Other"),
        moved_to(FRIDAYS, "20261126"),  # a day of no instance
        moved_to(FRIDAYS, "20261113"),
        moved_to(FRIDAYS, "20261127", of=("DUE",)),  # put off, by hand
        moved_to(FRIDAYS, "20261127", of=("DTSTART",)),
        moved_to(FRIDAYS, "20261127").replace("T170000", "T180000"),
        moved_to(FRIDAYS, "20261127").replace("NEEDS-ACTION", "CANCELLED"),
        moved_to(FRIDAYS, "20261127").replace("NEEDS-ACTION", "COMPLETED"),
        moved_to(FRIDAYS, "20261127").replace("RRULE:FREQ=WEEKLY\r\n", ""),
        moved_to(FRIDAYS, "20401123"),  # further than anybody would go step by step
        todo("RRULE:FREQ=WEEKLY"),
        todo("RRULE:FREQ=WEEKLY").replace("VTODO", "VEVENT"),
    ],
)
def test_not_moved_on(after: str) -> None:
    assert not moved_on(FRIDAYS, after)


@pytest.mark.parametrize(
    "before",
    [
        FRIDAYS.replace("RRULE:FREQ=WEEKLY\r\n", ""),
        FRIDAYS.replace("RRULE:FREQ=WEEKLY", "RRULE:FREQ=NEVER"),
        FRIDAYS.replace("RRULE:FREQ=WEEKLY", "RRULE:FREQ=WEEKLY;COUNT=1"),
        FRIDAYS.replace("NEEDS-ACTION", "COMPLETED"),
        todo("RRULE:FREQ=WEEKLY"),
        todo("RRULE:FREQ=DAILY", "DTSTART;VALUE=DATE:99991230", "DUE;VALUE=DATE:99991231"),
    ],
)
def test_what_had_no_next_instance_was_not_moved_on(before: str) -> None:
    assert not moved_on(before, moved_to(FRIDAYS, "20261127"))


def test_a_due_after_the_end_of_time_ends_the_series() -> None:
    done = complete(todo("RRULE:FREQ=YEARLY;INTERVAL=5000", "DTSTART;VALUE=DATE:20260101", "DUE;VALUE=DATE:60000101"), now=NOW)

    assert task_of(done).status is Status.COMPLETED


def test_overrides_that_are_completed() -> None:
    overrides = (
        override("20261127T140000Z", "COMPLETED").replace("STATUS", "COMPLETED:20261128T100000Z\r\nSTATUS"),
        override("20261204T140000Z", "COMPLETED").replace(
            "STATUS", "DUE:20261205T000000Z\r\nCOMPLETED:20261204T100000Z\r\nSTATUS"
        ),
        override("20261211T140000Z", "COMPLETED"),  # does not say when
        override("20261218T140000Z", "CANCELLED").replace("STATUS", "COMPLETED:20261218T100000Z\r\nSTATUS"),
        override("sometime", "COMPLETED").replace("STATUS", "COMPLETED:20261218T100000Z\r\nSTATUS"),
        override("20261225T140000Z", "COMPLETED").replace("STATUS", "COMPLETED:sometime\r\nSTATUS"),
    )

    found = list(
        finished(todo("RRULE:FREQ=WEEKLY", "DTSTART:20261120T140000Z", "DUE:20261120T220000Z", after="".join(overrides)))
    )

    assert found == [
        Finished(datetime(2026, 11, 28, 10, tzinfo=UTC), in_utc(2026, 11, 27, 14), in_utc(2026, 11, 27, 22)),
        Finished(datetime(2026, 12, 4, 10, tzinfo=UTC), in_utc(2026, 12, 4, 14), in_utc(2026, 12, 5)),
    ]
    assert list(finished(todo("SUMMARY:x", after=overrides[0]))) == []
    assert list(finished(f"BEGIN:VCALENDAR\r\n{overrides[0]}END:VCALENDAR\r\n")) == []


def test_the_due_of_an_override_past_the_end_of_time_is_none() -> None:
    over = (
        override("80001121", "COMPLETED")
        .replace("ID:", "ID;VALUE=DATE:")
        .replace("STATUS", "COMPLETED:20261128T100000Z\r\nSTATUS")
    )

    (one,) = finished(todo("RRULE:FREQ=DAILY", "DTSTART;VALUE=DATE:20261120", "DUE;VALUE=DATE:90001231", after=over))

    assert one.due is None
