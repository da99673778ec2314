"""A consult: the owner asks a local specialist; the specialist answers the owner (O2)."""

from typing import ClassVar

from schemas.base import Identifier, Language, UtcDatetime
from schemas.events.case import CaseEvent


class ConsultEvent(CaseEvent):
    """Common to all facts about a consult."""

    consult_id: Identifier


class ConsultRequested(ConsultEvent):
    """The owner wants to know something from somebody with this skill and language."""

    type: ClassVar[str] = "consult.requested.v1"
    asked_by: Identifier
    question: str
    skill: str = ""
    language: Language
    due_at: UtcDatetime


class ConsultOffered(ConsultEvent):
    """Routing found a specialist, who sees the question now. Ownership does not move."""

    type: ClassVar[str] = "consult.offered.v1"
    specialist: Identifier
    country: str
    request_id: Identifier


class ConsultAnswered(ConsultEvent):
    """The specialist answered the owner."""

    type: ClassVar[str] = "consult.answered.v1"
    specialist: Identifier
    country: str
    answer: str


class ConsultWithdrawn(ConsultEvent):
    """The owner no longer needs the answer."""

    type: ClassVar[str] = "consult.withdrawn.v1"
    specialist: str = ""
