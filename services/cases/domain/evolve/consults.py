"""Questions to specialists, their offers, rounds and answers (O2)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferEvent,
    ConsultOfferExpired,
    ConsultRated,
    ConsultRequested,
    ConsultSaved,
    ConsultWithdrawn,
)
from schemas.ids import derive
from services.cases.domain.case import Case
from services.cases.domain.offering import asked_again, offer_to, request_id, with_offers
from services.cases.domain.records import Consult, LateAnswer, Offer, Round, SavedConsult


def _with(case: Case, consult: Consult) -> dict[str, Any]:
    return {"consults": case.consults | {consult.id: consult}}


def _changed(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return _with(case, case.consults[id].model_copy(update=changes))


def _offer_is(case: Case, event: ConsultOfferEvent, **changes: Any) -> Consult:
    """The consult after something has become of one of its offers."""
    consult = case.consults[event.consult_id]
    offer = consult.offers[event.request_id].model_copy(update=changes)
    offers = consult.offers | {offer.request_id: offer}
    return with_offers(consult, offers) if consult.open else consult.model_copy(update={"offers": offers})


def _requested(case: Case, event: ConsultRequested) -> dict[str, Any]:
    asked = tuple(request_id(event.consult_id, number) for number in range(1, event.places + 1))
    consult = Consult(
        id=event.consult_id,
        question=event.question,
        language=event.language,
        skill=event.skill,
        asked_by=event.asked_by,
        due_at=event.due_at,
        wanted_specialist=event.specialist,
        wanted_country=event.country,
        places=event.places,
        attachments=event.attachments,
        interpretation=event.interpretation,
        requests=asked,
        waiting=asked,
    )
    return _with(case, consult)


def _offered(case: Case, event: ConsultOffered) -> dict[str, Any]:
    consult = case.consults[event.consult_id]
    offer = Offer(
        specialist=event.specialist, request_id=event.request_id, country=event.country, expires_at=event.expires_at
    )
    waiting = tuple(each for each in consult.waiting if each != event.request_id)
    after = with_offers(consult, consult.offers | {event.request_id: offer})
    return _with(case, after.model_copy(update={"waiting": waiting}))


def _accepted(case: Case, event: ConsultAccepted) -> dict[str, Any]:
    return _with(case, _offer_is(case, event, status="accepted").model_copy(update={"waiting": ()}))


def _declined(case: Case, event: ConsultDeclined) -> dict[str, Any]:
    return _with(case, _asked_again(_offer_is(case, event, status="declined", reason=event.reason)))


def _expired(case: Case, event: ConsultOfferExpired) -> dict[str, Any]:
    return _with(case, _asked_again(_offer_is(case, event, status="expired")))


def _asked_again(consult: Consult) -> Consult:
    again = asked_again(consult)
    return consult.model_copy(update={"requests": (*consult.requests, *again), "waiting": again})


def _ended(case: Case, event: ConsultOfferEnded) -> dict[str, Any]:
    return _with(case, _offer_is(case, event, status="ended"))


def _asked_back(case: Case, event: ConsultAskedBack) -> dict[str, Any]:
    """Who asks back is at it: the offer does not expire any more."""
    consult = case.consults[event.consult_id]
    said = Round(by=event.specialist, text=event.text, asked_back=True, attachments=event.attachments)
    offer = offer_to(consult, event.specialist)
    kept = {offer.request_id: offer.model_copy(update={"expires_at": None})} if offer else {}
    return _changed(case, consult.id, rounds=(*consult.rounds, said), offers=consult.offers | kept)


def _clarified(case: Case, event: ConsultClarified) -> dict[str, Any]:
    said = Round(by=event.by, text=event.text, asked_back=False, attachments=event.attachments)
    return _changed(case, event.consult_id, rounds=(*case.consults[event.consult_id].rounds, said))


def _answered(case: Case, event: ConsultAnswered) -> dict[str, Any]:
    consult = case.consults[event.consult_id]
    answered_at = event.answered_at or case.last_message_at
    if event.late:
        late = LateAnswer(
            id=derive("late-answer", consult.id, str(len(consult.late_answers) + 1)),
            specialist=event.specialist,
            answer=event.answer,
            country=event.country,
            attachments=event.attachments,
            answered_at=answered_at,
        )
        return _changed(case, consult.id, late_answers=(*consult.late_answers, late))
    offer = offer_to(consult, event.specialist)
    kept = {offer.request_id: offer.model_copy(update={"status": "accepted"})} if offer else {}
    answered = with_offers(consult, consult.offers | kept).model_copy(
        update={
            "open": False,
            "waiting": (),
            "answer": event.answer,
            "answer_attachments": event.attachments,
            "answered_at": answered_at,
        }
    )
    return _with(case, answered)


def _withdrawn(case: Case, event: ConsultWithdrawn) -> dict[str, Any]:
    return _changed(case, event.consult_id, open=False, waiting=())


def _rated(case: Case, event: ConsultRated) -> dict[str, Any]:
    return _changed(case, event.consult_id, stars=event.stars, rating=event.comment, rated_at=event.rated_at)


def _saved(case: Case, event: ConsultSaved) -> dict[str, Any]:
    saved = SavedConsult(
        answer_id=event.answer_id,
        specialist=event.specialist,
        by=event.by,
        question=event.question,
        saved_at=event.saved_at,
    )
    return {"saved_consults": (*case.saved_consults, saved)}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    ConsultRequested: _requested,
    ConsultOffered: _offered,
    ConsultAccepted: _accepted,
    ConsultDeclined: _declined,
    ConsultOfferExpired: _expired,
    ConsultOfferEnded: _ended,
    ConsultAskedBack: _asked_back,
    ConsultClarified: _clarified,
    ConsultAnswered: _answered,
    ConsultWithdrawn: _withdrawn,
    ConsultRated: _rated,
    ConsultSaved: _saved,
}
