from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.usecases.test_meetings import event, put

from deadlines.core.away import parse_time_off, parse_travel
from deadlines.core.settings import Settings
from deadlines.core.slots import Cause
from deadlines.errors import InputError, UnknownName
from deadlines.usecases.desk import Desk
from deadlines.usecases.slots import Offer, Wanted, slots

QUARTERS = timedelta(minutes=45)
BUSY = ("DTSTART;TZID=Europe/Oslo:20261123T140000", "DTEND;TZID=Europe/Oslo:20261123T170000", "SUMMARY:Workshop")


def offer(desk: Desk, *keys: str, **more: Any) -> Offer:  # noqa: ANN401 # fields of what is wanted
    return slots(desk, Wanted(keys=keys, duration=QUARTERS)._replace(**more))


def starts(found: Offer) -> list[str]:
    return [f"{slot.span.start:%d %H:%M}" for slot in found.slots]


def but(desk: Desk, settings: Settings, **changes: object) -> Desk:
    """The desk of somebody with other hours."""
    me = replace(settings.me, availability=replace(settings.me.availability, **changes))  # type: ignore[arg-type] # of that field
    return replace(desk, settings=replace(settings, me=me))


def test_slots_are_clear_of_calendars_and_holidays(desk: Desk) -> None:
    """Monday is taken by a workshop, Thursday is Thanksgiving in New York."""
    put(desk, event(*BUSY))

    found = offer(desk, "acme")

    assert starts(found) == ["24 14:30", "25 14:30", "27 14:30", "30 14:30", "01 14:30"]
    assert (found.cause, found.relaxations) == (None, ())


def test_a_slot_is_answered_on_every_clock(desk: Desk) -> None:
    answer = offer(desk, "acme", limit=1).as_json()

    assert answer == {
        "slots": [
            {
                "start": datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
                "end": datetime(2026, 11, 23, 15, 15, tzinfo=UTC),
                "mine": "2026-11-23T15:30:00+01:00",
                "clients": {"acme": "2026-11-23T09:30:00-05:00"},
                "score": 100,
                "why": "inside everybody's hours",
                "outside": (),
            }
        ],
        "cause": None,
        "message": None,
        "relaxations": [],
    }


def test_outside_hours_is_offered_only_where_there_is_nothing_inside(desk: Desk) -> None:
    apart = offer(desk, "edo", "acme")

    assert apart.cause is Cause.APART
    assert apart.strangers == [("me", "edo"), ("edo", "acme")]
    assert apart.as_json()["message"] == ("you and Edo KK never work at the same time then; nor do Edo KK and Acme Inc.")
    assert all(slot.outside for slot in apart.slots)
    assert [one.without for one in apart.relaxations] == ["edo"]


def test_stretched_slots_are_added_where_that_is_asked_for(desk: Desk) -> None:
    inside = offer(desk, "acme", within=timedelta(days=1))
    more = offer(desk, "acme", within=timedelta(days=1), stretch=True)

    assert not any(slot.outside for slot in inside.slots)
    assert more.slots[: len(inside.slots)] == inside.slots
    assert any(slot.outside for slot in more.slots)


@pytest.mark.parametrize(
    ("changes", "more", "expected"),
    [
        (
            {},
            {"duration": timedelta(hours=3)},
            (Cause.SHORT, "you and Acme Inc. work at the same time for less than 3 h", "--duration 120m"),
        ),
        (
            {},
            {"start": "sat", "within": timedelta(days=2)},
            (Cause.APART, "you and Acme Inc. never work at the same time then", "--within 3d"),
        ),
        (
            {"time_off": (parse_time_off("2026-11-23..2026-12-06"),)},
            {},
            (Cause.DAYS_OFF, "somebody of you and Acme Inc. has a day off whenever the others could", "--within 3w"),
        ),
        (
            {"travel": (parse_travel("2026-11-23..2026-12-07 Tokyo"),)},
            {},
            (Cause.APART, "you and Acme Inc. never work at the same time then", "--within 3w"),
        ),
    ],
)
def test_no_slot_says_why_and_what_to_type(
    changes: dict[str, object], more: dict[str, object], expected: tuple[Cause, str, str], desk: Desk
) -> None:
    found = offer(but(desk, desk.settings, **changes), "acme", **more)
    (relaxation,) = found.relaxations

    assert found.cause is not None
    said = found.words.cause(found.cause, found.strangers, found.request)
    assert (found.cause, said, found.words.option(relaxation, found.request)) == expected


def test_a_full_calendar_is_said(desk: Desk) -> None:
    put(desk, event("DTSTART;VALUE=DATE:20261101", "DTEND;VALUE=DATE:20261215", "SUMMARY:Sabbatical"))

    found = offer(desk, "acme")

    assert found.cause is Cause.BUSY
    assert [found.words.option(one, found.request) for one in found.relaxations] == ["--within 4w"]
    assert found.slots == []


def test_why_names_whose_evening_it_is(desk: Desk, settings: Settings) -> None:
    kea = replace(settings.clients["edo"], key="kea", name="Kea Ltd", zone=ZoneInfo("Pacific/Auckland"))
    kea = replace(kea, availability=replace(kea.availability, zone=kea.zone))
    far = replace(desk, settings=replace(settings, clients=MappingProxyType({"kea": kea})))

    whys = [found.words.why(slot) for found in [offer(far, "kea")] for slot in found.slots]

    assert sorted(set(whys)) == [
        "2 h 45 min late for you, 2 h early for Kea Ltd",
        "2 h early for you, 2 h 45 min late for Kea Ltd",
    ]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(("acme",), timedelta(days=2)), "a meeting lasts a day at most"),
        (Wanted(("acme",), QUARTERS, within=timedelta(days=900)), "366 days"),
        (Wanted(("acme",), QUARTERS, within=timedelta(minutes=5)), "366 days"),
        (Wanted(("acme",), QUARTERS, start="whenever"), "not understood"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(wanted: Wanted, said: str, desk: Desk) -> None:
    with pytest.raises(InputError, match=said):
        slots(desk, wanted)


def test_an_unknown_client_is_named(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="acne"):
        offer(desk, "acne")
