"""An approval: four eyes on a reply or a grant, with a clock of its own (M1, P1)."""

from typing import ClassVar, Literal

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent

ApprovalSubject = Literal["reply", "grant"]
ApprovalReason = Literal["stage", "mandate", "policy", "asked"]
"""Why it needs four eyes: the author's stage, an amount above the mandate, the brand's rule, or because the author wants it."""
PassedOnCause = Literal["off-shift", "no-answer"]


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
    request_id: str = ""
    """The request to routing for who is expected to act; empty in facts written before there was one."""


class ApprovalAssigned(ApprovalEvent):
    """Routing found who is expected to act on it. Every other coach and lead of the brand still may."""

    type: ClassVar[str] = "approval.assigned.v1"
    approver: Identifier
    request_id: Identifier
    until: UtcDatetime
    """When it is passed on: the approver has gone home by then, or did nothing for as long as the brand allows."""


class ApprovalPassedOn(ApprovalEvent):
    """Whoever was expected to act could not or did not; somebody else is looked for."""

    type: ClassVar[str] = "approval.passed-on.v1"
    approver: Identifier
    cause: PassedOnCause
    request_id: Identifier
    """The request to routing that has ended."""
    next_request: Identifier


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
