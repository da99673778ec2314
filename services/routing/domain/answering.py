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
COUNTS = ("answered", "declined", "expired", "minutes", "told", "told_minutes")
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
    working: Mapping[str, UtcDatetime] = Field(default_factory=dict)
    """Consult that was accepted and not answered yet, to when it was offered, oldest first."""
    told: float = 0
    """Answers given, fading like the others."""
    told_minutes: float = 0
    """Sum over `told` of the minutes from the offer to the answer, on the clock."""
    counted_at: UtcDatetime | None = None

    @property
    def share(self) -> float:
        """The share of the next offers that will be answered, as far as one can tell."""
        known = self.answered + self.declined + self.expired
        return (self.answered + USUAL_SHARE * USUAL_WEIGHT) / (known + USUAL_WEIGHT)

    @property
    def answer_minutes(self) -> float | None:
        """How long it takes until the answer is there, from the offer; None before the first."""
        return self.told_minutes / self.told if self.told else None

    @property
    def usual_minutes(self) -> float | None:
        """How long an answer takes, from the offer to accepting or answering; None before the first."""
        return self.minutes / self.answered if self.answered else None

    def accepted(self, consult_id: str, at: datetime) -> "Answering":
        """The specialist works on it; the answer comes later."""
        offered_at = self.open.get(consult_id)
        if offered_at is None:
            return self
        still = list({**self.working, consult_id: offered_at}.items())[-MOST_OPEN:]
        return self.said(consult_id, "answered", at).model_copy(update={"working": dict(still)})

    def answers(self, consult_id: str, at: datetime) -> "Answering":
        """The answer is there, whether it was accepted before or not; a second one counts for nothing."""
        offered_at = self.open.get(consult_id) or self.working.get(consult_id)
        if offered_at is None:
            return self
        known = self.said(consult_id, "answered", at)
        counts = known.faded(at)
        counts["told"] += 1
        counts["told_minutes"] += max(0.0, (at - offered_at).total_seconds() / 60)
        working = {name: moment for name, moment in known.working.items() if name != consult_id}
        latest = max(at, known.counted_at or at)
        return known.model_copy(update={**counts, "working": working, "counted_at": latest})

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
        counts = self.faded(at)
        counts[what] += 1
        if what == "answered":
            counts["minutes"] += max(0.0, (at - offered_at).total_seconds() / 60)
        latest = max(at, self.counted_at or at)
        return self.ended(consult_id).model_copy(update={**counts, "counted_at": latest})

    def faded(self, at: datetime) -> dict[str, float]:
        """The counts as of a moment; as they are for one before the last."""
        passed = (at - self.counted_at).total_seconds() / 86_400 if self.counted_at else 0.0
        kept = 0.5 ** (max(0.0, passed) / HALF_LIFE_DAYS)
        return {name: getattr(self, name) * kept for name in COUNTS}
