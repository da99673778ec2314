"""How a specialist answers what they are asked: kept as counts that fade, and read as a share that is careful with little.

What happened longer ago counts less: half after `HALF_LIFE_DAYS`. With few offers the share stays near `USUAL_SHARE`.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import UtcDatetime

HALF_LIFE_DAYS = 30
USUAL_SHARE = 0.8
"""Of offers answered; what is expected of somebody of whom nothing is known yet."""
USUAL_WEIGHT = 5
"""How many offers of their own it takes until a person's own share counts as much as the usual one."""
MOST_OPEN = 100
"""Offers remembered as open; more than anybody has at a time."""


class Answering(BaseModel):
    """What became of a specialist's offers: fading counts, as of `counted_at`."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    open: Mapping[str, UtcDatetime] = Field(default_factory=dict)
    """Consult to when it was offered, oldest first."""
    answered: float = 0
    """Accepted or answered while the offer stood."""
    declined: float = 0
    expired: float = 0
    minutes: float = 0
    """Sum over `answered` of the minutes from the offer to the word, on the clock."""
    counted_at: UtcDatetime | None = None

    @property
    def share(self) -> float:
        """The share of the next offers that will be answered, as far as one can tell."""
        known = self.answered + self.declined + self.expired
        return (self.answered + USUAL_SHARE * USUAL_WEIGHT) / (known + USUAL_WEIGHT)

    @property
    def usual_minutes(self) -> float | None:
        """How long an answer takes, from the offer to accepting or answering; None before the first."""
        return self.minutes / self.answered if self.answered else None

    def offered(self, consult_id: str, at: datetime) -> "Answering":
        """The specialist was asked."""
        still = list({**self.open, consult_id: at}.items())[-MOST_OPEN:]
        return self.model_copy(update={"open": dict(still)})

    def ended(self, consult_id: str) -> "Answering":
        """The offer ended without the specialist's doing: it counts for nothing."""
        return self.model_copy(update={"open": {name: at for name, at in self.open.items() if name != consult_id}})

    def said(self, consult_id: str, what: str, at: datetime) -> "Answering":
        """An open offer was `answered`, `declined` or `expired`; what is not open counts for nothing, however often told."""
        offered_at = self.open.get(consult_id)
        if offered_at is None:
            return self
        counts = self._faded(at)
        counts[what] += 1
        if what == "answered":
            counts["minutes"] += max(0.0, (at - offered_at).total_seconds() / 60)
        latest = max(at, self.counted_at or at)
        return self.ended(consult_id).model_copy(update={**counts, "counted_at": latest})

    def _faded(self, at: datetime) -> dict[str, float]:
        """The counts as of a moment; as they are for one before the last."""
        passed = (at - self.counted_at).total_seconds() / 86_400 if self.counted_at else 0.0
        kept = 0.5 ** (max(0.0, passed) / HALF_LIFE_DAYS)
        return {name: getattr(self, name) * kept for name in ("answered", "declined", "expired", "minutes")}
