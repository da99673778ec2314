"""An assignment is refused: it goes back to routing, and until somebody else is found the owner remains (O1, rule 1)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import BaseModel

from schemas.base import Event
from schemas.events.case import CaseAssignmentRefused, CaseEscalated, CaseOwnerChanged
from schemas.events.handover import HandoverWithdrawn
from schemas.events.routing import OwnerAssigned, OwnerRequested
from schemas.ids import derive
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts, released, require_unresolved
from services.cases.domain.commands.ownership import Reason, cover_ended, cover_search_ended, is_superior, require_owned
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer

NOT_SAID = ("draft", "discarded", "cancelled", "failed")
"""A reply of which the customer has seen nothing and, as it is, will not."""


class RefuseAssignment(BaseModel):
    """Why somebody else should have the case."""

    reason: Reason


def refuse_assignment(case: Case, command: RefuseAssignment, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """The owner, or a lead for them, gives the case back to routing; the leads hear of it if nobody is found in time.

    Raises NotTheOwner, NotAssigned, AlreadyReplied, AssignmentIsRefused, HandoverIsPending, CaseIsResolved, NoOwnerYet or
    CaseIsClosed.
    """
    _require_refusable(case, actor, terms)
    number = len(case.refused_assignments) + 2
    refused = CaseAssignmentRefused(
        **facts(case),
        owner=case.owner,
        by=actor,
        reason=command.reason,
        request_id=derive("owner", case.id, str(number)),
        refused_at=now,
        escalates_at=_escalates_at(case, terms, now),
    )
    return [refused, _somebody_else_wanted(case, refused.request_id, terms.weight(case.channel))]


def _require_refusable(case: Case, actor: str, terms: Terms) -> None:
    require_owned(case)
    if actor != case.owner and not is_superior(case, terms, actor, "lead"):
        raise refusals.NotTheOwner(f"only the owner, {case.owner}, or a lead of {case.brand} can do this")
    require_unresolved(case)
    if case.next_owner_request:
        raise refusals.AssignmentIsRefused(f"{case.owner} has refused already; routing looks for somebody else")
    if case.owner_changes and case.owner_changes[-1].cause == "handover":
        raise refusals.NotAssigned(f"{case.owner} has the case from {case.owner_changes[-1].previous}; hand it over")
    said = (each for each in case.replies.values() if each.status not in NOT_SAID and not each.leaves_by_itself)
    if any(each.author == case.owner for each in said):
        raise refusals.AlreadyReplied(f"{case.owner} has replied in this case; hand it over")
    if pending := case.pending_handover:
        raise refusals.HandoverIsPending(
            f"the case is offered to {pending.to}; wait for the answer, or withdraw the offer"
        )


def _escalates_at(case: Case, terms: Terms, now: datetime) -> datetime:
    """When the first reply is in danger; where the customer has had one, after as long as a handover waits."""
    policy = terms.on(case.channel).brand.policy
    if case.first_reply_sent:
        return now + timedelta(minutes=policy.handover_minutes)
    return max(now, case.first_reply_due_at - timedelta(minutes=policy.warn_before_minutes))


def _somebody_else_wanted(case: Case, request_id: str, weight: float) -> OwnerRequested:
    """Somebody who has not refused the case."""
    excluded = (*(each.owner for each in case.refused_assignments), case.owner)
    return OwnerRequested(
        request_id=request_id,
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        brand=case.brand,
        language=case.language,
        skill=case.skill,
        urgency=case.heard[-1].classification.urgency if case.heard else "normal",
        due_at=case.first_reply_due_at,
        requested_at=case.opened_at,
        excluded=tuple(dict.fromkeys(excluded)),
        weight=weight,
    )


def somebody_else_found(case: Case, event: OwnerAssigned, now: datetime) -> list[Event]:
    """The case and its work go from who refused it to whom routing has found; what was offered or covered ends."""
    refused = case.refused_assignments[-1]
    pending = case.pending_handover
    withdrawn = [HandoverWithdrawn(**facts(case), handover_id=pending.id, by=refused.by)] if pending else []
    changed = CaseOwnerChanged(
        **facts(case),
        owner=event.person,
        previous_owner=case.owner,
        handover_id=event.request_id,
        by=refused.by,
        reason=refused.reason,
        cause="refused-assignment",
        changed_at=now,
    )
    ended = [*cover_search_ended(case, now), *cover_ended(case, refused.by, now)]
    return [*withdrawn, *ended, changed, released(case, case.owner_request, case.owner)]


def refusal_timers(case: Case) -> Iterator[Timer]:
    """When the leads are told that nobody else was found, once."""
    if case.next_owner_request and f"assignment-refused:{case.next_owner_request}" not in case.escalations:
        refused = case.refused_assignments[-1]
        yield Timer(refused.escalates_at, f"assignment-refused:{refused.request_id}", _nobody_found)


def _nobody_found(case: Case, _: Terms, now: datetime) -> list[Event]:
    refused = case.refused_assignments[-1]
    escalated = CaseEscalated(
        **facts(case),
        cause="assignment-refused",
        subject_id=refused.request_id,
        owner=case.owner,
        text=f"{refused.owner} refused it, and nobody else has been found: {refused.reason}",
        escalated_at=now,
    )
    return [escalated]
