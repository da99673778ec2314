"""Something that leaves the house and is tried until it arrives, or given up visibly. Pure."""

from datetime import datetime, timedelta
from typing import Literal, TypeVar

from schemas.base import Model, UtcDatetime
from schemas.sending import Later, Outcome, Refused, Sent

Stage = Literal["waiting", "arrived", "given-up"]
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)


class Underway(Model):
    """How sending it goes."""

    made_at: UtcDatetime
    stage: Stage = "waiting"
    next_at: UtcDatetime | None
    """When it is to be sent or tried again; None: it is over."""
    attempts: int = 0
    holder: str = ""
    """The name of the latest attempt: whoever has it, makes it."""
    error: str = ""
    ended_at: UtcDatetime | None = None


U = TypeVar("U", bound=Underway)


def take(state: U, holder: str, now: datetime, lease: timedelta) -> U | None:
    """An attempt begins; when nothing is heard of it for as long as the lease, another one may. None: not now."""
    if state.next_at is None or state.next_at > now:
        return None
    return state.model_copy(update={"attempts": state.attempts + 1, "holder": holder, "next_at": now + lease})


def came_to(state: U, outcome: Outcome, now: datetime, give_up_after: timedelta) -> U:
    """What the attempt came to."""
    if state.next_at is None:
        return state
    if isinstance(outcome, Sent):
        return _ended(state, "arrived", "", now)
    if isinstance(outcome, Refused):
        return _ended(state, "given-up", outcome.reason, now)
    wait = min(FIRST_WAIT * 2 ** min(state.attempts - 1, 20), LONGEST_WAIT)
    if isinstance(outcome, Later) and outcome.after_seconds is not None:
        wait = max(wait, timedelta(seconds=outcome.after_seconds))
    if now + wait > state.made_at + give_up_after:
        return _ended(state, "given-up", f"not in {state.attempts} attempts; the last one: {outcome.reason}", now)
    return state.model_copy(update={"next_at": now + wait, "error": outcome.reason})


def dropped(state: U, reason: str, now: datetime) -> U:
    """It is not sent any more, because nobody wants it any more."""
    return _ended(state, "given-up", reason, now) if state.next_at else state


def _ended(state: U, stage: Stage, error: str, now: datetime) -> U:
    return state.model_copy(update={"stage": stage, "error": error, "next_at": None, "ended_at": now})
