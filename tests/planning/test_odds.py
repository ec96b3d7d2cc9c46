from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.instances import HOUR, NOW, free_hours, job, some_jobs, spans

from deadlines.core.effort import ENOUGH
from deadlines.core.span import Span
from deadlines.planning.edf import schedule
from deadlines.planning.free import FreeTime
from deadlines.planning.job import Job
from deadlines.planning.odds import Race, odds
from deadlines.planning.order import problem
from deadlines.planning.plan import plan

DAYS = spans((0, 8), (24, 32), (48, 56))
EXACT = {"": [1.0] * ENOUGH}


@given(some_jobs(6), free_hours(), st.lists(st.integers(1, 20), min_size=6, max_size=6))
def test_a_run_ends_as_a_plan_of_what_it_took_with_the_same_urgency(jobs: list[Job], free: list[Span], took: list[int]) -> None:
    time = FreeTime(free, now=NOW)
    posed = problem(jobs, time)
    race = Race(posed)
    work = [took[rank] * 900 for rank in range(len(jobs))]
    slow = schedule(posed._replace(work=work, release=posed.begin), [10**9])

    ends = race.ends([float(work[rank]) for rank in race.ranks])

    assert dict(zip(race.ranks, ends, strict=True)) == pytest.approx(dict(enumerate(slow.ends)))


@given(some_jobs(5), free_hours())
def test_if_estimates_are_right_it_is_certain(jobs: list[Job], free: list[Span]) -> None:
    jobs = [one._replace(buffer=0 * HOUR) for one in jobs]
    late = {one.uid for one in plan(jobs, free, now=NOW).late}

    found = odds(jobs, free, now=NOW, ratios=EXACT, runs=3)

    assert found.chances == {one.uid: 0.0 if one.uid in late else 1.0 for one in jobs if one.due is not None}


def test_the_chance_is_the_part_of_the_past_that_would_have_been_in_time() -> None:
    """One task: three hours in four; two tasks: the sum of two ratios, each 1 or 2 with the same chance."""
    half = {"": [1.0, 2.0] * 5}

    assert odds([job("a", 3, 4)], DAYS, now=NOW, ratios=half).chances["a"] == pytest.approx(1 / 2, abs=0.04)
    two = odds([job("a", 2, 5), job("b", 2, 6)], DAYS, now=NOW, ratios=half).chances
    assert two["a"] == 1
    assert two["b"] == pytest.approx(3 / 4, abs=0.04)
    many = [job(name, 1, 7.5) for name in "abcde"]
    at_most_two_double = sum(comb(5, doubled) for doubled in range(3)) / 2**5
    assert min(odds(many, DAYS, now=NOW, ratios=half).chances.values()) == pytest.approx(at_most_two_double, abs=0.04)


def test_it_is_the_due_that_counts_and_not_the_buffer() -> None:
    late = [job("a", 3, 4)._replace(buffer=2 * HOUR)]

    assert not plan(late, DAYS, now=NOW).feasible
    assert odds(late, DAYS, now=NOW, ratios=EXACT).chances == {"a": 1.0}


def test_each_client_has_its_own_history_if_that_is_long_enough() -> None:
    jobs = [job("a", 3, 4)._replace(client="slow"), job("b", 1, 80)._replace(client="new")]
    ratios = {"slow": [2.0] * ENOUGH, "quick": [0.5] * ENOUGH, "new": [9.0]}
    found = odds(jobs, DAYS, now=NOW, ratios=ratios)

    assert found.chances["a"] == 0
    assert (found.samples, found.pooled) == (2 * ENOUGH + 1, ("new",))
    assert odds([jobs[0]._replace(client="quick")], DAYS, now=NOW, ratios=ratios).chances["a"] == 1


def test_what_is_nobodys_has_a_history_too() -> None:
    ratios = {"": [2.0] * ENOUGH, "acme": [1.0] * ENOUGH}

    assert odds([job("a", 3, 4)], DAYS, now=NOW, ratios=ratios).chances["a"] == 0


def test_a_thin_history_says_nothing() -> None:
    found = odds([job("a", 3, 4)], DAYS, now=NOW, ratios={"x": [1.0, 1.1], "y": [2.0] * (ENOUGH - 3)})

    assert (found.chances, found.samples) == ({}, ENOUGH - 1)


def test_the_same_seed_gives_the_same_odds() -> None:
    jobs = [job(name, 2, 10, release=3) for name in "abcdef"]
    ratios = {"": [0.5, 0.8, 1.0, 1.3, 1.9, 2.5]}
    one, other, third = (odds(jobs, DAYS, now=NOW, ratios=ratios, seed=seed) for seed in (1, 1, 2))

    assert one == other
    assert one != third
    assert odds(jobs[::-1], DAYS, now=NOW, ratios=ratios, seed=1) == one


def test_what_is_released_later_interrupts() -> None:
    jobs = [job("a", 6, 32), job("b", 2, 8, release=4)]
    found = odds(jobs, DAYS, now=NOW, ratios={"": [2.0] * ENOUGH})

    assert found.chances == {"a": 1.0, "b": 1.0}  # b from 4 to 8, a before and after it until 32


def test_nothing_to_do_has_no_odds() -> None:
    assert odds([], DAYS, now=NOW, ratios=EXACT).chances == {}
