"""Four eyes: what waits for a coach or a lead, and what they say about it (M1, P1)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel

from schemas.base import Event, UtcDatetime
from schemas.events.approval import ApprovalReason, ApprovalSubject
from services.cases.api.acting import Accepted, Acting, All, Commands, Reading, may
from services.cases.domain import Case
from services.cases.domain.commands import approvals
from services.cases.domain.commands.approvals import Approve, RefuseApproval
from services.cases.domain.records import Approval
from services.cases.domain.terms import Terms
from services.cases.store import CASES
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()

ApprovalId = Annotated[str, Path(max_length=200)]


class Waiting(BaseModel):
    """Something that waits for four eyes."""

    approval_id: str
    case_id: str
    brand: str
    subject: ApprovalSubject
    subject_id: str
    asked_by: str
    owner: str
    reasons: tuple[ApprovalReason, ...]
    requested_at: UtcDatetime
    due_at: UtcDatetime
    late: bool
    approver: str
    """Who is expected to act; empty while nobody could be found. Every coach and lead of the brand may."""
    approver_until: UtcDatetime | None
    """When it is passed on to somebody else."""


@router.get("/approvals")
@may("coach", "lead")
async def waiting_approvals(
    request: Request,
    actor: Reading,
    cases: All,
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Waiting]:
    """What waits in the brands of the acting coach or lead, the earliest due first; `limit` counts cases."""
    standing = await cases.standing(actor)
    person = standing.person
    if person is None or not (person.role in ("coach", "lead") or person.stage == "coach"):
        raise Problem(403, "not-allowed", "this needs a coach or a lead")
    if brand and brand not in standing.brands:
        raise Problem(422, "unknown-brand", f"there is no brand {brand!r} among those that you serve")
    query: dict[str, Any] = {"brand": brand or {"$in": sorted(standing.brands)}}
    found = await page(cases.service.database, CASES, query, "approval_due_ms", cursor, limit)
    items = [_shown(each.state, one) for each in found.documents if each.state for one in each.state.approvals.values()]
    waiting = [each for each in items if each is not None]
    return Page(items=sorted(waiting, key=lambda each: each.due_at), **found.links(request))


@router.post("/cases/{case_id}/approvals/{approval_id}/approval", status_code=202)
@may("coach", "lead")
async def approve(case_id: str, approval_id: ApprovalId, command: Approve, actor: Acting, cases: All) -> Accepted:
    """It may go, perhaps with a better text; a coach or lead of the brand who did not send it."""
    asked_by = await _asked_by(case_id, approval_id, actor, cases)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return approvals.approve(case, approval_id, command, actor.person, terms, now)

    return await cases.carry_out(
        case_id, actor, rule, people=asked_by, told=_told(approval_id), approval_id=approval_id
    )


@router.post("/cases/{case_id}/approvals/{approval_id}/refusal", status_code=202)
@may("coach", "lead")
async def refuse(case_id: str, approval_id: ApprovalId, command: RefuseApproval, actor: Acting, cases: All) -> Accepted:
    """It goes back to its author, with the reason."""
    asked_by = await _asked_by(case_id, approval_id, actor, cases)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return approvals.refuse(case, approval_id, command, actor.person, terms, now)

    return await cases.carry_out(
        case_id, actor, rule, people=asked_by, told=_told(approval_id), approval_id=approval_id
    )


@router.post("/cases/{case_id}/approvals/{approval_id}/withdrawal", status_code=202)
@may("colleague")
async def withdraw(case_id: str, approval_id: ApprovalId, actor: Acting, cases: All) -> Accepted:
    """Whoever asked no longer wants it."""
    asked_by = await _asked_by(case_id, approval_id, actor, cases)

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return approvals.withdraw(case, approval_id, actor.person, now)

    return await cases.carry_out(
        case_id, actor, rule, people=asked_by, told=_told(approval_id), approval_id=approval_id
    )


def _shown(case: Case, approval: Approval) -> Waiting | None:
    if approval.status != "waiting" or case.closed:
        return None
    known = approval.model_dump(include=set(Waiting.model_fields))
    return Waiting(**known, approval_id=approval.id, case_id=case.id, brand=case.brand, owner=case.owner)


async def _asked_by(case_id: str, approval_id: str, actor: Acting, cases: Commands) -> list[str]:
    """Who asked, which never changes: to be known as they are now."""
    document = await cases.find(case_id, actor)
    approval = document.state.approvals.get(approval_id) if document.state else None
    return [approval.asked_by] if approval else []


def _told(approval_id: str) -> Callable[[Case], Mapping[str, str]]:
    """What became of the reply or the grant."""

    def told(case: Case) -> Mapping[str, str]:
        approval = case.approvals.get(approval_id)
        if approval is None:
            return {}
        if approval.subject == "grant":
            return {"grant_id": approval.subject_id}
        return {"reply_id": approval.subject_id, "reply_status": case.replies[approval.subject_id].status}

    return told
