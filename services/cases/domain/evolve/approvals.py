"""Four eyes on replies and grants (M1, P1)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.approval import (
    ApprovalAssigned,
    ApprovalGiven,
    ApprovalPassedOn,
    ApprovalRefused,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from services.cases.domain.case import Case
from services.cases.domain.evolve import replies
from services.cases.domain.records import Approval


def _requested(case: Case, event: ApprovalRequested) -> dict[str, Any]:
    approval = Approval(
        id=event.approval_id,
        subject=event.subject,
        subject_id=event.subject_id,
        asked_by=event.asked_by,
        reasons=event.reasons,
        requested_at=event.requested_at,
        due_at=event.due_at,
        send_at=event.send_at,
        request_id=event.request_id,
    )
    asked: dict[str, Any] = {"approvals": case.approvals | {approval.id: approval}}
    if event.subject != "reply":
        return asked
    return asked | replies.changed(
        case,
        event.subject_id,
        status="held",
        author=event.asked_by,
        send_at=event.send_at,
        messages=case.messages,
    )


def _approval(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"approvals": case.approvals | {id: case.approvals[id].model_copy(update=changes)}}


def _given(case: Case, event: ApprovalGiven) -> dict[str, Any]:
    return _approval(case, event.approval_id, status="given", by=event.by, comment=event.comment)


def _refused(case: Case, event: ApprovalRefused) -> dict[str, Any]:
    refused = _approval(case, event.approval_id, status="refused", by=event.by, comment=event.reason)
    return refused | _not_yet(case, event)


def _withdrawn(case: Case, event: ApprovalWithdrawn) -> dict[str, Any]:
    return _approval(case, event.approval_id, status="withdrawn", by=event.by) | _not_yet(case, event)


def _not_yet(case: Case, event: ApprovalRefused | ApprovalWithdrawn) -> dict[str, Any]:
    return replies.back_to_draft(case, event.subject_id) if event.subject == "reply" else {}


def _assigned(case: Case, event: ApprovalAssigned) -> dict[str, Any]:
    return _approval(case, event.approval_id, approver=event.approver, approver_until=event.until)


def _passed_on(case: Case, event: ApprovalPassedOn) -> dict[str, Any]:
    idle = case.approvals[event.approval_id].idle
    return _approval(
        case,
        event.approval_id,
        request_id=event.next_request,
        approver="",
        approver_until=None,
        idle=(*idle, event.approver) if event.cause == "no-answer" else idle,
    )


def late(case: Case, approval_id: str) -> dict[str, Any]:
    """It was escalated."""
    return _approval(case, approval_id, late=True) if approval_id in case.approvals else {}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    ApprovalRequested: _requested,
    ApprovalGiven: _given,
    ApprovalRefused: _refused,
    ApprovalWithdrawn: _withdrawn,
    ApprovalAssigned: _assigned,
    ApprovalPassedOn: _passed_on,
}
