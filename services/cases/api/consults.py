"""Questions to specialists, texts for interpreters (O2): the owner asks, rates, takes back; who is asked answers or not."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.domain import Case, commands
from services.cases.domain.commands import (
    AnswerConsult,
    AskBack,
    AskInterpreter,
    AskSpecialist,
    Clarify,
    DeclineConsult,
    RateAnswer,
)
from services.cases.domain.commands.finding_covers import seen_to
from services.cases.domain.terms import Terms
from services.chassis.http import internal_router

router = internal_router()


@router.post("/cases/{case_id}/consults", status_code=202)
@may("owner", "cover")
async def ask_specialist(case_id: str, command: AskSpecialist, actor: Acting, cases: All) -> Accepted:
    """Ask a specialist: a named one, or whom routing finds."""
    cases.require_skill(command.skill)
    consult_id = derive("consult", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.ask_specialist(case, command, actor.person, terms, consult_id, now)

    named = [command.specialist] if command.specialist else []
    return await cases.carry_out(case_id, actor, rule, people=named, consult_id=consult_id)


@router.post("/cases/{case_id}/interpretations", status_code=202)
@may("owner", "cover")
async def ask_interpreter(case_id: str, command: AskInterpreter, actor: Acting, cases: All) -> Accepted:
    """Have a text translated by somebody who speaks both languages. It is a consult; its answer is the translation."""
    consult_id = derive("consult", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.ask_interpreter(case, command, actor.person, terms, consult_id, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/acceptance", status_code=202)
@may("specialist")
async def accept_consult(case_id: str, consult_id: str, actor: Acting, cases: All) -> Accepted:
    """Work on it, as a specialist to whom it is offered; the first who accepts has it."""

    def rule(case: Case, _: Terms, __: datetime) -> Sequence[Event]:
        return commands.accept_consult(case, consult_id, actor.person)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/decline", status_code=202)
@may("specialist")
async def decline_consult(
    case_id: str, consult_id: str, command: DeclineConsult, actor: Acting, cases: All
) -> Accepted:
    """Leave it to somebody else, with the reason."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.decline_consult(case, consult_id, command, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/question", status_code=202)
@may("specialist")
async def ask_back(case_id: str, consult_id: str, command: AskBack, actor: Acting, cases: All) -> Accepted:
    """Ask the owner something before answering, as a specialist to whom it is offered."""

    def rule(case: Case, _: Terms, __: datetime) -> Sequence[Event]:
        return commands.ask_back(case, consult_id, command, actor.person)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/clarification", status_code=202)
@may("owner", "cover")
async def clarify(case_id: str, consult_id: str, command: Clarify, actor: Acting, cases: All) -> Accepted:
    """Tell the specialists more, as the owner."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.clarify(case, consult_id, command, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/answer", status_code=202)
@may("specialist")
async def answer_consult(case_id: str, consult_id: str, command: AnswerConsult, actor: Acting, cases: All) -> Accepted:
    """Answer the owner, as a specialist who was asked. A late answer is kept, and changes nothing else."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        answer = commands.answer_consult(case, consult_id, command, actor.person, now)
        return seen_to(case, answer, consult_id, terms, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/withdrawal", status_code=202)
@may("owner", "cover")
async def withdraw_consult(case_id: str, consult_id: str, actor: Acting, cases: All) -> Accepted:
    """Take a question back."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.withdraw_consult(case, consult_id, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/rating", status_code=202)
@may("owner", "cover")
async def rate_answer(case_id: str, consult_id: str, command: RateAnswer, actor: Acting, cases: All) -> Accepted:
    """Say how much the answer helped; the specialist is credited."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.rate_answer(case, consult_id, command, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)
