from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.digest.findings import composed, example, finding

from deadlines.core.findings import Code
from deadlines.digest.compose import Entry, Kind, State


def test_each_kind_is_in_its_section_and_each_client_in_a_group() -> None:
    groups = [
        (
            group.client.key if group.client else "",
            [(section.kind, [entry.finding.summary for entry in section.entries]) for section in group.sections],
        )
        for group in example().groups
    ]

    assert groups == [
        (
            "acme",
            [
                (Kind.MISSED, ["Landing page"]),
                (Kind.WILL_BE_MISSED, ["Logo"]),
                (Kind.DUE_SOON, ["Copy for the newsletter"]),
                (Kind.MEETINGS, ["Weekly call"]),
                (Kind.MOVED, ["Banner"]),
            ],
        ),
        ("edo", [(Kind.DUE_SOON, ["ロゴの修正"])]),
        ("", [(Kind.DUE_SOON, ["Tax return"])]),
    ]


def test_the_health_of_our_data_is_apart_whoever_it_concerns() -> None:
    digest = composed([Entry(finding(Code.DOUBTFUL, "Odd", "acme"), State.NEW)])

    assert [entry.finding.summary for entry in digest.health] == ["Odd"]
    assert digest.groups == ()


@given(st.lists(st.tuples(st.sampled_from(Code), st.sampled_from(State), st.sampled_from(["acme", "edo", "gone", ""]))))
def test_nothing_is_lost_or_doubled(found: list[tuple[Code, State, str]]) -> None:
    entries = [Entry(finding(code, str(number), client), state) for number, (code, state, client) in enumerate(found)]
    digest = composed(entries)

    assert sorted((*digest.holding, *digest.resolved), key=lambda one: int(one.finding.summary)) == entries


def test_what_will_be_missed_is_not_told_again_as_due_soon() -> None:
    entries = [Entry(finding(code, "Logo"), State.NEW) for code in (Code.DUE_SOON, Code.WILL_BE_MISSED)]

    assert [entry.finding.code for entry in composed(entries).holding] == [Code.WILL_BE_MISSED]
    assert composed(entries[:1]).holding == (entries[0],)


@pytest.mark.parametrize(
    ("code", "state", "calm"),
    [
        (Code.DUE_SOON, State.STILL, False),
        (Code.DUE_ON_DAY_OFF, State.NEW, False),
        (Code.DUE_ON_DAY_OFF, State.STILL, True),
        (Code.DUE_ON_DAY_OFF, State.RESOLVED, False),
    ],
)
def test_a_remark_is_worth_a_digest_once_a_warning_every_day(code: Code, state: State, calm: bool) -> None:
    assert composed([Entry(finding(code, "x"), state)]).is_calm is calm


def test_nothing_is_calm() -> None:
    assert composed([]).is_calm
