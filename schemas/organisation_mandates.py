"""What people may grant without asking (M1), and where a channel is allowed to differ from its brand (M2)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from schemas.organisation_hours import Frozen
from schemas.organisation_improving import Improving
from schemas.organisation_quality import Quality
from schemas.organisation_values import Id, Money, Text


class MandateLimits(Frozen):
    """How much somebody of a level may grant in all without asking, beside the most of each kind at once (M1)."""

    per_case: Money | None = None
    """The sum of what one case was given and nobody approved, whoever granted it; none: no limit."""
    per_period: Money | None = None
    """The sum of what the person granted for the brand in the last `period_days` and nobody approved; none: no limit."""
    period_days: int = Field(default=30, gt=0, le=366)
    """Days of 24 hours, counted back from the moment of the grant."""


class Mandates(Quality, Improving):
    """The part of a brand's policy that says who may grant what."""

    mandates: dict[Id, dict[Id, Money]] = Field(default_factory=dict)
    """Level of mandate -> kind of grant (refund, voucher, gesture ...) -> amount up to which nobody is asked (M1)."""
    mandate_limits: dict[Id, MandateLimits] = Field(default_factory=dict)
    """Level of mandate -> how much in all per case and per period; a level that is not named has no such limit (M1)."""

    @property
    def grant_kinds(self) -> tuple[str, ...]:
        """Every kind that some level may grant, by name."""
        return tuple(sorted({kind for level in self.mandates.values() for kind in level}))

    def currencies_of(self, kind: str) -> tuple[str, ...]:
        """The currencies in which a kind is granted."""
        return tuple(sorted({level[kind].currency for level in self.mandates.values() if kind in level}))

    def most(self, kind: str, currency: str) -> Decimal:
        """The most that any level may grant of a kind; 0 when none may."""
        amounts = [
            level[kind].amount for level in self.mandates.values() if kind in level and level[kind].currency == currency
        ]
        return max(amounts, default=Decimal(0))


class Deviations(Frozen):
    """Where a channel differs from its brand, and why (M2). What is not named is as for the brand."""

    reason: Text
    """Why customers of this channel are promised something else; it is part of the parity report."""
    calendar: Id | None = None
    """Opening hours of this channel."""
    first_reply_minutes: int | None = Field(default=None, gt=0)
    """A customer of this channel hears from us within this time. Minutes of the channel's calendar."""
    mandates: dict[Id, dict[Id, Money]] = Field(default_factory=dict)
    """Level -> kind -> amount, where it is another one on this channel."""

    @model_validator(mode="after")
    def _says_what_differs(self) -> Self:
        if self.calendar is None and self.first_reply_minutes is None and not any(self.mandates.values()):
            raise ValueError("names nothing that differs (calendar, first_reply_minutes or mandates), or remove it")
        return self

    def over(self, mandates: Mapping[str, Mapping[str, Money]]) -> dict[str, dict[str, Money]]:
        """The brand's mandates with what differs on this channel."""
        return {level: {**kinds, **self.mandates.get(level, {})} for level, kinds in mandates.items()}
