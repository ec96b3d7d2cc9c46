from __future__ import annotations

from hypothesis import given
from tests.planning.instances import HOUR, NOW, at, free_hours, job, some_jobs, spans

from deadlines.core.span import Span
from deadlines.planning.job import Job
from deadlines.planning.plan import plan
from deadlines.planning.remedy import Move, least_move

DAYS = spans((0, 8), (24, 32), (48, 56))


def moved(jobs: list[Job], move: Move) -> list[Job]:
    return [one._replace(due=move.due) if one.uid == move.uid else one for one in jobs]


def least(jobs: list[Job], free: list[Span] = DAYS) -> Move | None:
    return least_move(jobs, free, plan(jobs, free, now=NOW), now=NOW)


def test_the_shortest_move_of_one_due_that_makes_everything_fit() -> None:
    jobs = [job("a", 6, 24), job("b", 4, 26), job("c", 5, 56)]

    assert least(jobs) is None
    assert least([*jobs, job("d", 2, 27)]) == Move("d", at(28), HOUR)
    assert least([*jobs, job("d", 6, 28)]) == Move("d", at(32), 4 * HOUR)


def test_who_is_not_part_of_the_trouble_need_not_move() -> None:
    jobs = [job("a", 6, 24), job("b", 4, 24), job("c", 1, 26, release=24)]

    assert least(jobs) == Move("b", at(27), 3 * HOUR)


def test_one_move_may_not_be_enough() -> None:
    assert least([job("a", 1, 1), job("b", 3, 2)]) == Move("b", at(4), 2 * HOUR)
    assert least([job("a", 3, 1), job("b", 3, 2)]) is None


def test_what_is_overdue_is_done_first_and_the_rest_moves() -> None:
    assert least([job("a", 3, -9), job("b", 6, 8), job("c", 1, 30)]) == Move("b", at(25), 17 * HOUR)


def test_a_move_that_helps_nobody_who_waits_is_none() -> None:
    assert least([job("a", 6, 24), job("b", 6, 24), job("c", 1, 25, after="b")]) == Move("a", at(29), 5 * HOUR)


def test_what_comes_before_moves_along() -> None:
    jobs = [job("a", 3, 24), job("b", 10, 30), job("c", 4, 30, after="b")]

    assert least(jobs) == Move("c", at(49), 19 * HOUR)


def test_a_whole_without_work_of_its_own_moves_with_its_parts() -> None:
    jobs = [job("a", 0, 8, after="bc"), job("b", 6), job("c", 6)]

    assert least(jobs) == Move("a", at(28), 20 * HOUR)


def test_the_buffer_stays() -> None:
    jobs = [job("a", 6, 24), job("b", 4, 26)._replace(buffer=2 * HOUR)]

    assert least(jobs) == Move("b", at(28), 2 * HOUR)


@given(some_jobs(5), free_hours())
def test_after_the_move_everything_fits(jobs: list[Job], free: list[Span]) -> None:
    ahead = [one for one in jobs if one.target is None or one.target > NOW]
    move = least(ahead, free)

    if move is not None:
        assert plan(moved(ahead, move), free, now=NOW).feasible


@given(some_jobs(5), free_hours())
def test_no_shorter_move_of_any_one_job_suffices(jobs: list[Job], free: list[Span]) -> None:
    """Every due is at a full hour, so shorter moves are by full hours."""
    ahead = [one for one in jobs if one.target is None or one.target > NOW]
    move = least(ahead, free)
    shorter = range(1, 11 if move is None else move.by // HOUR)
    tries = [Move(one.uid, one.due + by * HOUR, by * HOUR) for one in ahead if one.due is not None for by in shorter]

    if not plan(ahead, free, now=NOW).feasible:
        assert [one for one in tries if one.due <= at(10) and plan(moved(ahead, one), free, now=NOW).feasible] == []
