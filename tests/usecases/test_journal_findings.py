from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.usecases.conftest import NOW, Later, Phone, Synced

from deadlines.core.findings import Code, Finding
from deadlines.core.settings import Policy
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.muting import acknowledge
from deadlines.usecases.tasks import add, edit, finish, remove

HOUR = timedelta(hours=1)
DUE = "DUE;TZID=America/New_York:"


def found(desk: Desk, code: Code) -> list[Finding]:
    return [one.finding for one in check(desk, codes=[code]).holding]


def moves(desk: Desk) -> list[Finding]:
    return found(desk, Code.DUE_MOVED)


def conflicts(desk: Desk) -> list[Finding]:
    return found(desk, Code.CONFLICT_WAITS)


def there(phone: Phone, old: str, new: str, *, stamp: str = "20261123T125000Z") -> None:
    """Somebody edits the only task on the server."""
    (text,) = phone.texts()
    assert old in text
    kept = [line for line in text.replace(old, new).split("\r\n") if not line.startswith("LAST-MODIFIED")]
    phone.put("\r\n".join(kept).replace("END:VTODO", f"LAST-MODIFIED:{stamp}\r\nEND:VTODO"))


@pytest.fixture
def draft(desk: Desk, synced: Synced) -> Desk:
    """Synced with one task, due on 4 December at Acme's 17:00."""
    add(desk, Draft(summary="Draft", client="acme", due="2026-12-04 17:00"))
    synced(desk)
    return desk


@pytest.fixture
def moved(draft: Desk, later: Later, phone: Phone, synced: Synced) -> Desk:
    """They moved it to Wednesday, which a sync found an hour later."""
    there(phone, f"{DUE}20261204T170000", f"{DUE}20261202T170000")
    synced(later(HOUR))
    assert draft.store.runs()
    return later(HOUR)


def test_a_due_that_they_moved_is_told_with_both_dates_on_both_clocks(moved: Desk) -> None:
    (one,) = moves(moved)

    assert one.message == (
        "a sync on Mon 23 Nov 14:00 moved the due date from Fri 4 Dec 17:00 New York = Fri 4 Dec 23:00 Oslo to "
        "Wed 2 Dec 17:00 New York = Wed 2 Dec 23:00 Oslo (in 9 d 9 h)"
    )
    assert one.facts == {
        "before": datetime(2026, 12, 4, 22, tzinfo=UTC),
        "after": datetime(2026, 12, 2, 22, tzinfo=UTC),
        "run": moved.store.runs()[0].id,
        "moved": NOW + HOUR,
    }
    assert (one.summary, one.client, one.remedy) == (
        "Draft",
        "acme",
        "if that was not you, talk to them, else acknowledge this; deadlines log 1 shows what happened to it",
    )


def test_it_is_told_for_two_weeks_or_until_it_is_acknowledged(moved: Desk) -> None:
    assert len(moves(replace(moved, now=moved.now + timedelta(days=14)))) == 1
    assert moves(replace(moved, now=moved.now + timedelta(days=14, seconds=1))) == []

    acknowledge(moved, ["D106"])

    assert moves(moved) == []


def test_moving_it_again_is_another_matter_and_the_last_move_is_told(
    moved: Desk, later: Later, phone: Phone, synced: Synced
) -> None:
    acknowledge(moved, ["D106"])
    there(phone, f"{DUE}20261202T170000", f"{DUE}20261201T170000")
    synced(later(2 * HOUR))

    (one,) = moves(later(2 * HOUR))

    assert one.facts["before"] == datetime(2026, 12, 2, 22, tzinfo=UTC)


def test_where_i_moved_it_since_nothing_is_told(moved: Desk) -> None:
    edit(moved, "1", Draft(due="2026-12-03 17:00"))

    assert moves(moved) == []


def test_what_is_done_is_not_told(moved: Desk) -> None:
    finish(moved, ["1"])

    assert moves(moved) == []


def test_what_an_undo_took_back_is_not_told(moved: Desk) -> None:
    undo(moved, None)

    assert moves(moved) == []


@pytest.mark.parametrize(
    "edit_there",
    [
        ("SUMMARY:Draft", "SUMMARY:Sketch"),
        (f"{DUE}20261204T170000", "DUE:20261204T220000Z"),
        (f"{DUE}20261204T170000", "DUE;TZID=Europe/Oslo:20261204T230000"),
    ],
)
@pytest.mark.usefixtures("draft")
def test_what_moves_nothing_is_not_told(later: Later, phone: Phone, synced: Synced, edit_there: tuple[str, str]) -> None:
    there(phone, *edit_there)
    synced(later(HOUR))

    assert moves(later(HOUR)) == []


