"""How much a brand is written to, beside its own history and beside the other brands (F9). Pure.

A count is compared with those of the same stretch of the last weeks, the same weekdays and hours, so that the rhythm of days
and weeks is no surprise. Counts are brought to a scale on which chance weighs the same at every height (Anscombe's square
root); there, Student's prediction interval says where the next one would lie if nothing had changed. It is never narrower than
that of a Poisson count.
"""

import math
from collections.abc import Sequence
from functools import cache
from statistics import fmean, stdev

from scipy.special import ndtri, stdtrit

from schemas.base import Model

CONFIDENCE = 0.95
WEEKS = 8
LEAST_WEEKS = 3
"""With fewer there is no interval: nobody could tell how much the weeks differ."""
SHIFT = 3 / 8
POISSON_SPREAD = 1.0
"""Standard deviation of twice the square root of a Poisson count."""


class Expected(Model):
    """What the history lets expect of a count: its middle, and the interval that 95 of 100 such counts fall into."""

    expected: float
    low: float
    high: float


class Volume(Model):
    """The cases that were opened for one brand in a window."""

    brand: str
    opened: int
    expected: Expected | None = None
    """By the same stretch of the last weeks; none while there are too few."""
    unusual: bool = False
    """Whether `opened` lies outside the interval."""
    weeks: int = 0
    """How many weeks of history there are."""
    before: int = 0
    """Opened in the same stretch a week ago."""
    growth: float | None = None
    """From then until now: 0.25 is a quarter more; none where nothing was opened then."""
    growth_of_others: float | None = None
    """The same of all other brands together."""
    share: float | None = None
    """Of all brands' cases in the window; none where there are none."""
    share_before: float | None = None


def expected(history: Sequence[int]) -> Expected | None:
    """What the counts of earlier weeks let expect of this week's; none for fewer than `LEAST_WEEKS`."""
    if len(history) < LEAST_WEEKS:
        return None
    roots = [2 * math.sqrt(count + SHIFT) for count in history]
    middle, (student, normal) = fmean(roots), _quantiles(len(roots) - 1)
    reach = max(student * stdev(roots), normal * POISSON_SPREAD) * math.sqrt(1 + 1 / len(roots))
    low, high = (_count(root) for root in (middle - reach, middle + reach))  # whole numbers within are within
    return Expected(expected=fmean(history), low=math.ceil(low), high=math.floor(high))


def volumes(now: dict[str, int], history: dict[str, Sequence[int]]) -> list[Volume]:
    """Each brand's count beside its history, the latest week first, and beside the other brands. In the order of `now`."""
    before = {brand: counts[0] if counts else 0 for brand, counts in history.items()}
    total, total_before = sum(now.values()), sum(before.values())
    found = []
    for brand, opened in now.items():
        usual = expected(history[brand])
        was = before[brand]
        found.append(
            Volume(
                brand=brand,
                opened=opened,
                expected=usual,
                unusual=usual is not None and not usual.low <= opened <= usual.high,
                weeks=len(history[brand]),
                before=was,
                growth=_growth(was, opened),
                growth_of_others=_growth(total_before - was, total - opened),
                share=opened / total if total else None,
                share_before=was / total_before if total_before else None,
            )
        )
    return found


@cache
def _quantiles(freedom: int) -> tuple[float, float]:
    """Student's, and the normal one."""
    upper = (1 + CONFIDENCE) / 2
    return float(stdtrit(freedom, upper)), float(ndtri(upper))


def _growth(before: int, now: int) -> float | None:
    return now / before - 1 if before else None


def _count(root: float) -> float:
    return max(0.0, (max(root, 0.0) / 2) ** 2 - SHIFT)
