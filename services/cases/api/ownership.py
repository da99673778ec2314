"""Who owns a case and who acts for the owner (O1, O6, rule 1)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.domain import Case
from services.cases.domain.commands import covers, handovers, refusing
from services.cases.domain.commands.covers import NameCover
from services.cases.domain.commands.handovers import DeclineHandover, ForceHandover, OfferHandover
from services.cases.domain.commands.refusing import RefuseAssignment
from services.cases.domain.terms import Terms
from services.chassis.http import internal_router

router = internal_router()


@router.post("/cases/{case_id}/refusal", status_code=202)
@may("owner", "lead")
async def refuse_assignment(case_id: str, command: RefuseAssignment, actor: Acting, cases: All) -> Accepted:
    """Give the case back to routing, as the owner whom it was just assigned to, or as a lead for them.

    Who refused owns the case until routing has found somebody else.
    """

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return refusing.refuse_assignment(case, command, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule)


@router.post("/cases/{case_id}/handovers", status_code=202)
@may("owner", "cover", "coach", "lead")
async def offer_handover(case_id: str, command: OfferHandover, actor: Acting, cases: All) -> Accepted:
    """Offer the case to somebody; the owner stays the owner until they accept."""
    handover_id = derive("handover", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return handovers.offer_handover(case, command, actor.person, handover_id, terms, now)

    return await cases.carry_out(case_id, actor, rule, people=[command.to], handover_id=handover_id)


@router.post("/cases/{case_id}/handovers/forced", status_code=202)
@may("lead")
async def force_handover(case_id: str, command: ForceHandover, actor: Acting, cases: All) -> Accepted:
    """Give the case to somebody without asking them, as a lead."""
    handover_id = derive("handover", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return handovers.force_handover(case, command, actor.person, handover_id, terms, now)

    return await cases.carry_out(case_id, actor, rule, people=[command.to], handover_id=handover_id)


@router.post("/cases/{case_id}/handovers/{handover_id}/acceptance", status_code=202)
@may("colleague")
async def accept_handover(case_id: str, handover_id: str, actor: Acting, cases: All) -> Accepted:
    """Take the case over, as the person to whom it is offered."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return handovers.accept_handover(case, handover_id, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, handover_id=handover_id)


@router.post("/cases/{case_id}/handovers/{handover_id}/refusal", status_code=202)
@may("colleague")
async def decline_handover(
    case_id: str, handover_id: str, command: DeclineHandover, actor: Acting, cases: All
) -> Accepted:
    """Say no, as the person to whom it is offered; the owner stays the owner."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return handovers.decline_handover(case, handover_id, command, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, handover_id=handover_id)


@router.post("/cases/{case_id}/handovers/{handover_id}/withdrawal", status_code=202)
@may("colleague")
async def withdraw_handover(case_id: str, handover_id: str, actor: Acting, cases: All) -> Accepted:
    """Take the offer back, as the person who made it, the owner or a lead."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return handovers.withdraw_handover(case, handover_id, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, handover_id=handover_id)


@router.post("/cases/{case_id}/cover", status_code=202)
@may("owner", "lead")
async def name_cover(case_id: str, command: NameCover, actor: Acting, cases: All) -> Accepted:
    """Name who acts for the owner for a time; the owner stays the owner."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return covers.name_cover(case, command, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, people=[command.cover])


@router.post("/cases/{case_id}/cover/end", status_code=202)
@may("owner", "lead")
async def end_cover(case_id: str, actor: Acting, cases: All) -> Accepted:
    """The owner is back."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return covers.end_cover(case, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule)
