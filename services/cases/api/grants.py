"""Grants: what customers are given, inside the mandate or with one approval (M1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from schemas.base import Event
from schemas.ids import derive
from schemas.organisation import NotInOrganisation
from services.cases.allowances import Allowances
from services.cases.api.acting import Accepted, Acting, Actor, All, Commands, may
from services.cases.domain import Case, Refused, commands
from services.cases.domain.commands import ProposeGrant
from services.cases.domain.commands.approvals import waiting_for
from services.cases.domain.commands.grants import Period
from services.cases.domain.terms import Terms
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()
USUAL_DAYS, MOST_DAYS = 30, 92


def _allowances(request: Request) -> Allowances:
    found: Allowances = request.app.state.allowances
    return found


AllAllowances = Annotated[Allowances, Depends(_allowances)]


@router.post("/cases/{case_id}/grants", status_code=202)
@may("owner", "cover")
async def grant(case_id: str, command: ProposeGrant, actor: Acting, cases: All, allowances: AllAllowances) -> Accepted:
    """Give the customer something. Inside the mandate it is granted at once; above it, `approval_id` is what it waits for."""
    grant_id = derive("grant", actor.cause)
    before = await cases.find(case_id, actor)
    assert before.state  # noqa: S101 - what is found has a state
    period = await _reserved(before.state, command, actor, cases, allowances, grant_id)
    after: list[Case] = []

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.propose_grant(case, command, actor.person, terms, grant_id, now, period)

    def told(case: Case) -> Mapping[str, str]:
        after.append(case)
        waiting = waiting_for(case, grant_id)
        return {"approval_id": waiting.id} if waiting else {}

    try:
        accepted = await cases.carry_out(case_id, actor, rule, told=told, grant_id=grant_id)
    except Problem:  # nothing was granted; after any other error nobody knows, and the case will say
        if period and period.reserved_at:
            await allowances.settle(None, before.state.brand, grant_id, actor.person)
        raise
    if (period and period.reserved_at) or grant_id in before.state.grants:
        await allowances.settle(after[-1], before.state.brand, grant_id, actor.person)
    return accepted


async def _reserved(
    case: Case, command: ProposeGrant, actor: Actor, cases: Commands, allowances: Allowances, grant_id: str
) -> Period | None:
    """Room in the person's allowance, where a limit per period holds. What is refused here, the case refuses again."""
    if grant_id in case.grants:
        return None
    terms = cases.terms(case.brand, await cases.standing(actor))
    try:
        needed = commands.room_needed(case, command, actor.person, terms, cases.now())
    except (Refused, NotInOrganisation):
        return None
    return await allowances.reserve(case, grant_id, actor.person, *needed) if needed else None
