"""Promises and who made them (F1)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.domain import Case, commands
from services.cases.domain.commands import NewPromise
from services.cases.domain.terms import Terms
from services.chassis.http import internal_router

router = internal_router()


@router.post("/cases/{case_id}/promises", status_code=202)
@may("owner", "cover")
async def make_promise(case_id: str, command: NewPromise, actor: Acting, cases: All) -> Accepted:
    """Record what was promised by when."""
    promise_id = derive("promise", actor.command)

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.promise(case, command, actor.person, promise_id, now)

    return await cases.carry_out(case_id, actor, rule, promise_id=promise_id)
