from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.span import Span, intersect, subtract, total, union

ZERO = datetime(2026, 10, 25, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(ZERO + timedelta(hours=start), ZERO + timedelta(hours=end))


def hours(spans: Iterable[Span]) -> set[int]:
    return {hour for one in spans for hour in range(60) if ZERO + timedelta(hours=hour) in one}


heaps = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: span(pair[0], pair[0] + pair[1])), max_size=8
).map(lambda spans: sorted(spans, key=lambda one: one.start))
lists = heaps.map(lambda spans: list(union(spans)))


@pytest.mark.parametrize("length", [0, -1])
def test_a_span_is_never_empty(length: int) -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        span(5, 5 + length)


def test_spans_are_half_open() -> None:
    assert ZERO in span(0, 1)
    assert ZERO + timedelta(hours=1) not in span(0, 1)
    assert span(0, 3).length == timedelta(hours=3)


def test_touching_spans_are_one() -> None:
    assert list(union([span(0, 2), span(2, 4)], [span(5, 6)])) == [span(0, 4), span(5, 6)]


def test_nothing_yields_nothing() -> None:
    assert [*union(), *union([]), *intersect([], [span(0, 1)]), *subtract([], [span(0, 1)])] == []


@given(heaps, heaps)
def test_union_covers_what_either_covers(one: list[Span], other: list[Span]) -> None:
    assert hours(union(one, other)) == hours(one) | hours(other)


@given(lists, lists)
def test_intersection_covers_what_both_cover(one: list[Span], other: list[Span]) -> None:
    assert hours(intersect(one, other)) == hours(one) & hours(other)


@given(lists, lists)
def test_difference_covers_what_only_the_first_covers(one: list[Span], other: list[Span]) -> None:
    assert hours(subtract(one, other)) == hours(one) - hours(other)


@given(lists, lists)
def test_results_are_sorted_and_disjoint(one: list[Span], other: list[Span]) -> None:
    for result in (list(union(one, other)), list(intersect(one, other)), list(subtract(one, other))):
        assert all(left.end <= right.start for left, right in pairwise(result))


@given(lists, lists)
def test_time_is_neither_lost_nor_made(one: list[Span], other: list[Span]) -> None:
    assert total(intersect(one, other)) + total(subtract(one, other)) == total(one)
