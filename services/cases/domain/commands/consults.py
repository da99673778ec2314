"""Consults: the owner asks, a specialist answers the owner; ownership does not move (O2, rule 3)."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Event, Language
from schemas.events.consult import ConsultAnswered, ConsultRequested, ConsultWithdrawn
from schemas.events.routing import SpecialistRequested
from schemas.ids import derive
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, released, require_acting, require_unresolved
from services.cases.domain.records import Consult


class AskSpecialist(BaseModel):
    """Ask somebody who knows, anywhere in the world (O2). Language and skill default to the case's own."""

    question: Words
    skill: str | None = None
    language: Language | None = None
    due_minutes: int = Field(default=240, gt=0, le=60 * 24 * 14)


class AnswerConsult(BaseModel):
    """The specialist's answer to the owner."""

    answer: Words


def ask_specialist(
    case: Case, command: AskSpecialist, actor: str, consult_id: str, due_at: datetime, now: datetime
) -> list[Event]:
    """Ask for a specialist; who it is, routing decides (O2, rule 3)."""
    require_acting(case, actor, now)
    require_unresolved(case)
    language = command.language or case.language
    skill = case.skill if command.skill is None else command.skill
    requested = ConsultRequested(
        **facts(case),
        consult_id=consult_id,
        asked_by=actor,
        question=command.question,
        skill=skill,
        language=language,
        due_at=due_at,
    )
    wanted = SpecialistRequested(
        request_id=derive("specialist", consult_id),
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        consult_id=consult_id,
        brand=case.brand,
        language=language,
        skill=skill,
        due_at=due_at,
    )
    return [requested, wanted]


def answer_consult(case: Case, consult_id: str, command: AnswerConsult, actor: str) -> list[Event]:
    """The specialist who was asked answers the owner; ownership does not move (O2)."""
    consult = open_consult(case, consult_id)
    if consult.specialist != actor:
        raise refusals.NotTheSpecialist("the question was put to somebody else")
    answered = ConsultAnswered(
        **facts(case), consult_id=consult_id, specialist=actor, country=consult.country, answer=command.answer
    )
    return [answered, released(case, consult.request_id, actor)]


def withdraw_consult(case: Case, consult_id: str, actor: str, now: datetime) -> list[Event]:
    """The owner no longer needs the answer."""
    require_acting(case, actor, now)
    return withdrawn(case, open_consult(case, consult_id))


def open_consult(case: Case, consult_id: str) -> Consult:
    """The consult. Raises ConsultNotOpen."""
    consult = case.consults.get(consult_id)
    if consult is None or not consult.open:
        raise refusals.ConsultNotOpen(f"there is no open consult {consult_id} in this case")
    return consult


def withdrawn(case: Case, consult: Consult) -> list[Event]:
    """The end of an open consult, and of the work it gave."""
    ended = ConsultWithdrawn(**facts(case), consult_id=consult.id, specialist=consult.specialist)
    request_id = consult.request_id or derive("specialist", consult.id)
    return [ended, released(case, request_id, consult.specialist or "nobody")]
