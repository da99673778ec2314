"""A consult: the owner asks a local specialist; the specialist answers the owner (O2)."""

from typing import ClassVar

from pydantic import Field

from schemas.base import Identifier, Language, Model, UtcDatetime
from schemas.events.case import CaseEvent
from schemas.events.message import Attachment
from schemas.organisation_values import CefrLevel


class ConsultEvent(CaseEvent):
    """Common to all facts about a consult."""

    consult_id: Identifier


class Interpretation(Model):
    """What makes a consult one with an interpreter: its question is a text, its answer the same text in another language."""

    source: Language
    target: Language
    level: CefrLevel = "B2"
    """How well the interpreter speaks the consult's language at least; the other of the two at B2."""
    note: str = ""
    """What the interpreter should know: who reads it, which tone."""

    def other(self, language: str) -> str:
        """The one of the two languages that is not this one."""
        return self.source if language == self.target else self.target


class ConsultRequested(ConsultEvent):
    """The owner wants to know something from somebody with this skill and language."""

    type: ClassVar[str] = "consult.requested.v1"
    asked_by: Identifier
    question: str
    skill: str = ""
    language: Language
    due_at: UtcDatetime
    specialist: str = ""
    """The one person who is meant; empty: whoever routing finds."""
    country: str = ""
    """Where the specialist should be, two letters of ISO 3166; empty: anywhere."""
    places: int = Field(default=1, ge=1, le=3)
    """To how many it is offered at a time; the first who accepts or answers has it."""
    attachments: tuple[Attachment, ...] = ()
    interpretation: Interpretation | None = None
    """Set for an interpreter; `language` is then the one of the two that the owner speaks less well."""


class ConsultOffered(ConsultEvent):
    """Routing found a specialist, who sees the question now. Ownership does not move."""

    type: ClassVar[str] = "consult.offered.v1"
    specialist: Identifier
    country: str
    request_id: Identifier
    expires_at: UtcDatetime | None = None
    """When it goes to somebody else, by the specialist's own working minutes (rule 3); none: it does not."""


class ConsultAnswered(ConsultEvent):
    """The specialist answered the owner."""

    type: ClassVar[str] = "consult.answered.v1"
    specialist: Identifier
    country: str
    answer: str
    attachments: tuple[Attachment, ...] = ()
    late: bool = False
    """The specialist's offer or the consult had ended already; the answer is kept and shown all the same."""
    answered_at: UtcDatetime | None = None
    """Facts written before this field existed have none."""


class ConsultWithdrawn(ConsultEvent):
    """The owner no longer needs the answer."""

    type: ClassVar[str] = "consult.withdrawn.v1"
    specialist: str = ""


class ConsultOfferEvent(ConsultEvent):
    """Common to what becomes of one offer; a consult may be with several specialists at a time."""

    specialist: Identifier
    request_id: Identifier


class ConsultAccepted(ConsultOfferEvent):
    """The specialist works on it; other offers of the same consult end."""

    type: ClassVar[str] = "consult.accepted.v1"


class ConsultDeclined(ConsultOfferEvent):
    """The specialist can not; it goes to somebody else without the owner doing anything."""

    type: ClassVar[str] = "consult.declined.v1"
    reason: str


class ConsultOfferExpired(ConsultOfferEvent):
    """The specialist said nothing in time; it goes to somebody else without the owner doing anything."""

    type: ClassVar[str] = "consult.offer-expired.v1"


class ConsultOfferEnded(ConsultOfferEvent):
    """Somebody else accepted it, or the owner withdrew it."""

    type: ClassVar[str] = "consult.offer-ended.v1"


class ConsultAskedBack(ConsultEvent):
    """The specialist needs to know more before answering."""

    type: ClassVar[str] = "consult.asked-back.v1"
    specialist: Identifier
    text: str
    attachments: tuple[Attachment, ...] = ()


class ConsultClarified(ConsultEvent):
    """The owner told the specialist more."""

    type: ClassVar[str] = "consult.clarified.v1"
    by: Identifier
    text: str
    attachments: tuple[Attachment, ...] = ()


class ConsultRated(ConsultEvent):
    """The owner says how much the answer helped: 1 not at all, 5 solved it. The specialist is credited."""

    type: ClassVar[str] = "consult.rated.v1"
    specialist: Identifier
    by: Identifier
    stars: int = Field(ge=1, le=5)
    comment: str = ""
    rated_at: UtcDatetime | None = None


class ConsultSaved(CaseEvent):
    """The owner found an earlier answer in the library, and asked nobody."""

    type: ClassVar[str] = "consult.saved.v1"
    by: Identifier
    question: str
    answer_id: Identifier
    """The answer of the library that served again: a consult's id, or that of one of its late answers."""
    specialist: Identifier
    """Who gave that answer, and is credited."""
    saved_at: UtcDatetime | None = None
