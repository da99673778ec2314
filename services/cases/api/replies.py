"""Replies to the customer, from draft to sent."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All
from services.cases.domain import Case, commands
from services.cases.domain.commands import WriteReply
from services.cases.domain.terms import Terms

router = APIRouter()


@router.post("/cases/{case_id}/replies", status_code=202)
async def write_reply(case_id: str, command: WriteReply, actor: Acting, cases: All) -> Accepted:
    """Send something to the customer, with or without a promise."""
    reply_id = derive("reply", actor.command)
    promised = {"promise_id": derive("promise", reply_id)} if command.promise else {}

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.reply(case, command, actor.person, terms, reply_id, now)

    return await cases.carry_out(case_id, actor, rule, reply_id=reply_id, **promised)
