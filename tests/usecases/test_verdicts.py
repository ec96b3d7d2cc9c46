from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.meeting import Meeting
from deadlines.core.settings import Settings
from deadlines.core.span import Span
from deadlines.core.when import AllDay, utc
from deadlines.usecases.verdicts import Judge, double_booked, parties_of

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def meeting(start: float, hours: float, *clients: str, busy: bool = True) -> Meeting:
    span = Span(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=start + hours))
    return Meeting("e", 1, "work", "Call", clients, span, utc(span.start), utc(span.end), busy=busy)


def test_everybody_has_a_verdict_of_their_own(settings: Settings) -> None:
    judge = Judge(settings, Span(MONDAY, MONDAY + timedelta(days=7)))

    assert {key: verdict.value for key, verdict in judge(meeting(15, 1, "acme", "edo")).items()} == {
        "me": "edge",
        "acme": "inside",
        "edo": "outside",
    }


def test_my_own_affairs_and_whole_days_are_not_judged(settings: Settings) -> None:
    judge = Judge(settings, Span(MONDAY, MONDAY + timedelta(days=7)))
    whole = meeting(0, 24, "acme")._replace(start=AllDay(date(2026, 11, 23)), end=AllDay(date(2026, 11, 24)))

    assert (dict(judge(meeting(3, 1))), dict(judge(whole))) == ({}, {})


def test_a_client_who_is_not_configured_any_more_is_nobody(settings: Settings) -> None:
    assert list(parties_of(meeting(3, 1, "gone"), replace(settings, clients={}))) == ["me"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.booleans()), max_size=8))
def test_double_booked_is_what_overlaps_anything_busy(drawn: list[tuple[int, int, bool]]) -> None:
    meetings = sorted((meeting(start, hours, busy=busy) for start, hours, busy in drawn), key=lambda one: one.span.start)

    def clashes(one: Meeting, other: Meeting) -> bool:
        return one.busy and other.busy and one.span.start < other.span.end and other.span.start < one.span.end

    assert double_booked(meetings) == {
        number
        for number, one in enumerate(meetings)
        if any(clashes(one, other) for place, other in enumerate(meetings) if place != number)
    }
