from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.usecases.conftest import NOW, Later

from deadlines.core.findings import Code, Finding, Severity
from deadlines.errors import UnknownName
from deadlines.store.base import RunKind, Unreadable
from deadlines.store.findings import Mute
from deadlines.usecases import check as module
from deadlines.usecases.check import Checked, Noticed, State, check, group_of, remember, wanted_codes
from deadlines.usecases.context import Context, Look
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.muting import acknowledge, snooze
from deadlines.usecases.tasks import add, edit, finish

pytestmark = pytest.mark.usefixtures("fresh")

Meetings = Callable[..., None]


def told(desk: Desk, **wanted: object) -> Checked:
    """Look, and be told."""
    checked = check(desk, **wanted)  # type: ignore[arg-type] # the keywords of `check`
    remember(desk, checked)
    return checked


def said(noticed: object) -> list[tuple[str, str, str]]:
    assert isinstance(noticed, list | tuple)
    return [(one.finding.code.value, one.finding.summary, one.state.value) for one in noticed]


def late(desk: Desk, summary: str = "Draft", due: str = "2026-11-20 17:00", client: str = "acme") -> None:
    add(desk, Draft(summary=summary, client=client, due=due))


@pytest.fixture
def meetings(monkeypatch: pytest.MonkeyPatch) -> Meetings:
    """Meetings outside hours, `(uid, start)`, that a look with a reach of two weeks finds."""

    def found(*starts: tuple[str, datetime], client: str = "edo", graver: Severity | None = None) -> None:
        def find(_: Context) -> Iterator[Finding]:
            for uid, start in starts:
                code = Code.MEETING_OUTSIDE_HOURS
                yield Finding(code, uid, "Call", client, "late", {}, key=start.isoformat(), at=start, graver=graver)

        look = Look(frozenset({Code.MEETING_OUTSIDE_HOURS}), find, ahead=timedelta(days=14))
        monkeypatch.setattr(module, "LOOKS", (*LOOKS, look))

    return found


LOOKS = module.LOOKS


def test_a_finding_is_new_then_still_then_resolved_once(desk: Desk, later: Later) -> None:
    late(desk)

    assert said(told(desk).holding) == [("D101", "Draft", "new")]
    again = told(later(timedelta(hours=1)))
    assert (said(again.holding), again.holding[0].since) == ([("D101", "Draft", "still")], NOW)

    finish(desk, ["1"])

    over = told(desk)
    assert (said(over.holding), said(over.resolved)) == ([], [("D101", "Draft", "resolved")])
    assert over.resolved[0].finding.message == "was due Fri 20 Nov 17:00 New York = Fri 20 Nov 23:00 Oslo (2 d 14 h overdue)"
    assert over.resolved[0].finding.facts == {"due": "2026-11-20T22:00:00Z"}
    assert not over.alarming
    assert said(told(desk).resolved) == []


def test_looking_alone_marks_nothing_as_seen(desk: Desk) -> None:
    late(desk)
    check(desk)

    assert said(check(desk).holding) == [("D101", "Draft", "new")]


def test_readers_are_told_each_for_himself(desk: Desk) -> None:
    late(desk)
    told(desk)

    assert said(told(desk, reader="digest").holding) == [("D101", "Draft", "new")]

    finish(desk, ["1"])
    told(desk)

    assert said(told(desk, reader="digest").resolved) == [("D101", "Draft", "resolved")]


def test_what_was_due_soon_and_is_missed_is_not_resolved(desk: Desk, later: Later) -> None:
    late(desk, due="2026-11-24 17:00")
    assert said(told(desk).holding) == [("D102", "Draft", "new")]

    missed = told(later(timedelta(days=2)))

    assert (said(missed.holding), missed.resolved) == ([("D101", "Draft", "new")], [])
    assert said(told(later(timedelta(days=2))).holding) == [("D101", "Draft", "still")]


def test_what_was_due_soon_and_is_done_is_resolved_also_after_it_was_due(desk: Desk, later: Later) -> None:
    late(desk, due="2026-11-24 17:00")
    told(desk)
    finish(desk, ["1"])

    assert said(told(later(timedelta(days=2))).resolved) == [("D102", "Draft", "resolved")]


def test_a_due_that_moved_is_a_new_matter(desk: Desk) -> None:
    late(desk)
    told(desk)
    edit(desk, "1", Draft(due="2026-11-19 17:00"))

    moved = told(desk)

    assert (said(moved.holding), moved.resolved) == ([("D101", "Draft", "new")], [])


def test_the_next_instance_is_a_new_matter(desk: Desk, later: Later) -> None:
    add(desk, Draft(summary="Report", client="acme", due="2026-11-20 17:00", repeat="weekly"))
    first = told(desk)
    finish(desk, ["1"])
    second = told(later(timedelta(days=7)))

    assert (said(first.holding), said(second.holding)) == ([("D101", "Report", "new")], [("D101", "Report", "new")])


