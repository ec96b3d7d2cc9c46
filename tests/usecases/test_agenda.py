from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import pytest
from tests.usecases.test_meetings import event, put

from deadlines.cli.agenda_text import agenda_text
from deadlines.cli.table import Screen
from deadlines.core.settings import Settings
from deadlines.errors import UnknownName
from deadlines.usecases.agenda import Agenda, Due, agenda
from deadlines.usecases.agenda_json import agenda_json
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.tasks import add, finish


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As the others have it, but with addresses."""
    acme, edo = settings.clients["acme"], settings.clients["edo"]
    clients = {"acme": replace(acme, emails=("*@acme.example",)), "edo": edo}
    return replace(settings, clients=MappingProxyType(clients))


def shown(found: Agenda) -> list[str]:
    """`24 15:00-16:00 Call`."""
    lines = [f"late {due.row.index.summary}" for due in found.late]
    for day in found.days:
        for item in day.items:
            if isinstance(item, Due):
                lines.append(f"{day.date:%d} {item.at:%H:%M} {item.row.index.summary}")
            else:
                lines.append(f"{day.date:%d} {item.part.start:%H:%M}-{item.part.end:%H:%M} {item.meeting.summary}")
    return lines


def text(desk: Desk, found: Agenda, columns: int | None = None) -> str:
    return agenda_text(found, desk.settings, Screen(columns=columns), now=desk.now)


def test_tasks_and_meetings_stand_together_by_their_time(desk: Desk) -> None:
    add(desk, Draft(summary="Late", due="2026-11-20"))
    add(desk, Draft(summary="Page", due="2026-11-24 16:00"))
    add(desk, Draft(summary="Invoice", due="2026-11-24"))
    add(desk, Draft(summary="Some day"))
    add(desk, Draft(summary="Far away", due="2026-12-24"))
    finish(desk, ["3"])
    put(desk, event("SUMMARY:Call", "DTSTART:20261124T150000Z", "DURATION:PT1H", "CATEGORIES:acme"))
    put(desk, event("SUMMARY:Next", "DTSTART:20261201T150000Z", "DURATION:PT1H", uid="f"))

    found = agenda(desk, days=7)
    assert shown(found) == ["late Late", "24 15:00-16:00 Call", "24 15:00 Page"]
    assert "01 15:00-16:00 Next" in shown(agenda(desk, days=9))


def test_what_is_due_at_the_end_of_a_day_stands_on_it(desk: Desk) -> None:
    add(desk, Draft(summary="Invoice", due="2026-11-24"))

    (day,) = agenda(desk, days=7).days
    assert f"{day.date}" == "2026-11-24"
    assert "24:00" in text(desk, agenda(desk, days=7))


def test_a_meeting_stands_on_every_day_that_it_touches(desk: Desk) -> None:
    put(desk, event("SUMMARY:Trip", "DTSTART;TZID=Europe/Oslo:20261124T220000", "DTEND;TZID=Europe/Oslo:20261126T010000"))

    assert shown(agenda(desk, days=7)) == ["24 21:00-23:00 Trip", "25 23:00-23:00 Trip", "26 23:00-00:00 Trip"]
    assert [line.split()[1] for line in text(desk, agenda(desk, days=7)).splitlines()[1:]] == [
        "22:00-24:00",
        "00:00-24:00",
        "00:00-01:00",
    ]


def test_what_began_before_today_is_on_from_midnight(desk: Desk) -> None:
    put(desk, event("SUMMARY:Trip", "DTSTART:20261101T220000Z", "DTEND:20261123T140000Z"))

    assert shown(agenda(desk, days=7)) == ["23 23:00-14:00 Trip"]


def test_a_day_is_that_day_for_everybody(desk: Desk) -> None:
    """Thanksgiving of the client in New York, whose Thursday is not mine."""
    put(desk, event("SUMMARY:Closed", "DTSTART;VALUE=DATE:20261126", "CATEGORIES:acme", "DTEND;VALUE=DATE:20261128"))

    assert [f"{day.date:%d}" for day in agenda(desk, days=7).days] == ["26", "27"]
    assert text(desk, agenda(desk, days=7)).count("all day") == 2


def test_both_clocks_and_whose_hours_it_leaves(desk: Desk) -> None:
    both = ("ATTENDEE:mailto:ann@acme.example", "CATEGORIES:edo", "SUMMARY:Retro")
    put(desk, event("DTSTART:20261124T153000Z", "DURATION:PT30M", *both))
    put(desk, event("SUMMARY:Dentist", "DTSTART:20261124T150000Z", "DURATION:PT1H", uid="f"))
    put(desk, event("SUMMARY:Call", "DTSTART:20261125T150000Z", "DURATION:PT30M", "CATEGORIES:acme", uid="g"))
    put(desk, event("SUMMARY:Thanks", "DTSTART:20261126T150000Z", "DURATION:PT30M", "CATEGORIES:acme", uid="h"))

    assert text(desk, agenda(desk, days=7)) == (
        "DAY         HERE         THERE                            CLIENT    ID  WHAT     NOTE\n"
        "2026-11-24  16:00-17:00  -                                -         2   Dentist  clash\n"
        "2026-11-24  16:30-17:00  Wed 00:30 Tokyo, 10:30 New York  edo,acme  1   Retro    outside: edo; edge: you; clash\n"
        "2026-11-25  16:00-16:30  10:00 New York                   acme      3   Call     ok\n"
        "2026-11-26  16:00-16:30  10:00 New York                   acme      4   Thanks   day off: acme\n"
    )


def test_on_a_terminal_the_days_are_headings(desk: Desk) -> None:
    add(desk, Draft(summary="Late", due="2026-11-20"))
    add(desk, Draft(summary="Landing page", due="tue 17:00", client="acme"))
    put(desk, event("SUMMARY:Call with a very long name that does not fit", "DTSTART:20261123T150000Z", "DURATION:PT30M"))

    found = text(desk, agenda(desk, days=7), columns=80)
    assert [line for line in found.splitlines() if not line.startswith("  ")] == [
        "Late",
        "",
        "Mon 23 Nov, today",
        "",
        "Tue 24 Nov, tomorrow",
    ]
    assert all(len(line) <= 80 for line in found.splitlines())
    assert found.splitlines()[1].split()[:2] == ["20", "Nov"]


def test_foreign_text_cannot_reach_the_terminal(desk: Desk) -> None:
    put(desk, event("SUMMARY:\x1b]52;c;AAAA\x07\u202e", "DTSTART:20261124T150000Z", "DURATION:PT1H"))

    for columns in (80, None):
        assert all(line.isprintable() for line in text(desk, agenda(desk, days=7), columns).splitlines())


def test_of_one_client_alone(desk: Desk) -> None:
    add(desk, Draft(summary="Mine", due="2026-11-24"))
    add(desk, Draft(summary="Theirs", due="2026-11-24", client="acme"))
    put(desk, event("SUMMARY:Call", "DTSTART:20261124T150000Z", "DURATION:PT1H", "CATEGORIES:acme"))
    put(desk, event("SUMMARY:Dentist", "DTSTART:20261124T150000Z", "DURATION:PT1H", uid="f"))

    found = agenda(desk, days=7, client="acme")
    assert shown(found) == ["24 15:00-16:00 Call", "24 22:00 Theirs"]
    assert "clash" in text(desk, found)
    with pytest.raises(UnknownName):
        agenda(desk, days=7, client="acmee")


def test_a_day_of_25_hours_is_one_day(desk: Desk) -> None:
    """25 October 2026 in Oslo."""
    there = replace(desk, now=datetime.fromisoformat("2026-10-25T00:30:00+00:00"))
    put(there, event("SUMMARY:Night", "DTSTART:20261024T230000Z", "DTEND:20261025T230000Z"))
    put(there, event("SUMMARY:Last", "DTSTART:20261025T223000Z", "DURATION:PT20M", uid="f"))

    (day,) = agenda(there, days=1).days
    assert [item.part.length.total_seconds() / 3600 for item in day.items if not isinstance(item, Due)] == [24, 1 / 3]


def test_nothing_is_nothing(desk: Desk) -> None:
    found = agenda(desk, days=7)

    assert (found.late, found.days, text(desk, found)) == ([], [], "")
    assert agenda_json(found, desk.settings, now=desk.now) == {"late": [], "days": []}
