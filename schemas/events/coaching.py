"""People grow into it: what a coach says about a reply that was sent (P3)."""

from typing import ClassVar

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent


class FeedbackGiven(CaseEvent):
    """A coach or lead commented on a sent reply; its author sees it."""

    type: ClassVar[str] = "feedback.given.v1"
    feedback_id: Identifier
    reply_id: Identifier
    author: Identifier
    """Who wrote the reply."""
    by: Identifier
    text: str
    praise: bool = False
    given_at: UtcDatetime


class FeedbackSeen(CaseEvent):
    """The author of the reply has read it."""

    type: ClassVar[str] = "feedback.seen.v1"
    feedback_id: Identifier
    by: Identifier
