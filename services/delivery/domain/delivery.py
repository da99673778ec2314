"""One reply on its way out: queued -> sending -> sent, failed or uncertain (design 4, rule 4); or cancelled in time.

Pure functions `(state, what happened, now) -> (state, events)`. A reply is claimed before each attempt; so whatever is
found claimed long afterwards is an attempt that was interrupted, and nobody knows how far it came. Where the receiver
recognises a repetition it is repeated under the same id; elsewhere it is uncertain and never repeated.

A reply of several messages sends one after the other, each claimed and settled on its own. What ends one of them ends
the reply: the later ones do not leave.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.base import Event, UtcDatetime
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.reply import ReplyQueued
from schemas.sending import Later, Outcome, Refused, Sent
from services.delivery.domain.piece import Piece, texts

Status = Literal["queued", "sending", "sent", "failed", "uncertain", "cancelled"]
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
    """Over all its messages."""
    next_at: UtcDatetime | None = None
    accepted_at: UtcDatetime
    sent_at: UtcDatetime | None = None
    receipt: str = ""
    """The channel's id of the first message."""
    reason: str = ""
    """Why it is where it is, for people."""
    receipts: tuple[str, ...] = ()
    """Of the messages that have left, in order."""
    attempts_before: int = 0
    """Attempts that the messages before the present one took."""
    may_have_arrived: bool = False
    """An attempt with the present message ended so that it may have got there; it is asked of the receiver again."""
    cancel_wanted: bool = False
    """Somebody wanted it not to leave while an attempt was in the air."""

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.status in ("queued", "sending")

    @property
    def piece(self) -> Piece:
        """The message that goes next."""
        reply, left = self.reply, len(self.receipts)
        all_texts = texts(reply)
        piece = Piece(reply, left + 1, len(all_texts), all_texts[left], reply.in_reply_to)
        before = self.receipts[-1] if left else ""
        # A receiver that names no id of its own is given none of ours: it knows the customer's message only.
        return piece if before in ("", piece.before_id) else piece.answering(before)

    @property
    def underway(self) -> bool:
        """Some of it has left or is in the air, and there is more to come; nothing else may come between."""
        return self.status == "sending" or (self.open and bool(self.receipts))

    @property
    def untouched(self) -> bool:
        """Nothing of it has left, and nothing can have."""
        return self.status == "queued" and not self.receipts and not self.may_have_arrived


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
    longest = max(map(len, texts(reply)))
    if longest > way.max_length:
        what = "a part of the reply" if reply.parts else "the reply"
        return _failed(new, f"{what} has {longest} characters, the channel takes {way.max_length}")
    if not all(each.url.startswith(("https://", "http://")) for each in reply.attachments):
        return _failed(new, "an attachment has no address on the web")
    if not way.leaves:
        return _sent(_with(new, attempts=1), (reply.reply_id,), now)
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
        reason = "an attempt was interrupted"
        return _with(state, status="queued", next_at=now, reason=reason, may_have_arrived=True), ()
    return _uncertain(state, "sending was interrupted; the customer may or may not have received it")


def postpone(state: Delivery, until: datetime) -> Change:
    """It is another one's turn first, or the channel wants a pause."""
    return _with(state, next_at=until), ()


def cancel(state: Delivery) -> Change | None:
    """Somebody wants it not to leave. It does not if nothing of it can have left; else its own report is the answer.

    While an attempt is in the air nobody can know; how that one ends decides.
    """
    if state.untouched:
        return _cancelled(state)
    may_be_in_time = state.status == "sending" and not state.receipts and not state.may_have_arrived
    if may_be_in_time and not state.cancel_wanted:
        return _with(state, cancel_wanted=True), ()
    return None


