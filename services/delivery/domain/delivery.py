"""One reply on its way out: queued -> sending -> sent, failed or uncertain (design 4, rule 4).

Pure functions `(state, what happened, now) -> (state, events)`. A reply is claimed before each attempt; so whatever is
found claimed long afterwards is an attempt that was interrupted, and nobody knows how far it came. Where the receiver
recognises a repetition it is repeated under the same id; elsewhere it is uncertain and never repeated.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.base import Event, UtcDatetime
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.reply import ReplyQueued
from services.delivery.domain.outcome import Later, Outcome, Refused, Sent

Status = Literal["queued", "sending", "sent", "failed", "uncertain"]
Change = tuple["Delivery", Sequence[Event]]

BACKOFF_SECONDS = (5, 15, 60, 300, 900, 1800, 3600)
"""The last one again and again, until it is given up."""
JITTER = 0.2


class Delivery(BaseModel):
    """A reply and how far it has come. `next_at` is when somebody has to look at it again; None when nobody has to."""

    model_config = ConfigDict(frozen=True)

    reply: ReplyQueued
    status: Status
    attempts: int = 0
    next_at: UtcDatetime | None = None
    accepted_at: UtcDatetime
    sent_at: UtcDatetime | None = None
    receipt: str = ""
    reason: str = ""
    """Why it is where it is, for people."""

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.status in ("queued", "sending")


@dataclass(frozen=True, slots=True)
class WayOut:
    """What delivery must know of a channel to take a reply for it."""

    max_length: int
    leaves: bool
    """False: the mailbox here is the channel, and its page shows what is in it."""
    needs_address: bool = False


def accept(reply: ReplyQueued, way: WayOut | None, now: datetime) -> Change:
    """A reply was queued: sent at once where the mailbox is the channel, failed where it can never be sent."""
    new = Delivery(reply=reply, status="queued", accepted_at=now, next_at=now)
    if way is None:
        return _failed(new, f"the organisation has no channel {reply.channel!r}")
    if len(reply.text) > way.max_length:
        return _failed(new, f"the reply has {len(reply.text)} characters, the channel takes {way.max_length}")
    if not way.leaves:
        return _sent(new, Sent(reply.reply_id), now)
    if way.needs_address and not reply.recipient_address:
        return _failed(new, "no address is known for this customer")
    return new, ()


def claim(state: Delivery, now: datetime, lease_seconds: float) -> Change:
    """Begin an attempt; for `lease_seconds` it is nobody else's business."""
    return _with(
        state, status="sending", attempts=state.attempts + 1, next_at=now + timedelta(seconds=lease_seconds)
    ), ()


def interrupted(state: Delivery, repeatable: bool, now: datetime) -> Change:
    """An attempt was never heard of again."""
    if repeatable:
        return _with(state, status="queued", next_at=now, reason="an attempt was interrupted"), ()
    return _uncertain(state, "sending was interrupted; the customer may or may not have received it")


def postpone(state: Delivery, until: datetime) -> Change:
    """It is another one's turn first, or the channel wants a pause."""
    return _with(state, next_at=until), ()


def settle(state: Delivery, outcome: Outcome, now: datetime, give_up_after: timedelta) -> Change:
    """An attempt came to an end."""
    if isinstance(outcome, Sent):
        return _sent(state, outcome, now)
    if isinstance(outcome, Refused):
        return _failed(state, outcome.reason)
    if isinstance(outcome, Later):
        return _later(state, outcome, now, give_up_after)
    return _uncertain(state, outcome.reason)


def _later(state: Delivery, outcome: Later, now: datetime, give_up_after: timedelta) -> Change:
    next_at = now + timedelta(seconds=wait_seconds(state, outcome))
    if next_at > state.accepted_at + give_up_after:
        return _failed(state, f"given up after {state.attempts} attempts: {outcome.reason}")
    return _with(state, status="queued", next_at=next_at, reason=outcome.reason), ()


def wait_seconds(state: Delivery, outcome: Later) -> float:
    """How long to wait: never shorter than the channel asked, and spread so that not all come back at once."""
    spread = (
        zlib.crc32(f"{state.reply.reply_id}/{state.attempts}".encode()) / 2**32
    )  # the same every time: no clock, no dice
    asked = outcome.after_seconds
    base = BACKOFF_SECONDS[min(state.attempts, len(BACKOFF_SECONDS)) - 1] if asked is None else asked
    return base * (1 + JITTER * spread)


def _sent(state: Delivery, outcome: Sent, now: datetime) -> Change:
    attempts = max(state.attempts, 1)
    sent = _with(state, status="sent", attempts=attempts, next_at=None, sent_at=now, receipt=outcome.receipt, reason="")
    reply = state.reply
    return sent, [
        DeliverySent(
            reply_id=reply.reply_id,
            case_id=reply.case_id,
            conversation=reply.conversation,
            receipt=outcome.receipt,
            sent_at=now,
            attempts=attempts,
        )
    ]


def _failed(state: Delivery, reason: str) -> Change:
    reply = state.reply
    event = DeliveryFailed(
        reply_id=reply.reply_id,
        case_id=reply.case_id,
        conversation=reply.conversation,
        reason=reason,
        attempts=state.attempts,
    )
    return _with(state, status="failed", next_at=None, reason=reason), [event]


def _uncertain(state: Delivery, reason: str) -> Change:
    reply = state.reply
    event = DeliveryUncertain(
        reply_id=reply.reply_id, case_id=reply.case_id, conversation=reply.conversation, reason=reason
    )
    return _with(state, status="uncertain", next_at=None, reason=reason), [event]


def _with(state: Delivery, **changes: object) -> Delivery:
    return state.model_copy(update=changes)
