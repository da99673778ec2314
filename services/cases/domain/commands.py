"""What a person can do with a case. Each function refuses (`Refused`) or gives the events that follow (rules 2, 4, 5, 6)."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Event, Language, UtcDatetime
from schemas.events.case import CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultRequested, ConsultWithdrawn
from schemas.events.promise import PromiseMade
from schemas.events.reply import ReplyKind, ReplyQueued
from schemas.events.routing import CapacityReleased, SpecialistRequested
from schemas.ids import derive
from services.cases.domain import refusals
from services.cases.domain.case import Case, Consult
from services.cases.domain.terms import Terms

MAX_TEXT = 20_000
MAX_PROMISE = 500

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
"""Something that somebody says to a colleague: not only blanks."""


class NewPromise(BaseModel):
    """What is promised by when (F1)."""

    what: Annotated[Words, StringConstraints(max_length=MAX_PROMISE)]
    due_at: UtcDatetime


class WriteReply(BaseModel):
    """Say something to the customer; a holding reply usually carries a promise (O5)."""

    kind: ReplyKind = "answer"
    text: str = Field(max_length=MAX_TEXT)
    promise: NewPromise | None = None
    keeps_promise: str = ""


class AskSpecialist(BaseModel):
    """Ask somebody who knows, anywhere in the world (O2). Language and skill default to the case's own."""

    question: Words
    skill: str | None = None
    language: Language | None = None
    due_minutes: int = Field(default=240, gt=0, le=60 * 24 * 14)


class AnswerConsult(BaseModel):
    """The specialist's answer to the owner."""

    answer: Words


def _facts(case: Case) -> dict[str, Any]:
    return {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}


def require_owner(case: Case, actor: str) -> None:
    """Rule 2. Raises NotTheOwner, NoOwnerYet or CaseIsClosed."""
    if case.closed:
        raise refusals.CaseIsClosed("the case is closed; a new message of the customer opens a new one")
    if not case.owner:
        raise refusals.NoOwnerYet("the case has no owner yet; routing is looking for one")
    if case.owner != actor:
        raise refusals.NotTheOwner(f"only the owner, {case.owner}, can do this")


def require_unresolved(case: Case) -> None:
    """Nothing new is left to do in a resolved case (rule 5). Raises CaseIsResolved."""
    if case.resolved:
        raise refusals.CaseIsResolved("the case is resolved; the customer's next message opens it again")


def reply(case: Case, command: WriteReply, actor: str, terms: Terms, reply_id: str, now: datetime) -> list[Event]:
    """Queue a reply, and record the promise it makes."""
    require_owner(case, actor)
    if not command.text.strip():
        raise refusals.TextIsEmpty("a reply needs words")
    text, limit = terms.signed(command.text.strip(), actor), terms.max_length(case.channel)
    if len(text) > limit:
        raise refusals.TextTooLong(
            f"with its signature the reply has {len(text)} characters; {case.channel} takes {limit}"
        )
    if command.keeps_promise and command.keeps_promise not in {each.id for each in case.open_promises}:
        raise refusals.PromiseNotOpen(f"the case has no open promise {command.keeps_promise}")
    promised = promise(case, command.promise, actor, derive("promise", reply_id), now) if command.promise else []
    queued = ReplyQueued(
        **_facts(case),
        reply_id=reply_id,
        kind=command.kind,
        author=actor,
        signature=terms.signed("", actor).strip(),
        text=text,
        language=case.language,
        channel=case.channel,
        recipient_id=case.customer.id,
        recipient_address=case.customer.address,
        in_reply_to=case.last_external_id,
        keeps_promise=command.keeps_promise,
        queued_at=now,
    )
    return [*promised, queued]


def promise(case: Case, command: NewPromise, actor: str, promise_id: str, now: datetime) -> list[Event]:
    """Record a promise; from now on it has a clock (F1)."""
    require_owner(case, actor)
    require_unresolved(case)
    if command.due_at <= now:
        raise refusals.PromiseInThePast(f"{command.due_at.isoformat()} has passed; promise something that lies ahead")
    return [PromiseMade(**_facts(case), promise_id=promise_id, owner=actor, what=command.what, due_at=command.due_at)]


def ask_specialist(case: Case, command: AskSpecialist, actor: str, consult_id: str, due_at: datetime) -> list[Event]:
    """Ask for a specialist; who it is, routing decides (O2, rule 3)."""
    require_owner(case, actor)
    require_unresolved(case)
    language = command.language or case.language
    skill = case.skill if command.skill is None else command.skill
    requested = ConsultRequested(
        **_facts(case),
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
    consult = _open_consult(case, consult_id)
    if consult.specialist != actor:
        raise refusals.NotTheSpecialist("the question was put to somebody else")
    answered = ConsultAnswered(
        **_facts(case), consult_id=consult_id, specialist=actor, country=consult.country, answer=command.answer
    )
    return [answered, _released(case, consult.request_id, actor)]


def withdraw_consult(case: Case, consult_id: str, actor: str) -> list[Event]:
    """The owner no longer needs the answer."""
    require_owner(case, actor)
    return _withdrawn(case, _open_consult(case, consult_id))


def resolve(case: Case, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """The owner holds the question answered; open consults are withdrawn, capacity is free again (F2, rules 5 and 6)."""
    require_owner(case, actor)
    if case.resolved:
        return []
    if case.open_promises:
        what = ", ".join(promise.what for promise in case.open_promises)
        raise refusals.PromiseIsOpen(f"still promised: {what}; report the result to the customer first")
    if any(reply.status == "queued" for reply in case.replies.values()):
        raise refusals.ReplyOnItsWay("a reply is still on its way; wait until it has left")
    if not any(reply.kind == "answer" and reply.status == "sent" for reply in case.replies.values()):
        raise refusals.NothingAnswered("the customer has not had an answer yet")
    resolved = CaseResolved(**_facts(case), owner=actor, resolved_at=now, closes_at=now + terms.quiet_period)
    withdrawn = [event for consult in case.open_consults for event in _withdrawn(case, consult)]
    return [*withdrawn, resolved, _released(case, case.owner_request, case.owner)]


def _open_consult(case: Case, consult_id: str) -> Consult:
    consult = case.consults.get(consult_id)
    if consult is None or not consult.open:
        raise refusals.ConsultNotOpen(f"there is no open consult {consult_id} in this case")
    return consult


def _withdrawn(case: Case, consult: Consult) -> list[Event]:
    withdrawn = ConsultWithdrawn(**_facts(case), consult_id=consult.id, specialist=consult.specialist)
    request_id = consult.request_id or derive("specialist", consult.id)
    return [withdrawn, _released(case, request_id, consult.specialist or "nobody")]


def _released(case: Case, request_id: str, person: str) -> CapacityReleased:
    return CapacityReleased(
        request_id=request_id, pool=case.pool, case_id=case.id, conversation=case.conversation, person=person
    )
