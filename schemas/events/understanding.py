"""What is understood of a case as a whole, read again with every message (U1), and what people set right (U3)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Identifier, Language, UtcDatetime
from schemas.events.case import CaseEvent
from schemas.events.message import Classification, Intent, Sentiment, SignalKind, Urgency
from schemas.events.routing import RoutingRequest

Judgement = Literal["language", "intent", "sentiment", "urgency", "topic"]


Cause = Literal["message", "correction", "second-reading"]


class CaseReclassified(CaseEvent):
    """A message, a person or a second reading changed what the case is about, its tone, or its urgency; all as it is now."""

    type: ClassVar[str] = "case.reclassified.v1"
    cause: Cause
    message_id: Identifier
    by: str = ""
    """Who set it right; empty: nobody, a message came or was read again."""
    language: Language
    intent: Intent
    sentiment: Sentiment
    urgency: Urgency
    topic: str = ""
    skill: str = ""
    signals: tuple[SignalKind, ...] = ()
    """What the message shows that a person has to see soon."""
    changed: tuple[Judgement, ...] = Field(min_length=1)
    first_reply_due_at: UtcDatetime | None = None
    """When the customer has to hear from us now, if that is sooner than before."""
    reclassified_at: UtcDatetime


class ClassificationCorrected(CaseEvent):
    """A person says what a message really is (U3). What they leave out, they have not looked at."""

    type: ClassVar[str] = "classification.corrected.v1"
    correction_id: Identifier
    message_id: Identifier
    by: Identifier
    was: Classification
    """As it was understood before."""
    language: Language | None = None
    intent: Intent | None = None
    sentiment: Sentiment | None = None
    urgency: Urgency | None = None
    topic: str | None = None
    """Empty: none of the organisation's topics."""
    corrected_at: UtcDatetime


class RequestChanged(RoutingRequest):
    """Who waits for an owner is understood better now: look for somebody by this, and serve it by that time."""

    type: ClassVar[str] = "request.changed.v1"
    language: Language
    skill: str = ""
    urgency: Urgency
    due_at: UtcDatetime
