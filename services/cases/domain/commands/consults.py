"""Consults, the owner's side: asking, telling more, taking back, rating; ownership does not move (O2, rule 3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from schemas.base import Event, Language
from schemas.events.consult import (
    ConsultClarified,
    ConsultOfferEnded,
    ConsultRated,
    ConsultRequested,
    ConsultSaved,
    ConsultWithdrawn,
)
from schemas.events.message import Attachment
from schemas.events.routing import InterpreterRequested, SpecialistRequested
from schemas.organisation_values import Country
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, released, require_acting, require_unresolved
from services.cases.domain.evolve import evolve
from services.cases.domain.offering import live_offers
from services.cases.domain.records import Consult
from services.cases.domain.terms import Terms

MAX_ATTACHMENTS = 10
MAX_COMMENT = 2_000
MAX_PLACES = 3


def _links(attachments: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    for each in attachments:
        if not each.url.startswith(("https://", "http://")) or len(each.url) > MAX_COMMENT:
            raise ValueError(
                f"{each.url[:80]!r} is not a link of at most {MAX_COMMENT} characters; begin with https://"
            )
    return attachments


Links = Annotated[tuple[Attachment, ...], Field(max_length=MAX_ATTACHMENTS), AfterValidator(_links)]
"""Pictures, files and instruction videos, by their addresses."""


class AskSpecialist(BaseModel):
    """Ask somebody who knows, anywhere in the world (O2): one named person, or whoever has skill, language and country.

    Language and skill default to the case's own. With several `places` it is offered to so many at a time.
    """

    question: Words
    skill: str | None = None
    language: Language | None = None
    country: Country | None = None
    specialist: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    places: int = Field(default=1, ge=1, le=MAX_PLACES)
    attachments: Links = ()
    due_minutes: int = Field(default=240, gt=0, le=60 * 24 * 14)

    @model_validator(mode="after")
    def _a_named_person_is_one(self) -> Self:
        if self.specialist and (self.places > 1 or self.country):
            raise ValueError("a named specialist is one person: leave out places and country")
        return self


class Clarify(BaseModel):
    """What the owner tells the specialists besides the question."""

    text: Words
    attachments: Links = ()


class RateAnswer(BaseModel):
    """How much the answer helped: 1 not at all, 5 solved it."""

    stars: int = Field(ge=1, le=5)
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_COMMENT)] = ""


class SaveConsult(BaseModel):
    """An earlier answer of the library that made it unnecessary to ask somebody."""

    answer_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    question: Words


def ask_specialist(
    case: Case, command: AskSpecialist, actor: str, terms: Terms, consult_id: str, now: datetime
) -> list[Event]:
    """Ask for a specialist; who it is, routing decides unless somebody is named (O2, rule 3)."""
    require_acting(case, actor, now)
    require_unresolved(case)
    if command.specialist:
        _require_specialist(case, command.specialist, terms)
    requested = ConsultRequested(
        **facts(case),
        consult_id=consult_id,
        asked_by=actor,
        question=command.question,
        skill=case.skill if command.skill is None else command.skill,
        language=command.language or case.language,
        due_at=now + timedelta(minutes=command.due_minutes),
        specialist=command.specialist or "",
        country=command.country or "",
        places=command.places,
        attachments=command.attachments,
    )
    return [requested, *first_wanted(case, requested, now)]


def first_wanted(case: Case, requested: ConsultRequested, now: datetime) -> list[Event]:
    """What routing is asked for each place of a new consult."""
    consult = evolve(case, requested).consults[requested.consult_id]
    return wanted(case, consult, consult.requests, now)


def wanted(case: Case, consult: Consult, ids: Sequence[str], now: datetime) -> list[Event]:
    """The requests for a consult: not for who declined or let it expire, nor who is asked; who only lost it may be."""
    asked_before = [offer.specialist for offer in consult.offers.values() if offer.status != "ended"]
    asked: dict[str, Any] = {
        "pool": case.pool,
        "case_id": case.id,
        "conversation": case.conversation,
        "consult_id": consult.id,
        "brand": case.brand,
        "language": consult.language,
        "due_at": consult.due_at or now,
    }
    if text := consult.interpretation:
        asked |= {
            "excluded": tuple(dict.fromkeys((consult.asked_by, case.owner, *asked_before))),
            "other_language": text.other(consult.language),
            "level": text.level,
        }
        return [InterpreterRequested(**asked, request_id=each) for each in ids]
    asked |= {
        "excluded": tuple(dict.fromkeys(asked_before)),
        "skill": consult.skill,
        "specialist": consult.wanted_specialist,
        "country": consult.wanted_country,
    }
    return [SpecialistRequested(**asked, request_id=each) for each in ids]


def _require_specialist(case: Case, person_id: str, terms: Terms) -> None:
    person = terms.person(person_id)
    if person.role != "specialist":
        raise refusals.NotASpecialist(f"{person_id} is no specialist, but has the role {person.role}")
    if case.brand not in person.brands:
        raise refusals.NotASpecialist(f"{person_id} does not work for {case.brand}")


def clarify(case: Case, consult_id: str, command: Clarify, actor: str, now: datetime) -> list[Event]:
    """Tell the specialists more, because one asked back or because something new is known."""
    require_acting(case, actor, now)
    consult = open_consult(case, consult_id)
    words = {"text": command.text, "attachments": command.attachments}
    return [ConsultClarified(**facts(case), consult_id=consult.id, by=actor, **words)]


def withdraw_consult(case: Case, consult_id: str, actor: str, now: datetime) -> list[Event]:
    """The owner no longer needs the answer."""
    require_acting(case, actor, now)
    return withdrawn(case, open_consult(case, consult_id))


def rate_answer(case: Case, consult_id: str, command: RateAnswer, actor: str, now: datetime) -> list[Event]:
    """Credit the specialist who answered; a later rating replaces the one before. The same again changes nothing."""
    require_acting(case, actor, now)
    consult = known_consult(case, consult_id)
    if not consult.answer:
        raise refusals.ConsultNotAnswered("the consult has no answer that could be rated")
    if (consult.stars, consult.rating) == (command.stars, command.comment):
        return []
    rated = ConsultRated(
        **facts(case),
        consult_id=consult_id,
        specialist=consult.specialist,
        by=actor,
        stars=command.stars,
        comment=command.comment,
        rated_at=now,
    )
    return [rated]


def save_consult(case: Case, command: SaveConsult, specialist: str, actor: str, now: datetime) -> list[Event]:
    """Note that an earlier answer, given by `specialist`, served in this case. The same answer counts once a case."""
    require_acting(case, actor, now)
    require_unresolved(case)
    if any(saved.answer_id == command.answer_id for saved in case.saved_consults):
        return []
    saved = ConsultSaved(
        **facts(case),
        by=actor,
        question=command.question,
        answer_id=command.answer_id,
        specialist=specialist,
        saved_at=now,
    )
    return [saved]


def known_consult(case: Case, consult_id: str) -> Consult:
    """The consult, open or not. Raises ConsultNotOpen where there is none."""
    consult = case.consults.get(consult_id)
    if consult is None:
        raise refusals.ConsultNotOpen(f"there is no open consult {consult_id} in this case")
    return consult


def open_consult(case: Case, consult_id: str) -> Consult:
    """The consult. Raises ConsultNotOpen."""
    consult = known_consult(case, consult_id)
    if not consult.open:
        raise refusals.ConsultNotOpen(f"there is no open consult {consult_id} in this case")
    return consult


def withdrawn(case: Case, consult: Consult) -> list[Event]:
    """The end of an open consult, and of the work it gave."""
    ended = ConsultWithdrawn(**facts(case), consult_id=consult.id, specialist=consult.specialist)
    return [ended, *offers_ended(case, consult)]


def offers_ended(case: Case, consult: Consult, kept: str = "") -> list[Event]:
    """The end of all offers and requests of a consult but one (`kept` is its request), each with the room it took."""
    events: list[Event] = []
    for offer in live_offers(consult):
        if offer.request_id != kept:
            names = {"specialist": offer.specialist, "request_id": offer.request_id}
            events.append(ConsultOfferEnded(**facts(case), consult_id=consult.id, **names))
            events.append(released(case, offer.request_id, offer.specialist))
    return [*events, *(released(case, each, "nobody") for each in consult.waiting if each != kept)]
