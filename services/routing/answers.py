"""What is said of a decision: the events that leave, and the state of a request from which they leave."""

from datetime import datetime, timedelta

from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    CoverFound,
    CoverRequested,
    Explanation,
    InterpreterRequested,
    OwnerAssigned,
    OwnerRequested,
    RequestUnserved,
    SpecialistOffered,
    SpecialistRequested,
)
from schemas.organisation import NotInOrganisation, Organisation, Person, Policy
from schemas.working_time import working_time
from services.routing.domain import Chosen, Request
from services.routing.store import RequestState


def waiting_state(request: Request, now: datetime, *, unsettled: bool = False) -> RequestState:
    """A request that nobody has yet."""
    kind = request.type.partition(".")[0]
    return RequestState.model_validate({"status": "waiting", "heard_at": now, "unsettled": unsettled, kind: request})


class Answers:
    """Routing's words, as the organisation's policies want them."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def decided(
        self, request: Request, chosen: Chosen, person: Person | None, explanation: Explanation, now: datetime
    ) -> OwnerAssigned | CoverFound | SpecialistOffered | ApproverFound:
        """Somebody has it."""
        facts = {
            "request_id": request.request_id,
            "case_id": request.case_id,
            "conversation": request.conversation,
            "person": chosen.person,
            "explanation": explanation,
            "decided_at": now,
        }
        if isinstance(request, CoverRequested):
            return CoverFound(**facts)
        if isinstance(request, OwnerRequested):
            return OwnerAssigned(**facts)
        if isinstance(request, ApproverRequested):
            return ApproverFound(**facts, approval_id=request.approval_id, until=self._until(request, person, now))
        expires_at = self._expires_at(request, person, now)
        return SpecialistOffered(**facts, consult_id=request.consult_id, country=chosen.country, expires_at=expires_at)

    def unserved(
        self, request: Request, explanation: Explanation, next_possible_at: datetime | None, now: datetime
    ) -> RequestUnserved:
        """Nobody has it; it waits."""
        return RequestUnserved(
            request_id=request.request_id,
            case_id=request.case_id,
            conversation=request.conversation,
            explanation=explanation,
            next_possible_at=next_possible_at,
            decided_at=now,
        )

    def _expires_at(self, request: SpecialistRequested, person: Person | None, now: datetime) -> datetime | None:
        """When the offer has lain there for the brand's time, in the person's own working minutes (rule 3).

        Somebody who does not work as far as we can see has the same time on the clock.
        """
        try:
            policy = self._organisation.brand(request.brand).policy
        except NotInOrganisation:
            return None
        interpreter = isinstance(request, InterpreterRequested)
        minutes = policy.interpreter_offer_minutes if interpreter else policy.consult_offer_minutes
        try:
            return working_time(person).after(now, minutes) if person else None
        except ValueError:
            return now + timedelta(minutes=minutes)

    def _until(self, request: ApproverRequested, person: Person | None, now: datetime) -> datetime:
        """When an approval is passed on: after the brand's minutes, or when the person goes home before that."""
        try:
            minutes = self._organisation.brand(request.brand).policy.approver_minutes
        except NotInOrganisation:
            minutes = Policy().approver_minutes
        relieved = now + timedelta(minutes=minutes)
        leaves = working_time(person).open_until(now) if person else None
        return min(leaves, relieved) if leaves else relieved