def test_a_check_of_less_leaves_the_rest_as_it_was(desk: Desk) -> None:
    late(desk)
    late(desk, "Menu", client="edo")
    told(desk)
    finish(desk, ["1", "2"])

    assert said(told(desk, client="edo").resolved) == [("D101", "Menu", "resolved")]
    assert said(told(desk, codes=[Code.DUE_SOON]).resolved) == []
    assert said(told(desk).resolved) == [("D101", "Draft", "resolved")]


def test_a_meeting_that_took_place_is_not_resolved(desk: Desk, later: Later, meetings: Meetings) -> None:
    soon, next_week = NOW + timedelta(hours=6), NOW + timedelta(days=7)
    meetings(("a", soon), ("b", next_week))
    assert len(told(desk).holding) == 2

    meetings()

    assert said(told(later(timedelta(days=1))).resolved) == [("M201", "Call", "resolved")]
    assert desk.store.findings.since("check") == {}


def test_what_lies_beyond_the_horizon_is_neither_found_nor_resolved(desk: Desk, meetings: Meetings) -> None:
    far = NOW + timedelta(days=20)
    meetings(("a", far))

    assert said(told(desk).holding) == []
    assert said(told(desk, within=timedelta(days=30)).holding) == [("M201", "Call", "new")]

    meetings()

    assert said(told(desk).resolved) == []
    assert said(told(desk, within=timedelta(days=30)).resolved) == [("M201", "Call", "resolved")]


@pytest.mark.parametrize(
    ("within", "found"),
    [(timedelta(hours=1), []), (timedelta(days=2), ["D102"]), (None, ["D102", "D102"]), (timedelta.max, ["D102", "D102"])],
)
def test_within_says_how_far_ahead(desk: Desk, within: timedelta | None, found: list[str]) -> None:
    late(desk, due="2026-11-24 17:00")
    late(desk, due="2026-11-25 17:00")

    assert [one.finding.code.value for one in check(desk, within=within).holding] == found


def test_the_worst_come_first_client_by_client(desk: Desk) -> None:
    late(desk, "Soon", due="2026-11-24 17:00")
    late(desk, "Menu", client="edo", due="2026-11-24 17:00")
    late(desk, "Missed", client="edo")
    late(desk, "Long missed", client="edo", due="2026-11-19 17:00")
    late(desk, "Taxes", client="none", due="2026-11-19 17:00")

    order = [(one.finding.client, one.finding.summary) for one in check(desk).holding]

    assert order == [("edo", "Long missed"), ("edo", "Missed"), ("edo", "Menu"), ("", "Taxes"), ("acme", "Soon")]


def test_what_is_acknowledged_is_not_told(desk: Desk) -> None:
    late(desk)
    (one,) = told(desk).holding
    acknowledge(desk, [one.id])

    checked = told(desk)

    assert (said(checked.holding), said(checked.resolved), said(checked.muted)) == ([], [], [("D101", "Draft", "still")])
    assert not checked.alarming


def test_an_acknowledgement_ends_when_the_due_moves(desk: Desk) -> None:
    late(desk)
    acknowledge(desk, [check(desk).holding[0].id])
    edit(desk, "1", Draft(due="2026-11-19 17:00"))

    assert said(check(desk).holding) == [("D101", "Draft", "new")]


def test_an_acknowledgement_ends_when_it_gets_graver(desk: Desk, meetings: Meetings) -> None:
    start = NOW + timedelta(days=1)
    meetings(("a", start))
    (one,) = told(desk).holding
    acknowledge(desk, [one.id])

    meetings(("a", start), graver=Severity.ERROR)
    assert said(told(desk).holding) == [("M201", "Call", "new")]

    meetings(("a", start), graver=Severity.INFO)
    assert said(told(desk).holding) == []


def test_what_was_snoozed_comes_back_as_new_at_its_time(desk: Desk, later: Later) -> None:
    late(desk)
    (one,) = told(desk).holding
    snooze(desk, [one.id], "wed 9:00")

    assert said(told(later(timedelta(days=1, hours=19, minutes=59))).holding) == []
    assert said(told(later(timedelta(days=1, hours=20))).holding) == [("D101", "Draft", "new")]


def test_what_is_resolved_while_it_is_muted_is_not_told(desk: Desk) -> None:
    late(desk)
    acknowledge(desk, [told(desk).holding[0].id])
    finish(desk, ["1"])

    assert said(told(desk).resolved) == []


def test_a_client_that_is_not_configured_is_refused(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="unknown client: acmee"):
        check(desk, client="acmee")


