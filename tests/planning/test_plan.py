from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.instances import (
    HOUR,
    NOW,
    at,
    can_be_done,
    demand,
    free_hours,
    free_until,
    job,
    lacks,
    some_jobs,
    spans,
    work_on,
)

from deadlines.core.span import Span
from deadlines.planning.job import Job, Late, Plan
from deadlines.planning.plan import plan

NIGHT = spans((0, 8), (24, 32))
ZERO = timedelta()
pieces = st.sampled_from([timedelta(), HOUR / 2, HOUR, 2 * HOUR])


def told(found: Plan) -> str:
    """Slots as `a 0-2, b 2-3`."""
    return ", ".join(f"{slot.uid} {(slot.start - NOW) / HOUR:g}-{(slot.end - NOW) / HOUR:g}" for slot in found.slots)


@settings(max_examples=200)
@given(some_jobs(), free_hours())
def test_feasible_exactly_when_any_schedule_is(jobs: list[Job], free: list[Span]) -> None:
    assert plan(jobs, free, now=NOW).feasible == can_be_done(jobs, free)


@given(some_jobs(6), free_hours(), pieces)
def test_every_slot_is_in_free_time_and_none_at_the_time_of_another(
    jobs: list[Job], free: list[Span], smallest: timedelta
) -> None:
    slots = plan(jobs, free, now=NOW, smallest_piece=smallest).slots

    assert all(one.end <= other.start for one, other in pairwise(slots))
    assert all(slot.start < slot.end and slot.start >= NOW for slot in slots)
    assert all(any(span.start <= slot.start and slot.end <= span.end for span in free) for slot in slots)


@given(some_jobs(6), free_hours(), pieces)
def test_no_slot_before_release_or_before_the_end_of_what_it_waits_for(
    jobs: list[Job], free: list[Span], smallest: timedelta
) -> None:
    found = plan(jobs, free, now=NOW, smallest_piece=smallest)
    by_uid = {one.uid: one for one in jobs}
    never = datetime.max.replace(tzinfo=NOW.tzinfo)

    for slot in found.slots:
        one = by_uid[slot.uid]
        assert one.release is None or one.release <= slot.start
        assert all(found.ends.get(uid, never) <= slot.start for uid in one.after)


@given(some_jobs(6), free_hours(), pieces)
def test_nobody_works_more_or_less_than_needed(jobs: list[Job], free: list[Span], smallest: timedelta) -> None:
    found = plan(jobs, free, now=NOW, smallest_piece=smallest)

    for one in jobs:
        worked = work_on(found.slots, one.uid)
        assert worked == one.work if one.uid in found.ends else worked < max(one.work, HOUR)


@given(some_jobs(6), free_hours(), pieces, st.randoms(use_true_random=False))
def test_the_same_jobs_give_the_same_plan_whatever_their_order(
    jobs: list[Job], free: list[Span], smallest: timedelta, chance: Random
) -> None:
    shuffled = list(jobs)
    chance.shuffle(shuffled)

    assert plan(jobs, free, now=NOW, smallest_piece=smallest) == plan(shuffled, free, now=NOW, smallest_piece=smallest)


@given(some_jobs(6), free_hours())
def test_a_target_is_missed_exactly_when_some_interval_asks_for_too_much(jobs: list[Job], free: list[Span]) -> None:
    targets = {one.target for one in jobs if one.target is not None}

    assert plan(jobs, free, now=NOW).feasible == all(max(lacks(jobs, free, one), default=ZERO) <= ZERO for one in targets)


@given(some_jobs(6), free_hours())
def test_each_deficit_is_the_worst_of_all_intervals_up_to_its_target(jobs: list[Job], free: list[Span]) -> None:
    found = plan(jobs, free, now=NOW)

    assert [one.target for one in found.deficits] == sorted({one.target for one in found.late})
    for one in found.deficits:
        since, until = free_until(one.since, free), free_until(one.target, free)
        needed = demand(jobs, free, since, one.target)
        assert since + one.need - until == max(lacks(jobs, free, one.target))
        assert (set(one.tasks), one.need) == (set(needed), sum(needed.values(), timedelta()))
        assert one.have == max(until - since, timedelta()) < one.need
        assert one.first in {late.uid for late in found.late if late.target == one.target}


def test_the_earliest_target_goes_first_and_ties_go_by_priority_then_order() -> None:
    tied = [job("a", 1, 8), job("b", 1, 8, priority=5), job("c", 1, 8, priority=9), job("f", 1, 8, priority=9)]

    assert told(plan([*tied, job("d", 1), job("e", 1, 7)], NIGHT, now=NOW)) == "e 0-1, b 1-2, c 2-3, f 3-4, a 4-5, d 5-6"


def test_what_is_due_first_in_a_night_goes_first_whatever_its_priority() -> None:
    jobs = [job("a", 1, 20, priority=1), job("b", 1, 10)]

    assert told(plan(jobs, NIGHT, now=NOW)) == "b 0-1, a 1-2"


def test_a_release_interrupts_what_is_less_urgent() -> None:
    jobs = [job("a", 6, 30), job("b", 1, 4, release=2)]

    assert told(plan(jobs, NIGHT, now=NOW)) == "a 0-2, b 2-3, a 3-7"


