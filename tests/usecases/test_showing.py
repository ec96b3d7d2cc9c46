from __future__ import annotations

import pytest
from tests.usecases.test_meetings import event, put

from deadlines.errors import Refused, UnknownName
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import ITEM, find
from deadlines.usecases.history import changes_of_task
from deadlines.usecases.showing import ShownMeeting, show_item


def shown(desk: Desk, key: str) -> ShownMeeting:
    found = show_item(desk, key)
    assert isinstance(found, ShownMeeting)
    return found


def test_a_series_is_shown_with_its_next_instance(desk: Desk) -> None:
    put(desk, event("SUMMARY:Call", "DTSTART:20260105T140000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "CATEGORIES:acme"))

    view = shown(desk, "e").view
    assert view is not None
    assert view.clocks == "Mon 23 Nov 09:00-10:00 New York = Mon 23 Nov 15:00-16:00 Oslo"
    assert {key: verdict.value for key, verdict in view.verdicts.items()} == {"me": "inside", "acme": "edge"}


def test_what_is_over_is_shown_where_it_was(desk: Desk) -> None:
    put(desk, event("DTSTART:20260105T140000Z", "DURATION:PT1H"))

    view = shown(desk, "e").view
    assert view is not None
    assert (view.clocks, view.left) == ("Mon 5 Jan 15:00-16:00 Oslo", "")


def test_what_takes_place_at_no_time_is_shown_all_the_same(desk: Desk) -> None:
    put(desk, event("SUMMARY:When?"))

    found = shown(desk, "e")
    assert found.view is None
    assert found.as_json() == {"uid": "e", "id": 1, "summary": "When?", "calendar": "work", "problem": "DTSTART is missing"}
    assert len(changes_of_task(desk, "e")) == 1


def test_an_event_is_no_task_and_free_time_is_neither(desk: Desk) -> None:
    put(desk, event("SUMMARY:Call", "DTSTART:20260105T140000Z"))
    put(desk, event("FREEBUSY:20260105T140000Z/PT1H", uid="f", kind="VFREEBUSY"))

    assert find(desk, "e", ITEM).index.summary == "Call"
    with pytest.raises(Refused, match="e is not a task but an event"):
        find(desk, "e")
    with pytest.raises(Refused, match="f is not a task or meeting but free and busy time"):
        find(desk, "f", ITEM)
    with pytest.raises(UnknownName, match="unknown task: x"):
        find(desk, "x", ITEM)
