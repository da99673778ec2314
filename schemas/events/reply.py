"""A reply: what the brand says to the customer, from the owner's queue to the customer's hands."""

from typing import ClassVar, Literal

from schemas.base import Identifier, Language, UtcDatetime
from schemas.events.case import CaseEvent

ReplyKind = Literal["holding", "answer"]
"""A holding reply explains honestly that the solution takes a while (O5); an answer has substance."""


class ReplyEvent(CaseEvent):
    """Common to all facts about a reply."""

    reply_id: Identifier


class ReplyQueued(ReplyEvent):
    """The owner sent the reply off; delivery takes it from here. `signature` is a person's (V1)."""

    type: ClassVar[str] = "reply.queued.v1"
    kind: ReplyKind
    author: Identifier
    signature: str
    text: str
    language: Language
    channel: Identifier
    recipient_id: Identifier
    recipient_address: str = ""
    in_reply_to: str = ""
    """The channel's own id of the customer's message."""
    keeps_promise: str = ""
    queued_at: UtcDatetime


class ReplySent(ReplyEvent):
    """The channel took the reply."""

    type: ClassVar[str] = "reply.sent.v1"
    kind: ReplyKind
    author: Identifier
    first: bool
    """Whether this is the first reply the customer got in this case: it stops the first-response clock (F3)."""
    sent_at: UtcDatetime


class ReplyFailed(ReplyEvent):
    """The channel refused the reply for good; the owner must act."""

    type: ClassVar[str] = "reply.failed.v1"
    reason: str


class ReplyUncertain(ReplyEvent):
    """Nobody can know whether the customer got it. It is shown to the owner and never repeated silently (rule 4)."""

    type: ClassVar[str] = "reply.uncertain.v1"
    reason: str
