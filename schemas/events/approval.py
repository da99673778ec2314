"""An approval: four eyes on a reply or a grant, with a clock of its own (M1, P1)."""

from typing import ClassVar, Literal

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent

ApprovalSubject = Literal["reply", "grant"]
ApprovalReason = Literal["stage", "mandate", "policy"]
"""Why it needs four eyes: the author's stage, an amount above the mandate, or the brand's rule."""


class ApprovalEvent(CaseEvent):
    """Common to all facts about an approval. `subject_id` is the reply or the grant."""

    approval_id: Identifier
    subject: ApprovalSubject
    subject_id: Identifier


class ApprovalRequested(ApprovalEvent):
    """It waits for a coach or a lead who is not its author, until `due_at`."""

    type: ClassVar[str] = "approval.requested.v1"
    asked_by: Identifier
    reasons: tuple[ApprovalReason, ...]
    requested_at: UtcDatetime
    due_at: UtcDatetime
    send_at: UtcDatetime | None = None
    """When a reply is to leave, if not at once."""


class ApprovalGiven(ApprovalEvent):
    """It may go."""

    type: ClassVar[str] = "approval.given.v1"
    by: Identifier
    comment: str = ""


class ApprovalRefused(ApprovalEvent):
    """It goes back to its author, with the reason."""

    type: ClassVar[str] = "approval.refused.v1"
    by: Identifier
    reason: str


class ApprovalWithdrawn(ApprovalEvent):
    """Its author no longer wants it."""

    type: ClassVar[str] = "approval.withdrawn.v1"
    by: Identifier
    reason: str = ""
