from __future__ import annotations

from datetime import timedelta

import pytest

from deadlines.core.effort import Effort, median, ratios

HOUR = timedelta(hours=1)


def test_ratios_are_spent_by_estimate_sorted_by_client() -> None:
    found = ratios(
        [
            Effort("a", "acme", 2 * HOUR, 3 * HOUR),
            Effort("b", "acme", 4 * HOUR, 2 * HOUR),
            Effort("c", "", HOUR, HOUR),
        ]
    )

    assert found == {"": (1.0,), "acme": (0.5, 1.5)}


@pytest.mark.parametrize(("estimate", "spent"), [(timedelta(), HOUR), (HOUR, timedelta())])
def test_a_ratio_needs_both(estimate: timedelta, spent: timedelta) -> None:
    assert ratios([Effort("a", "acme", estimate, spent)]) == {}


@pytest.mark.parametrize(("values", "expected"), [((2.0,), 2.0), ((1.0, 3.0), 2.0), ((1.0, 2.0, 9.0), 2.0)])
def test_the_median_is_in_the_middle(values: tuple[float, ...], expected: float) -> None:
    assert median(values) == expected