def test_work_goes_on_the_next_day() -> None:
    assert told(plan([job("a", 10, 30)], NIGHT, now=NOW)) == "a 0-8, a 24-26"


def test_what_comes_before_something_urgent_is_urgent() -> None:
    jobs = [job("a", 2, 8), job("b", 1, 8, after="c"), job("c", 6)]
    found = plan(jobs, NIGHT, now=NOW)

    assert told(found) == "c 0-6, a 6-8, b 24-25"  # c must leave an hour for b, so it is due at 7
    assert [one.uid for one in found.late] == ["b"]


def test_a_job_without_work_is_done_when_what_it_waits_for_is() -> None:
    jobs = [job("a", 0, 3, after="bc"), job("b", 2), job("c", 2), job("d", 1, 4)]
    found = plan(jobs, NIGHT, now=NOW)

    assert told(found) == "b 0-2, c 2-4, d 4-5"
    assert (found.ends["a"], [one.uid for one in found.late]) == (at(4), ["a", "d"])


def test_a_circle_is_named_as_a_path_and_broken_at_its_end() -> None:
    jobs = [
        job("a", 1, after="b"),
        job("b", 1, after="c"),
        job("c", 1, after="a"),
        job("d", 1, after="d"),
        job("e", 1, after="xa"),
    ]
    found = plan(jobs, NIGHT, now=NOW)

    assert found.circles == (("a", "b", "c", "a"), ("d", "d"))
    assert told(found) == "c 0-1, b 1-2, a 2-3, d 3-4, e 4-5"


def test_nobody_begins_what_the_day_leaves_no_piece_for() -> None:
    jobs = [job("a", 7.75, 30), job("b", 2, 40), job("c", 0.25, 50)]

    assert told(plan(jobs, NIGHT, now=NOW)) == "a 0-7.75, b 7.75-8, b 24-25.75, c 25.75-26"
    assert told(plan(jobs, NIGHT, now=NOW, smallest_piece=HOUR / 2)) == "a 0-7.75, b 24-26, c 26-26.25"


def test_nobody_is_interrupted_for_less_than_a_piece() -> None:
    jobs = [job("a", 3, 30), job("b", 1, 4, release=0.25)]

    assert told(plan(jobs, NIGHT, now=NOW, smallest_piece=HOUR / 2)) == "a 0-0.5, b 0.5-1.5, a 1.5-4"


def test_hours_go_before_comfort() -> None:
    jobs = [job("a", 7.75, 30), job("b", 2, 25.75)]

    assert told(plan(jobs, NIGHT, now=NOW, smallest_piece=HOUR / 2)) == told(plan(jobs, NIGHT, now=NOW))


def test_a_deficit_says_what_is_needed_what_is_there_and_who_falls_first() -> None:
    jobs = [job("a", 5, 20), job("b", 5, 24), job("c", 1, 48, release=30)]
    found = plan(jobs, NIGHT, now=NOW)

    (one,) = found.deficits
    assert (one.target, one.since, one.need, one.have, one.missing) == (at(24), NOW, 10 * HOUR, 8 * HOUR, 2 * HOUR)
    assert (one.first, one.tasks) == ("b", ("a", "b"))
    assert found.late == (Late("b", at(24), at(26)),)


def test_what_falls_first_is_the_least_urgent_of_those_due_then() -> None:
    jobs = [job("a", 5, 8), job("b", 5, 8, priority=1), job("c", 2, 8)]

    assert [one.first for one in plan(jobs, NIGHT, now=NOW).deficits] == ["c"]
    assert [one.first for one in plan(jobs, NIGHT, now=at(6)).deficits] == ["c"]


def test_a_deficit_begins_where_the_work_can() -> None:
    (one,) = plan([job("a", 1, 8), job("b", 3, 26, release=10)], NIGHT, now=NOW).deficits

    assert (one.since, one.target, one.need, one.have, one.tasks) == (at(24), at(26), 3 * HOUR, 2 * HOUR, ("b",))


def test_a_due_in_the_past_goes_first_and_is_late_whatever_happens() -> None:
    found = plan([job("a", 1, 8), job("b", 1, -5), job("c", 1, -3)], NIGHT, now=NOW)

    assert told(found) == "b 0-1, c 1-2, a 2-3"
    assert [(one.first, one.need, one.have) for one in found.deficits] == [("b", HOUR, ZERO), ("c", 2 * HOUR, ZERO)]


def test_without_free_time_everything_due_is_late() -> None:
    found = plan([job("a", 1, 8), job("b", 1)], [], now=NOW)

    assert (found.slots, found.late, found.ends) == ((), (Late("a", at(8), None),), {})
    assert [(one.need, one.have) for one in found.deficits] == [(HOUR, ZERO)]


def test_an_estimate_beyond_all_time_is_a_deficit_of_its_own() -> None:
    (one,) = plan([job("a", 1000, 30), job("b", 1, 4)], NIGHT, now=NOW).deficits

    assert (one.first, one.need, one.have) == ("a", 1001 * HOUR, 14 * HOUR)
