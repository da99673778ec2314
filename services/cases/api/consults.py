"""Questions to specialists (O2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All
from services.cases.domain import Case, commands
from services.cases.domain.commands import AnswerConsult, AskSpecialist
from services.cases.domain.terms import Terms

router = APIRouter()


@router.post("/cases/{case_id}/consults", status_code=202)
async def ask_specialist(case_id: str, command: AskSpecialist, actor: Acting, cases: All) -> Accepted:
    """Ask a specialist; routing finds one."""
    cases.require_skill(command.skill)
    consult_id = derive("consult", actor.command)

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        due_at = now + timedelta(minutes=command.due_minutes)
        return commands.ask_specialist(case, command, actor.person, consult_id, due_at, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/answer", status_code=202)
async def answer_consult(case_id: str, consult_id: str, command: AnswerConsult, actor: Acting, cases: All) -> Accepted:
    """Answer the owner, as the specialist who was asked."""

    def rule(case: Case, _: Terms, __: datetime) -> Sequence[Event]:
        return commands.answer_consult(case, consult_id, command, actor.person)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/withdrawal", status_code=202)
async def withdraw_consult(case_id: str, consult_id: str, actor: Acting, cases: All) -> Accepted:
    """Take a question back."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.withdraw_consult(case, consult_id, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)
