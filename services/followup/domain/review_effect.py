"""Whether a lesson helped: its measure in the days before and after, with an interval, or that it is too early to say. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from schemas.base import Model
from schemas.events.review import Measure
from services.followup.domain.comparing import METHOD, Ratio, Series, rate_ratio
from services.followup.domain.review import Review, Tally

LEAST_DAYS = 7
LEAST_CASES = 30
Verdict = Literal["not-enough-yet", "helped", "no-change-shown", "got-worse"]


class Effect(Model):
    """The share of closed cases of which the measure is true, before the lesson and after it."""

    verdict: Verdict
    days_before: int
    days_after: int
    cases_before: int
    cases_after: int
    share_before: float | None = None
    share_after: float | None = None
    ratio: Ratio | None = None
    """The share after as a multiple of the share before, with its interval of 95%."""
    method: str = METHOD


def effect(measure: Measure, day: date, reviews: Iterable[Review], days: int) -> Effect:
    """Compares so many days before and after; the day of the lesson itself belongs to neither."""
    known = {each.day: each for each in reviews if each.proposed_at}
    before = _series(measure, known, [day - timedelta(days=number) for number in range(days, 0, -1)])
    after = _series(measure, known, [day + timedelta(days=number) for number in range(1, days + 1)])
    found = Effect(
        verdict="not-enough-yet",
        days_before=len(before.counts),
        days_after=len(after.counts),
        cases_before=int(before.exposure),
        cases_after=int(after.exposure),
        share_before=_share(before),
        share_after=_share(after),
    )
    enough = all(len(each.counts) >= LEAST_DAYS and each.exposure >= LEAST_CASES for each in (before, after))
    ratio = rate_ratio(before, after) if enough else None
    if ratio is None:
        return found
    return found.model_copy(update={"ratio": ratio, "verdict": _verdict(measure, ratio)})


def _series(measure: Measure, known: dict[date, Review], days: Sequence[date]) -> Series:
    """The days of which there is something to count."""
    counts, cases = [], []
    for day in days:
        tallies = _tallies(measure, known[day]) if day in known else []
        if number := sum(each.cases for each in tallies):
            counts.append(sum(each.figures.get(measure.figure, 0) for each in tallies))
            cases.append(float(number))
    return Series(counts, cases)


def _tallies(measure: Measure, review: Review) -> list[Tally]:
    return [tally for topic, tally in review.tallies.items() if not measure.topic or topic == measure.topic]


def _share(series: Series) -> float | None:
    return round(series.count / series.exposure, 4) if series.exposure else None


def _verdict(measure: Measure, ratio: Ratio) -> Verdict:
    if ratio.verdict not in ("less", "more"):
        return "no-change-shown"
    return "helped" if ratio.verdict == measure.wanted else "got-worse"
