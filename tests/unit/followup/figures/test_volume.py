"""How much a brand is written to, beside its own history and the others (F9)."""

from random import Random

import numpy as np
import pytest

from services.followup.domain.figures.volume import WEEKS, expected, volumes

ROUNDS = 3000


@pytest.mark.parametrize("mean", [2, 10, 80, 1000])
@pytest.mark.parametrize("spread", [None, 10.0], ids=["poisson", "more varied"])
def test_the_interval_holds_what_it_promises(mean: int, spread: float | None) -> None:
    random = np.random.default_rng(mean)
    shape = (ROUNDS, WEEKS + 1)
    rates = np.full(shape, float(mean)) if spread is None else random.gamma(spread, mean / spread, shape)
    within = 0
    for now, *history in random.poisson(rates).tolist():
        usual = expected(history)
        assert usual
        within += usual.low <= now <= usual.high
    # Never narrower than for Poisson counts: a little wider than needed, for the smallest counts more than a little.
    assert 0.935 <= within / ROUNDS <= (0.985 if mean >= 10 else 1)


def test_a_real_rise_is_unusual_and_an_ordinary_week_is_not() -> None:
    history = [40, 37, 44, 41, 35, 42, 39, 43]
    risen, usual = (volumes({"a": now}, {"a": history})[0] for now in (75, 45))
    assert risen.unusual
    assert not usual.unusual


def test_with_too_little_history_nothing_is_unusual() -> None:
    found = volumes({"a": 500}, {"a": [3, 4]})[0]
    assert found.expected is None
    assert not found.unusual
    assert found.weeks == 2


def test_growth_and_share_beside_the_others() -> None:
    now, history = {"a": 30, "b": 10, "c": 0}, {"a": [20, 1], "b": [20], "c": []}
    a, b, c = volumes(now, history)
    assert (a.before, a.growth, a.growth_of_others) == (20, 0.5, -0.5)
    assert (a.share, a.share_before) == (0.75, 0.5)
    assert b.growth == -0.5
    assert (c.before, c.growth, c.share) == (0, None, 0)


def test_without_any_case_there_are_no_shares() -> None:
    found = volumes({"a": 0}, {"a": []})[0]
    assert (found.share, found.share_before, found.growth) == (None, None, None)


def test_an_interval_never_begins_below_nothing() -> None:
    random = Random(1)
    for _ in range(200):
        usual = expected([random.randrange(4) for _ in range(WEEKS)])
        assert usual
        assert 0 <= usual.low <= usual.expected <= usual.high
