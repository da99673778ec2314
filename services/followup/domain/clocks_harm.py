"""Which of several late clocks does most harm: the order in which they speak when many are late at once. Pure."""

from datetime import datetime

from schemas.events.followup import ClockKind
from schemas.events.message import Urgency
from services.followup.domain.clocks import CaseClocks, Clock

KIND_WEIGHTS: dict[ClockKind, int] = {
    "first-response": 4,
    "promise": 4,
    "next-reply": 3,
    "pick-up": 2,
    "approval": 2,
    "consult": 1,
    "resolution": 1,
    "closing": 0,
}
"""Who has heard nothing, or relied on our word, is hurt most. Nobody misses anything when a quiet period ends."""
URGENCY_WEIGHTS: dict[Urgency, int] = {"high": 4, "normal": 2, "low": 1}
WEIGHTS = tuple(sorted({kind * urgency for kind in KIND_WEIGHTS.values() for urgency in URGENCY_WEIGHTS.values()}))
"""Every weight that there is."""


def weight(clock: Clock, urgency: Urgency) -> int:
    """What a minute of being late weighs."""
    return KIND_WEIGHTS[clock.kind] * URGENCY_WEIGHTS[urgency]


def harm(clock: Clock, urgency: Urgency, now: datetime) -> float:
    """Minutes late by weight; 0 for what is not late."""
    return max(0.0, (now - clock.due_at).total_seconds() / 60) * weight(clock, urgency)


def case_harm(state: CaseClocks, now: datetime) -> float:
    """The harm of the worst of those clocks of a case that have something to say."""
    return max((harm(clock, state.urgency, now) for clock in state.due(now)), default=0.0)