def settle(state: Delivery, outcome: Outcome, now: datetime, give_up_after: timedelta) -> Change:
    """An attempt came to an end."""
    if isinstance(outcome, Sent):
        return _left(state, outcome, now)
    if isinstance(outcome, Refused):
        return _failed(state, outcome.reason)
    if isinstance(outcome, Later):
        return _later(state, outcome, now, give_up_after)
    return _uncertain(state, outcome.reason)


def _left(state: Delivery, outcome: Sent, now: datetime) -> Change:
    """One message has left; the next may go at once."""
    receipts = (*state.receipts, outcome.receipt)
    if len(receipts) == len(texts(state.reply)):
        return _sent(state, receipts, now)
    return _with(
        state,
        status="queued",
        next_at=now,
        receipt=receipts[0],
        receipts=receipts,
        attempts_before=state.attempts,
        may_have_arrived=False,
        reason="",
    ), ()


def _later(state: Delivery, outcome: Later, now: datetime, give_up_after: timedelta) -> Change:
    waiting = _with(state, status="queued", may_have_arrived=state.may_have_arrived or outcome.may_have_arrived)
    if state.cancel_wanted and waiting.untouched:
        return _cancelled(waiting)
    next_at = now + timedelta(seconds=wait_seconds(state, outcome))
    if next_at > state.accepted_at + give_up_after:
        return _failed(waiting, f"given up after {state.attempts} attempts: {outcome.reason}")
    return _with(waiting, next_at=next_at, reason=outcome.reason), ()


def wait_seconds(state: Delivery, outcome: Later) -> float:
    """How long to wait: never shorter than the channel asked, and spread so that not all come back at once."""
    spread = (
        zlib.crc32(f"{state.reply.reply_id}/{state.attempts}".encode()) / 2**32
    )  # the same every time: no clock, no dice
    asked = outcome.after_seconds
    tries = state.attempts - state.attempts_before
    base = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1] if asked is None else asked
    return base * (1 + JITTER * spread)


def _sent(state: Delivery, receipts: tuple[str, ...], now: datetime) -> Change:
    reply = state.reply
    sent = _with(
        state, status="sent", next_at=None, sent_at=now, receipt=receipts[0], receipts=receipts, reason=""
    )  # fmt: skip
    event = DeliverySent(
        reply_id=reply.reply_id,
        case_id=reply.case_id,
        conversation=reply.conversation,
        receipt=receipts[0],
        receipts=receipts if len(receipts) > 1 else (),
        sent_at=now,
        attempts=state.attempts,
    )
    return sent, [event]


def _failed(state: Delivery, reason: str) -> Change:
    reply, reason = state.reply, _with_progress(state, reason)
    event = DeliveryFailed(
        reply_id=reply.reply_id,
        case_id=reply.case_id,
        conversation=reply.conversation,
        reason=reason,
        attempts=state.attempts,
        receipts=state.receipts,
    )
    return _with(state, status="failed", next_at=None, reason=reason), [event]


def _uncertain(state: Delivery, reason: str) -> Change:
    reply, reason = state.reply, _with_progress(state, reason)
    event = DeliveryUncertain(
        reply_id=reply.reply_id,
        case_id=reply.case_id,
        conversation=reply.conversation,
        reason=reason,
        receipts=state.receipts,
    )
    return _with(state, status="uncertain", next_at=None, reason=reason), [event]


def _cancelled(state: Delivery) -> Change:
    reply = state.reply
    event = DeliveryCancelled(reply_id=reply.reply_id, case_id=reply.case_id, conversation=reply.conversation)
    return _with(state, status="cancelled", next_at=None, reason="it was cancelled in time"), [event]


def _with_progress(state: Delivery, reason: str) -> str:
    """Why, and how much of it the customer has."""
    left, all_of_them = len(state.receipts), len(texts(state.reply))
    if not left:
        return reason
    return f"{left} of {all_of_them} parts {'was' if left == 1 else 'were'} sent; then: {reason}"


def _with(state: Delivery, **changes: object) -> Delivery:
    return state.model_copy(update=changes)
