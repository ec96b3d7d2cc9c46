from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.usecases.conftest import NOW

from deadlines.errors import AmbiguousInput, InputError, Refused, UnknownName
from deadlines.store.findings import Seen
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.muting import acknowledge, snooze, unmute
from deadlines.usecases.tasks import add

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    """Two findings of one code."""
    for summary in ("Draft", "Menu"):
        add(desk, Draft(summary=summary, client="acme", due="2026-11-20 17:00"))
    return [one.id for one in check(desk).holding]


def test_a_finding_is_meant_by_its_beginning_in_any_case(desk: Desk, ids: list[str]) -> None:
    (one,) = acknowledge(desk, [f" {ids[0][:9].lower()} "])

    assert one.id == ids[0]
    assert [muted.id for muted in check(desk).muted] == [ids[0]]


def test_naming_one_twice_is_naming_it_once(desk: Desk, ids: list[str]) -> None:
    assert len(acknowledge(desk, [ids[0], ids[0]])) == 1


def test_a_beginning_that_several_have_names_them(desk: Desk, ids: list[str]) -> None:
    with pytest.raises(AmbiguousInput, match=r"finding 'D101' is ambiguous: D101-\w+ \((Draft|Menu)\) or") as caught:
        acknowledge(desk, ["D101"])
    assert sorted(caught.value.readings) == sorted(ids)


@pytest.mark.parametrize("key", ["", "-", "D101-zzzzzzzz", "Draft"])
@pytest.mark.usefixtures("ids")
def test_what_is_no_finding_is_refused(desk: Desk, key: str) -> None:
    with pytest.raises(UnknownName, match="unknown finding"):
        acknowledge(desk, [key])


def test_nothing_is_muted_when_one_of_them_is_unknown(desk: Desk, ids: list[str]) -> None:
    with pytest.raises(UnknownName):
        acknowledge(desk, [ids[0], "D999"])
    assert check(desk).muted == []


def test_what_a_reader_was_told_of_a_farther_day_can_be_muted(desk: Desk) -> None:
    far = datetime(2027, 3, 15, tzinfo=UTC)
    told = Seen("M203-aaaaaaaa", NOW, "M203", "warning", "1", "Call", "acme", "slides out", "k", far, "{}")
    desk.store.findings.told("digest", new=[told], gone=[])

    (one,) = acknowledge(desk, ["m203"])

    assert (one.id, one.finding.summary) == (told.finding, "Call")
    assert desk.store.findings.mutes()[told.finding].severity == "warning"


def test_snoozing_counts_on_the_owners_clock_and_a_date_is_its_beginning(desk: Desk, ids: list[str]) -> None:
    (one,) = snooze(desk, [ids[0]], "2026-12-01")

    assert one.mute is not None
    assert one.mute.until == datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("until", ["2026-11-23", "2026-11-23 13:00"])
def test_snoozing_until_what_has_passed_is_refused(desk: Desk, ids: list[str], until: str) -> None:
    with pytest.raises(Refused, match="is not to come: Mon 23 Nov"):
        snooze(desk, [ids[0]], until)


def test_a_time_that_is_none_is_refused(desk: Desk, ids: list[str]) -> None:
    with pytest.raises(InputError, match="not understood"):
        snooze(desk, [ids[0]], "whenever")


def test_what_was_muted_is_told_again(desk: Desk, ids: list[str]) -> None:
    acknowledge(desk, [ids[0]])
    snooze(desk, [ids[1]], "in 3 days")
    unmute(desk, ids)

    assert [one.id for one in check(desk).holding] == ids


def test_what_is_not_muted_cannot_be_told_again(desk: Desk, ids: list[str]) -> None:
    with pytest.raises(Refused, match="neither acknowledged nor snoozed"):
        unmute(desk, [ids[0]])
