"""Whether something happens less often than before, and how sure that is. Pure.

Counts of two periods are compared as a ratio of rates. The interval is the exact one for two Poisson counts (Clopper and
Pearson, given their sum), with the counts scaled down by how much more they vary from day to day than Poisson counts would
(quasi-Poisson). Where the exposure is itself counted, as the other cases of a brand are, what chance does to it widens the
interval too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import betaincinv

from schemas.base import Model

CONFIDENCE = 0.95
LEAST_DEGREES = 6
"""With fewer days than this (less two) nobody can tell how much they vary; they are then taken for Poisson counts."""
METHOD = "exact interval for the ratio of two Poisson rates, widened for overdispersion from day to day (quasi-Poisson)"

Verdict = Literal["less", "more", "no-difference-shown", "not-enough-yet"]


@dataclass(frozen=True, slots=True)
class Series:
    """Counts per day, and the exposure of each day: 1, or how many other things happened then."""

    counts: Sequence[int]
    exposures: Sequence[float]

    @classmethod
    def daily(cls, counts: Sequence[int]) -> "Series":
        """Counts that are compared by the day."""
        return cls(counts, [1.0] * len(counts))

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def exposure(self) -> float:
        return sum(self.exposures)

    def squares(self, *, counted: bool) -> Iterator[float]:
        """Pearson's terms: how far each day is from what the period's rate lets expect, by the variance that Poisson counts
        would have; of the exposure too, where that is counted."""
        rate = self.count / self.exposure if self.exposure else 0.0
        for count, exposure in zip(self.counts, self.exposures, strict=True):
            if expected := rate * exposure:
                yield (count - expected) ** 2 / (expected * (1 + rate if counted else 1))


class Ratio(Model):
    """The rate after as a multiple of the rate before: 0.5 is half as often. `high` is None where it has no bound."""

    value: float
    low: float
    high: float | None
    verdict: Verdict
    dispersion: float = 1.0
    """How many times more the counts vary from day to day than Poisson counts; 1 is not more."""


def rate_ratio(before: Series, after: Series, *, counted: bool = False) -> Ratio | None:
    """The ratio with its interval of 95%; None when there is nothing to compare it with.

    `counted` says that the exposures are counts, not lengths of time.
    """
    if not before.count or not before.exposure or not after.exposure:
        return None
    dispersion = _dispersion(before, after, counted=counted)
    scale = dispersion * (_widening(before, after) if counted else 1.0)
    first, second = before.count / scale, after.count / scale
    odds = before.exposure / after.exposure
    tail = (1 - CONFIDENCE) / 2
    low = float(betaincinv(second, first + 1, tail)) if second else 0.0
    high = float(betaincinv(second + 1, first, 1 - tail))
    bounds = low / (1 - low) * odds, high / (1 - high) * odds if high < 1 else None
    value = (after.count / after.exposure) / (before.count / before.exposure)
    return Ratio(
        value=round(value, 4),
        low=round(bounds[0], 4),
        high=None if bounds[1] is None else round(bounds[1], 4),
        verdict=_verdict(*bounds),
        dispersion=round(dispersion, 3),
    )


def _dispersion(before: Series, after: Series, *, counted: bool) -> float:
    degrees = len(before.counts) + len(after.counts) - 2
    if degrees < LEAST_DEGREES:
        return 1.0
    return max(1.0, sum(sum(each.squares(counted=counted)) for each in (before, after)) / degrees)


def _widening(before: Series, after: Series) -> float:
    """How much more the logarithm of the ratio varies because the exposures are counts as well."""
    own = sum(1 / max(each.count, 0.5) for each in (before, after))
    others = sum(1 / max(each.exposure, 0.5) for each in (before, after))
    return (own + others) / own


def _verdict(low: float, high: float | None) -> Verdict:
    if high is not None and high < 1:
        return "less"
    return "more" if low > 1 else "no-difference-shown"
