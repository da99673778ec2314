"""What happens to a case: opened, owned, resolved, closed, reopened."""

from typing import ClassVar, Literal

from schemas.base import Event, Identifier, Language, UtcDatetime
from schemas.events.message import Author, Classification, Message, Visibility

ClosingCause = Literal["quiet"]


class CaseEvent(Event):
    """Common to all facts about a case: which case, in which conversation, of which brand."""

    case_id: Identifier
    conversation: Identifier
    brand: Identifier


class CaseOpened(CaseEvent):
    """The first message of a new case arrived. `previous_case` is the closed case of the same conversation, if any."""

    type: ClassVar[str] = "case.opened.v1"
    channel: Identifier
    visibility: Visibility
    customer: Author
    pool: Identifier
    language: Language
    opened_at: UtcDatetime
    first_reply_due_at: UtcDatetime
    previous_case: str = ""
    previous_owner: str = ""


class CaseMessageAdded(CaseEvent):
    """A customer's message now belongs to this case (the first one too)."""

    type: ClassVar[str] = "case.message-added.v1"
    message: Message
    classification: Classification


class CaseAssigned(CaseEvent):
    """The case has its one owner (O1)."""

    type: ClassVar[str] = "case.assigned.v1"
    owner: Identifier
    request_id: Identifier
    assigned_at: UtcDatetime


class CaseResolved(CaseEvent):
    """The owner holds the question answered; no promise is open (F2)."""

    type: ClassVar[str] = "case.resolved.v1"
    owner: Identifier
    resolved_at: UtcDatetime
    closes_at: UtcDatetime


class CaseReopened(CaseEvent):
    """The customer wrote again before the quiet period ended; the owner stays the owner."""

    type: ClassVar[str] = "case.reopened.v1"
    owner: Identifier
    message_id: Identifier


class CaseClosed(CaseEvent):
    """The quiet period after the resolution has passed; what comes later is a new case."""

    type: ClassVar[str] = "case.closed.v1"
    owner: Identifier
    cause: ClosingCause = "quiet"
