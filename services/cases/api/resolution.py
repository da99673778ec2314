"""The end of a case (rules 5 and 6)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.domain import Case, commands
from services.cases.domain.terms import Terms
from services.chassis.http import internal_router

router = internal_router()


@router.post("/cases/{case_id}/resolution", status_code=202)
@may("owner", "cover")
async def resolve(case_id: str, actor: Acting, cases: All) -> Accepted:
    """Hold the question answered."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.resolve(case, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule)
