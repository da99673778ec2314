"""Recurring causes: how many cases each makes, whether they grow, and what they cost (F7). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from schemas.base import Model
from schemas.organisation_improving import Effort
from services.followup.domain.causes import CaseCause
from services.followup.domain.comparing import Ratio, Series, rate_ratio
from services.followup.domain.windows import Window

MOST_EXAMPLES = 5
Grouping = Literal["topic", "product"]
"""By topic alone, or by topic and the product named with it."""


class Cause(Model):
    """A brand's cases of one cause, opened within a window. Each case counts for one cause."""

    brand: str
    topic: str
    """Empty: the topic is not known."""
    product: str = ""
    cases: int
    share: float
    """Of the brand's cases in the window."""
    before: int
    """Cases of the same cause in as many days right before."""
    trend: Ratio | None
    """Cases per day against as many days before; None: there were none before."""
    minutes: float
    """What the cases took of people's time, counted as the brand's policy says."""
    negative: float
    """Share of its cases in which the customer is not content."""
    marked: int
    per_day: tuple[int, ...]
    examples: tuple[str, ...]
    """Ids of cases: marked ones, then the latest."""


Key = tuple[str, str]


def key_of(case: CaseCause, by: Grouping) -> Key:
    """The cause that a case counts for."""
    return case.topic, case.product if by == "product" else ""


def causes(
    brand: str, cases: Sequence[CaseCause], window: Window, effort: Effort, by: Grouping = "topic"
) -> list[Cause]:
    """The causes of a brand's cases, the one with the most cases first.

    `cases` are those opened in the window and in as many days before it; others are left out.
    """
    groups: dict[Key, list[CaseCause]] = defaultdict(list)
    earlier: dict[Key, list[CaseCause]] = defaultdict(list)
    before = window.earlier()
    for case in cases:
        if case.counts and window.day(case.opened_at) is not None:
            groups[key_of(case, by)].append(case)
        elif case.counts and before.day(case.opened_at) is not None:
            earlier[key_of(case, by)].append(case)
    total = sum(map(len, groups.values()))
    found = [_cause(brand, key, mine, earlier[key], (window, total), effort) for key, mine in groups.items()]
    return sorted(found, key=lambda each: (-each.cases, each.topic, each.product))


def _cause(
    brand: str,
    key: Key,
    cases: Sequence[CaseCause],
    earlier: Sequence[CaseCause],
    whole: tuple[Window, int],
    effort: Effort,
) -> Cause:
    window, total = whole
    per_day = daily(cases, window)
    newest = sorted(cases, key=lambda each: (each.mark is not None, each.opened_at), reverse=True)
    return Cause(
        brand=brand,
        topic=key[0],
        product=key[1],
        cases=len(cases),
        share=round(len(cases) / total, 4),
        before=len(earlier),
        trend=rate_ratio(Series.daily(daily(earlier, window.earlier())), Series.daily(per_day)),
        minutes=round(sum(effort.minutes(each.answers, each.holding, each.consults) for each in cases), 1),
        negative=round(sum(each.sentiment == "negative" for each in cases) / len(cases), 4),
        marked=sum(each.mark is not None for each in cases),
        per_day=per_day,
        examples=tuple(each.case_id for each in newest[:MOST_EXAMPLES]),
    )


def daily(cases: Iterable[CaseCause], window: Window) -> tuple[int, ...]:
    """How many of the cases that count were opened on each day of the window."""
    counts = [0] * window.days
    for case in cases:
        day = window.day(case.opened_at)
        if day is not None and case.counts:
            counts[day] += 1
    return tuple(counts)