def test_an_unreadable_item_is_nobodys(desk: Desk) -> None:
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable("work", "/kari/work/x.ics", "1", "BEGIN", "line 1: empty"))

    assert said(check(desk).holding) == [("S503", "/kari/work/x.ics", "new")]
    assert said(check(desk, client="acme").holding) == []


@pytest.mark.parametrize(
    ("typed", "codes"),
    [([], set()), (["d101"], {Code.MISSED}), (["D101", " c4 "], {Code.MISSED, Code.CHECK_IN_OVERDUE, Code.NOTICE_PERIOD})],
)
def test_codes_are_typed_whole_or_by_their_beginning(typed: list[str], codes: set[Code]) -> None:
    assert wanted_codes(typed) == codes


@pytest.mark.parametrize("typed", ["", "X1", "D999"])
def test_an_unknown_code_is_refused(typed: str) -> None:
    with pytest.raises(UnknownName, match="unknown code"):
        wanted_codes([typed])


def test_the_shape_of_what_is_noticed_is_the_documented_one(desk: Desk) -> None:
    late(desk)
    (one,) = told(desk).holding
    acknowledge(desk, [one.id])
    (muted,) = check(desk).muted

    assert one.as_json() == {
        **one.finding.as_json(), "state": "new", "since": NOW, "acknowledged": False, "snoozed_until": None,
    }  # fmt: skip
    assert (muted.as_json()["acknowledged"], muted.state) == (True, State.STILL)
    assert isinstance(muted, Noticed)


def test_being_told_nothing_new_writes_nothing(desk: Desk) -> None:
    """So that a check from cron needs no write lock."""
    late(desk)
    told(desk)

    with desk.store.write(RunKind.SYNC, "sync", now=NOW):  # a second transaction would be refused
        told(desk)


def test_every_code_of_a_look_is_looked_for_once() -> None:
    codes = [code for look in module.LOOKS for code in look.codes]

    assert len(codes) == len(set(codes))


def test_what_is_about_our_own_data_stands_apart(desk: Desk) -> None:
    late(desk, "Taxes", client="none")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.quarantine(Unreadable("work", "/kari/work/x.ics", "1", "BEGIN", "line 1: empty"))

    assert [group_of(one.finding) for one in check(desk).holding] == [(False, True, ""), (True, True, "")]


# --- the law: what each reader is told, whatever holds and whoever looks

_FOUND = st.frozensets(st.integers(0, 4))
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("told"), st.sampled_from(["check", "digest"]), _FOUND),
        st.tuples(st.just("look"), st.sampled_from(["check", "digest"]), _FOUND),
        st.tuples(st.sampled_from(["ack", "undo"]), st.just(""), _FOUND),
    ),
    max_size=12,
)


class Model:
    """What readers know, and what is muted, as sets."""

    def __init__(self) -> None:
        self.told: dict[str, frozenset[str]] = {"check": frozenset(), "digest": frozenset()}
        self.muted: frozenset[str] = frozenset()

    def mute(self, ids: frozenset[str]) -> None:
        self.muted |= ids
        self.told = {reader: known - ids for reader, known in self.told.items()}

    def expected(self, reader: str, found: frozenset[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        holding, known = found - self.muted, self.told[reader]
        return holding - known, holding & known, known - found


@given(_STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_every_reader_is_told_once_what_begins_and_once_what_ends(
    desk: Desk, steps: list[tuple[str, str, frozenset[int]]]
) -> None:
    model = Model()
    memory = desk.store.findings
    memory.unmute(memory.mutes())
    for reader in model.told:
        memory.told(reader, new=[], gone=memory.since(reader))
    for what, reader, numbers in steps:
        findings = [Finding(Code.UNREADABLE, "", str(number), "", "", {}, key=str(number)) for number in numbers]
        found = frozenset(finding.id for finding in findings)
        if what == "ack":
            memory.mute([Mute(finding_id, "warning", NOW) for finding_id in found])
            model.mute(found)
            continue
        if what == "undo":
            memory.unmute(found)
            model.muted -= found
            continue
        look = Look(frozenset({Code.UNREADABLE}), lambda _, all_of=findings: all_of, ahead=None)  # type: ignore[misc]  # a default is not inferred
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "LOOKS", (look,))
            checked = check(desk, reader=reader)
        expected = model.expected(reader, found)

        told = {state: frozenset(one.id for one in checked.holding if one.state is state) for state in (State.NEW, State.STILL)}
        assert (told[State.NEW], told[State.STILL], frozenset(one.id for one in checked.resolved)) == expected
        assert frozenset(one.id for one in checked.muted) == found & model.muted
        if what == "told":
            remember(desk, checked)
            model.told[reader] = found - model.muted
