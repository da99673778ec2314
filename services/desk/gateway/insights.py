"""What follow-up answers about causes and improvements, as far as the pages show it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

Verdict = Literal["less", "more", "no-difference-shown", "not-enough-yet"]
Status = Literal["proposed", "agreed", "done", "dropped"]


class Ratio(BaseModel):
    """A rate after as a multiple of the rate before, within its interval."""

    value: float
    low: float
    high: float | None
    verdict: Verdict


class Cause(BaseModel):
    """A recurring cause of a brand's cases."""

    brand: str
    topic: str
    product: str = ""
    cases: int
    share: float
    before: int
    trend: Ratio | None
    minutes: float
    negative: float
    marked: int
    per_day: list[int]
    examples: list[str]


class Insights(BaseModel):
    """The causes of the cases opened within some days."""

    first: date
    last: date
    causes: list[Cause]


class RootCause(BaseModel):
    """What an improvement is to take away."""

    topic: str
    product: str = ""


class Improvement(BaseModel):
    """What is changed because of a recurring cause."""

    id: str
    brand: str
    title: str
    cause: RootCause
    owner: str
    plan: str = ""
    status: Status
    changed: str = ""
    effective_on: date | None = None
    dropped_because: str = ""
    proposed_by: str


class Effect(BaseModel):
    """What became of the cause's volume."""

    short: str
    days_before: int
    days_after: int
    cases_before: int
    cases_after: int
    expected_after: float
    ratio: Ratio | None
    saved_cases: float
    saved_minutes: float


class WithEffect(BaseModel):
    """An improvement and its effect."""

    improvement: Improvement
    effect: Effect


class Improvements(BaseModel):
    """Improvements, the latest first."""

    items: list[WithEffect]