@pytest.mark.usefixtures("draft")
def test_my_own_move_is_not_told(later: Later, synced: Synced) -> None:
    edit(later(HOUR), "1", Draft(due="2026-12-03 17:00"))
    synced(later(HOUR))

    assert moves(later(HOUR)) == []


@pytest.mark.usefixtures("draft")
def test_a_due_that_they_took_away_is_told(later: Later, phone: Phone, synced: Synced) -> None:
    there(phone, f"{DUE}20261204T170000\r\n", "")
    synced(later(HOUR))

    (one,) = moves(later(HOUR))

    assert one.message == (
        "a sync on Mon 23 Nov 14:00 took the due date away, which was Fri 4 Dec 17:00 New York = Fri 4 Dec 23:00 Oslo"
    )
    assert one.at is None


@pytest.mark.parametrize(("day", "told"), [("20261211", 0), ("20261203", 1)])
def test_a_task_that_repeats_and_moved_ahead_was_completed_there(
    later: Later, phone: Phone, synced: Synced, day: str, told: int
) -> None:
    add(later(HOUR), Draft(summary="Report", client="acme", due="2026-12-04 17:00", repeat="weekly"))
    synced(later(HOUR))
    there(phone, "20261204T170000", f"{day}T170000")
    synced(later(2 * HOUR))

    assert len(moves(later(2 * HOUR))) == told


# --- conflicts


def conflict(desk: Desk, later: Later, phone: Phone, synced: Synced) -> Desk:
    """Both sides rename it; they last."""
    there(phone, "SUMMARY:Draft", "SUMMARY:Theirs", stamp="20261123T133000Z")
    here = replace(later(HOUR), settings=desk.settings)
    edit(here, "1", Draft(summary="Mine"))
    synced(here)
    return here


def test_a_conflict_that_was_settled_is_told_until_somebody_looked(
    draft: Desk, later: Later, phone: Phone, synced: Synced
) -> None:
    here = conflict(draft, later, phone, synced)

    (one,) = conflicts(here)

    run = here.store.runs()[0].id
    assert one.message == (
        "both sides changed it before the sync on Mon 23 Nov 14:00 (conflict over SUMMARY: theirs kept); "
        "the other version is in the journal alone"
    )
    assert one.remedy == (f"deadlines log 1 --json has it, deadlines undo {run} takes that sync back; else acknowledge this")
    assert conflicts(replace(here, now=here.now + timedelta(days=30, seconds=1))) == []

    acknowledge(here, ["S502"])
    assert conflicts(here) == []


def test_a_conflict_that_was_taken_back_or_whose_task_is_gone_is_not_told(
    draft: Desk, later: Later, phone: Phone, synced: Synced
) -> None:
    here = conflict(draft, later, phone, synced)
    remove(here, ["1"])
    assert conflicts(here) == []

    undo(here, None)
    assert len(conflicts(here)) == 1

    undo(here, here.store.runs()[2].id)
    assert conflicts(here) == []


def test_a_conflict_waits_as_long_as_nobody_answers(draft: Desk, later: Later, phone: Phone, synced: Synced) -> None:
    work = draft.settings.calendars["work"]._replace(conflict=Policy.ASK)
    asking = replace(draft, settings=replace(draft.settings, calendars={"work": work}))
    there(phone, "SUMMARY:Draft", "SUMMARY:Theirs", stamp="20261123T133000Z")
    here = replace(later(HOUR), settings=asking.settings)
    edit(here, "1", Draft(summary="Mine"))
    assert conflicts(here) == []
    synced(here)

    (one,) = conflicts(here)

    assert (one.summary, one.message) == ("Mine", "both sides changed it, and neither is written until you say which to keep")
    assert one.remedy == "deadlines sync --calendar work at a terminal asks"
    edit(here, "1", Draft(note="still mine"))
    synced(here)
    assert [again.id for again in conflicts(here)] == [one.id]

    settled = replace(here, settings=replace(here.settings, calendars={"work": work._replace(conflict=Policy.MINE)}))
    synced(settled)

    assert [again.id for again in conflicts(here) if again.id == one.id] == []
