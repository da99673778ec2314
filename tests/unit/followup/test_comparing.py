"""Ratios of rates: exact where counts are Poisson's, honest where they are not, and blind to growth (F7)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from services.followup.domain.comparing import Series, rate_ratio

DAYS = 28
RUNS = 600


def one_day(count: int) -> Series:
    return Series([count], [1.0])


@given(st.integers(1, 400), st.integers(0, 400))
def test_for_two_counts_the_interval_is_the_exact_one(before: int, after: int) -> None:
    found = rate_ratio(one_day(before), one_day(after))
    assert found
    exact = binomtest(after, before + after).proportion_ci(method="exact")
    assert found.low == pytest.approx(exact.low / (1 - exact.low), abs=1e-4)
    assert found.high == pytest.approx(exact.high / (1 - exact.high), rel=1e-3, abs=1e-4)
    assert found.low <= found.value <= (found.high or 0)


def test_there_is_nothing_to_compare_with_nothing() -> None:
    assert rate_ratio(one_day(0), one_day(5)) is None
    assert rate_ratio(Series([3], [0.0]), one_day(5)) is None


def test_none_at_all_after_many_is_less() -> None:
    found = rate_ratio(Series.daily([3] * DAYS), Series.daily([0] * DAYS))
    assert found
    assert (found.value, found.low, found.verdict) == (0, 0, "less")


def counts(random: np.random.Generator, mean: float, spread: float) -> list[int]:
    """Counts of so many days: Poisson's, or (spread above 1) negative binomial with so many times the variance."""
    if spread == 1:
        return [int(each) for each in random.poisson(mean, DAYS)]
    share = 1 / spread
    return [int(each) for each in random.negative_binomial(mean * share / (1 - share), share, DAYS)]


@pytest.mark.parametrize("spread", [1.0, 2.5])
@pytest.mark.parametrize(("ratio", "growth"), [(1.0, 1.0), (1.0, 1.8), (0.5, 1.0), (0.7, 0.6)])
def test_the_interval_holds_the_truth_as_often_as_it_says(spread: float, ratio: float, growth: float) -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(RUNS):
        before = Series(counts(random, 3, spread), counts(random, 9, spread))
        after = Series(counts(random, 3 * ratio * growth, spread), counts(random, 9 * growth, spread))
        found = rate_ratio(before, after, counted=True)
        assert found
        held += found.low <= ratio <= (found.high or np.inf)
    assert held / RUNS >= 0.92


def test_growth_alone_is_no_effect() -> None:
    random = np.random.default_rng(3)
    seen = 0
    for _ in range(RUNS):
        before = Series(counts(random, 4, 1), counts(random, 10, 1))
        after = Series(counts(random, 8, 1), counts(random, 20, 1))
        found = rate_ratio(before, after, counted=True)
        seen += bool(found and found.verdict != "no-difference-shown")
    assert seen / RUNS <= 0.06


def test_half_as_many_is_mostly_found_within_four_weeks() -> None:
    random = np.random.default_rng(5)
    found = [
        rate_ratio(
            Series(counts(random, 6, 1.5), counts(random, 12, 1.5)),
            Series(counts(random, 3, 1.5), counts(random, 12, 1.5)),
            counted=True,
        )
        for _ in range(100)
    ]
    assert sum(each is not None and each.verdict == "less" for each in found) >= 80
