"""Who is expected to look at what waits for four eyes: found by routing, relieved when they go home or do nothing (M1, P1).

It is no condition: every coach and lead of the brand may act at any time, whoever is expected to.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from schemas.base import Event
from schemas.events.approval import ApprovalAssigned, ApprovalPassedOn
from schemas.events.routing import ApproverFound, ApproverRequested
from schemas.ids import derive
from schemas.organisation import NotInOrganisation
from schemas.working_time import working_time
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts, released
from services.cases.domain.evolve import evolve
from services.cases.domain.mandate import approving, policy_in
from services.cases.domain.records import Approval
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer


def approver_wanted(case: Case, approval: Approval, terms: Terms) -> ApproverRequested:
    """What routing is asked: not the author, nor who was there and did nothing; for a grant with a mandate that suffices."""
    grant = case.grants.get(approval.subject_id) if approval.subject == "grant" else None
    mandates: tuple[str, ...] = ()
    if grant:
        mandates = approving(policy_in(case, terms), grant.kind, Decimal(grant.amount), grant.currency)
    return ApproverRequested(
        request_id=approval.request_id,
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        approval_id=approval.id,
        brand=case.brand,
        language=case.language,
        due_at=approval.due_at,
        excluded=tuple(dict.fromkeys((approval.asked_by, *approval.idle))),
        mandates=mandates,
    )


def approver_found(case: Case, event: ApproverFound) -> list[Event]:
    """Somebody is expected to act. What is no longer wanted was released already."""
    approval = case.approvals.get(event.approval_id)
    if approval is None or approval.status != "waiting" or approval.request_id != event.request_id:
        return []
    if approval.approver == event.person:
        return []
    assigned = ApprovalAssigned(
        **facts_of(case, approval), approver=event.person, request_id=event.request_id, until=event.until
    )
    return [assigned]


def approvals_passed_on(case: Case) -> Iterable[Timer]:
    """When whoever is expected to act has had their time, or goes home."""
    for each in case.approvals.values():
        if each.status == "waiting" and each.approver_until:
            yield Timer(each.approver_until, f"approval-passed-on:{each.request_id}", partial(_passed_on, each.id))


def _passed_on(approval_id: str, case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
    approval = case.approvals[approval_id]
    passed_on = ApprovalPassedOn(
        **facts_of(case, approval),
        approver=approval.approver,
        cause="no-answer" if _at_work(approval.approver, terms, now) else "off-shift",
        request_id=approval.request_id,
        next_request=derive("approver", approval.id, approval.request_id),
    )
    after = evolve(case, passed_on).approvals[approval_id]
    return [passed_on, *freed(case, approval), approver_wanted(case, after, terms)]


def freed(case: Case, approval: Approval) -> list[Event]:
    """The room of whoever is expected to act, or the end of the search for them."""
    return [released(case, approval.request_id, approval.approver or "nobody")] if approval.request_id else []


def _at_work(person_id: str, terms: Terms, now: datetime) -> bool:
    try:
        return working_time(terms.person(person_id)).is_open(now)
    except NotInOrganisation:
        return False


def facts_of(case: Case, approval: Approval) -> dict[str, str]:
    """What every fact about an approval says of it."""
    about = {"approval_id": approval.id, "subject": approval.subject, "subject_id": approval.subject_id}
    return {**facts(case), **about}
