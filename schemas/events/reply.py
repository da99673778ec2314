"""A reply: what the brand says to the customer, from the first draft to the customer's hands."""

from typing import ClassVar, Literal

from schemas.base import Identifier, Language, Model, UtcDatetime
from schemas.events.case import CaseEvent
from schemas.events.message import Attachment

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
    parts: tuple[str, ...] = ()
    """The text in pieces that the channel takes, in order, where it is longer than one message; empty: it is one."""
    attachments: tuple[Attachment, ...] = ()
    to_conversation: str = ""
    """Where it goes, when that is not the case's own conversation (a merged case, M4)."""
    agreed_at: UtcDatetime | None = None
    """It left by itself: then its author agreed that prepared holding replies do (O5)."""


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


class Pledge(Model):
    """What a draft promises; the promise is made when the reply leaves (F1)."""

    what: str
    due_at: UtcDatetime


class ReplyDrafted(ReplyEvent):
    """A version of a reply that nobody outside has seen; each change is the next version."""

    type: ClassVar[str] = "reply.drafted.v1"
    version: int
    author: Identifier
    kind: ReplyKind
    text: str
    attachments: tuple[Attachment, ...] = ()
    keeps_promise: str = ""
    promise: Pledge | None = None
    drafted_at: UtcDatetime
    takes_up: str = ""
    """The reply that did not leave, whose words go on in this one."""
    prepared: bool = False
    """Nobody wrote it: it lies ready for the owner, because the first reply is due soon (O5)."""


class ReplyDiscarded(ReplyEvent):
    """The draft is not wanted any more."""

    type: ClassVar[str] = "reply.discarded.v1"
    by: Identifier


class ReplyScheduled(ReplyEvent):
    """It leaves at `send_at`, in the name of `by`, unless somebody cancels it."""

    type: ClassVar[str] = "reply.scheduled.v1"
    by: Identifier
    version: int
    send_at: UtcDatetime
    signature: str = ""
    text: str = ""
    """As it will leave, with its signature."""
    parts: tuple[str, ...] = ()
    by_itself: bool = False
    """Nobody sent it off: brand and owner let prepared holding replies leave by themselves (O5)."""


class ReplyCancelRequested(ReplyEvent):
    """The owner wants a queued reply not to leave; delivery says whether that was in time."""

    type: ClassVar[str] = "reply.cancel-requested.v1"
    by: Identifier


class ReplyCancelled(ReplyEvent):
    """It did not leave and will not; its words are a draft again.

    Delivery takes a reply by its id once. So the words of one that was queued go on under a new id: a `reply.drafted` follows.
    """

    type: ClassVar[str] = "reply.cancelled.v1"
    by: Identifier
    reason: str = ""
    """Why, where nobody cancelled it: what time found to be in its way."""
