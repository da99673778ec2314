"""Consults, the specialist's side: accepting, declining, letting an offer expire, asking back, answering (O2, rule 3)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from schemas.base import Event
from schemas.events.case import CaseEscalated
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultDeclined,
    ConsultOfferExpired,
)
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, released
from services.cases.domain.commands.consults import (
    MAX_COMMENT,
    Links,
    known_consult,
    offers_ended,
    open_consult,
    wanted,
)
from services.cases.domain.evolve import evolve
from services.cases.domain.offering import LIVE, offer_to
from services.cases.domain.records import Consult, Offer
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer


class DeclineConsult(BaseModel):
    """Why the specialist can not answer."""

    reason: Annotated[Words, StringConstraints(max_length=MAX_COMMENT)]


class AskBack(BaseModel):
    """What the specialist needs to know before answering."""

    text: Words
    attachments: Links = ()


class AnswerConsult(BaseModel):
    """The specialist's answer to the owner."""

    answer: Words
    attachments: Links = ()


def accept_consult(case: Case, consult_id: str, actor: str) -> list[Event]:
    """The first who accepts has it; the others' offers end. Accepting again changes nothing."""
    consult = open_consult(case, consult_id)
    offer = _live_offer(consult, actor)
    if offer.status == "accepted":
        return []
    names = {"consult_id": consult.id, "specialist": actor, "request_id": offer.request_id}
    return [ConsultAccepted(**facts(case), **names), *offers_ended(case, consult, kept=offer.request_id)]


def decline_consult(case: Case, consult_id: str, command: DeclineConsult, actor: str, now: datetime) -> list[Event]:
    """It goes to somebody else without the owner doing anything, also after it was accepted."""
    consult = open_consult(case, consult_id)
    offer = _live_offer(consult, actor)
    names = {"consult_id": consult.id, "specialist": actor, "request_id": offer.request_id}
    declined = ConsultDeclined(**facts(case), **names, reason=command.reason)
    return _passed_on(case, offer, declined, f"{actor} declined: {command.reason}", now)


def ask_back(case: Case, consult_id: str, command: AskBack, actor: str) -> list[Event]:
    """Ask the owner something first. The offer does not expire from then on."""
    consult = open_consult(case, consult_id)
    _live_offer(consult, actor)
    words = {"text": command.text, "attachments": command.attachments}
    return [ConsultAskedBack(**facts(case), consult_id=consult.id, specialist=actor, **words)]


def answer_consult(case: Case, consult_id: str, command: AnswerConsult, actor: str, now: datetime) -> list[Event]:
    """Answer the owner; ownership does not move (O2). Who answers without having accepted has it by that.

    A late answer, after the offer or the consult has ended, is kept and changes nothing else.
    """
    consult = known_consult(case, consult_id)
    offer = offer_to(consult, actor)
    if offer is None:
        open_consult(case, consult_id)
        raise refusals.NotTheSpecialist("the question was put to somebody else")
    if consult.answer and consult.specialist == actor:
        raise refusals.ConsultNotOpen(f"there is no open consult {consult_id} in this case: it has your answer already")
    late = not consult.open or offer.status not in LIVE
    if late and any((each.specialist, each.answer) == (actor, command.answer) for each in consult.late_answers):
        return []
    answered = ConsultAnswered(
        **facts(case),
        consult_id=consult_id,
        specialist=actor,
        country=offer.country,
        answer=command.answer,
        attachments=command.attachments,
        late=late,
        answered_at=now,
    )
    if late:
        return [answered]
    others = offers_ended(case, consult, kept=offer.request_id)
    return [answered, released(case, offer.request_id, actor), *others]


def offers_expire(case: Case) -> Iterable[Timer]:
    """An offer that nobody has answered by its time goes to somebody else (rule 3)."""
    for consult in case.open_consults:
        for offer in consult.offers.values():
            if offer.status == "offered" and offer.expires_at:
                name = f"consult-offer-expires:{offer.request_id}:{offer.specialist}"
                yield Timer(offer.expires_at, name, partial(_expire, consult.id, offer.request_id))


def _expire(consult_id: str, request_id: str, case: Case, _: Terms, now: datetime) -> list[Event]:
    offer = case.consults[consult_id].offers[request_id]
    names = {"consult_id": consult_id, "specialist": offer.specialist, "request_id": request_id}
    expired = ConsultOfferExpired(**facts(case), **names)
    return _passed_on(case, offer, expired, f"{offer.specialist} said nothing in time", now)


def _passed_on(
    case: Case, offer: Offer, ended: ConsultDeclined | ConsultOfferExpired, why: str, now: datetime
) -> list[Event]:
    """What follows from the end of an offer: the room is free, and others are asked, or the owner is told."""
    before = case.consults[ended.consult_id]
    after = evolve(case, ended).consults[ended.consult_id]
    # What waits is taken back first: it must not find who has just been freed.
    waiting = [released(case, each, "nobody") for each in before.waiting]
    events: list[Event] = [ended, *waiting, released(case, offer.request_id, offer.specialist)]
    if not after.wanted_specialist:
        return [*events, *wanted(case, after, after.requests[len(before.requests) :], now)]
    escalated = CaseEscalated(
        **facts(case),
        cause="nobody-can-answer",
        subject_id=after.id,
        owner=case.owner,
        text=f"You wanted to ask {offer.specialist}, and nobody else. {why}",
        escalated_at=now,
    )
    return [*events, escalated]


def _live_offer(consult: Consult, actor: str) -> Offer:
    """The actor's offer. Raises NotTheSpecialist or OfferHasEnded."""
    offer = offer_to(consult, actor)
    if offer is None:
        raise refusals.NotTheSpecialist("the question was put to somebody else")
    if offer.status not in LIVE:
        raise refusals.OfferHasEnded(_ENDED[offer.status].format(who=consult.specialist or "somebody else"))
    return offer


_ENDED = {
    "declined": "you have declined it; it went to somebody else",
    "expired": "the time for it has passed; it went to somebody else",
    "ended": "{who} was faster and has it now",
}
