"""Whether an improvement helped: its cause's share of the contacts before and after it took effect (F7). Pure.

Volume is compared with the brand's other cases of the same days, so that a brand which grows or has a quiet month does not look
like an effect.
"""

from collections.abc import Sequence
from typing import Literal

from schemas.base import Model
from schemas.organisation_improving import Effort
from services.followup.domain.causes import CaseCause
from services.followup.domain.comparing import METHOD, Ratio, Series, rate_ratio
from services.followup.domain.improvements import Improvement
from services.followup.domain.insights import daily
from services.followup.domain.windows import Window

LONGEST_DAYS = 56
"""Eight whole weeks before and after: longer back, other things differ too."""
LEAST_DAYS = 7
LEAST_BEFORE = 10
LEAST_EXPECTED = 5.0
Short = Literal["", "not-done", "too-few-days", "too-few-before", "too-few-expected"]


class Effect(Model):
    """What became of the cause's volume."""

    short: Short = ""
    """Why nothing can be said yet; empty: something can."""
    days_before: int = 0
    days_after: int = 0
    cases_before: int = 0
    cases_after: int = 0
    others_before: int = 0
    others_after: int = 0
    expected_after: float = 0.0
    """Cases of the cause, had it kept its rate to the brand's other cases."""
    ratio: Ratio | None = None
    """Cases of the cause for each other case, after against before; 0.5: half as many."""
    saved_cases: float = 0.0
    """Expected less seen; below 0: there were more."""
    saved_minutes: float = 0.0
    method: str = METHOD


def windows(improvement: Improvement, today: Window) -> tuple[Window, Window] | None:
    """The days before and after; None before it is done. The day of today, which is not over, is left out."""
    if improvement.effective_on is None:
        return None
    days = (today.first - improvement.effective_on).days
    before = Window(today.zone, improvement.effective_on, 1).earlier(LONGEST_DAYS)
    return before, Window(today.zone, improvement.effective_on, max(0, min(days, LONGEST_DAYS)))


def effect(improvement: Improvement, cases: Sequence[CaseCause], today: Window, effort: Effort) -> Effect:
    """The effect, from the brand's cases of the days before and after. `today` is the day of today in the brand's zone."""
    spans = windows(improvement, today)
    if spans is None:
        return Effect(short="not-done")
    before, after = (_since_known(each, cases) for each in spans)
    mine = [each for each in cases if _is_of(each, improvement)]
    others = [each for each in cases if not _is_of(each, improvement)]
    first = Series(daily(mine, before), daily(others, before))
    second = Series(daily(mine, after), daily(others, after))
    expected = first.count / first.exposure * second.exposure if first.exposure else 0.0
    found = Effect(
        days_before=before.days,
        days_after=after.days,
        cases_before=first.count,
        cases_after=second.count,
        others_before=int(first.exposure),
        others_after=int(second.exposure),
        expected_after=round(expected, 1),
    )
    if short := _short(found):
        return found.model_copy(update={"short": short})
    saved = expected - second.count
    worth = _minutes_each(mine, effort)
    return found.model_copy(
        update={
            "ratio": rate_ratio(first, second, counted=True),
            "saved_cases": round(saved, 1),
            "saved_minutes": round(saved * worth, 1),
        }
    )


def _short(found: Effect) -> Short:
    if found.days_after < LEAST_DAYS:
        return "too-few-days"
    if found.days_before < LEAST_DAYS or found.cases_before < LEAST_BEFORE or not found.others_before:
        return "too-few-before"
    if found.expected_after < LEAST_EXPECTED or not found.others_after:
        return "too-few-expected"
    return ""


def _since_known(window: Window, cases: Sequence[CaseCause]) -> Window:
    """The window without the days before the brand's first case: those were not quiet, nobody counted."""
    first = min((each.opened_at.astimezone(window.zone).date() for each in cases), default=window.first)
    if first <= window.first or first > window.last:
        return window
    return Window(window.zone, first, (window.last - first).days + 1)


def _is_of(case: CaseCause, improvement: Improvement) -> bool:
    cause = improvement.cause
    return case.topic == cause.topic and cause.product in ("", case.product)


def _minutes_each(cases: Sequence[CaseCause], effort: Effort) -> float:
    counted = [each for each in cases if each.counts]
    total = sum(effort.minutes(each.answers, each.holding, each.consults) for each in counted)
    return total / len(counted) if counted else 0.0
