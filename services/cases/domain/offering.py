"""To whom a consult is offered at a time: its requests to routing and what became of them (rule 3).

The case's own topic does not carry the requests; the fold and the commands work them out alike, from here.
"""

from collections.abc import Mapping

from schemas.ids import derive
from services.cases.domain.records import Consult, Offer

LIVE = ("offered", "accepted")


def request_id(consult_id: str, number: int) -> str:
    """The id of a consult's request to routing, counted from 1 over all its places and rounds."""
    return derive("specialist", consult_id) if number == 1 else derive("specialist", consult_id, str(number))


def live_offers(consult: Consult) -> tuple[Offer, ...]:
    """The offers that a specialist can answer."""
    return tuple(offer for offer in consult.offers.values() if offer.status in LIVE)


def offer_to(consult: Consult, specialist: str) -> Offer | None:
    """The latest offer to this specialist, one that can be answered first."""
    mine = [offer for offer in consult.offers.values() if offer.specialist == specialist]
    return next((offer for offer in mine if offer.status in LIVE), mine[-1] if mine else None)


def asked_again(consult: Consult) -> tuple[str, ...]:
    """The requests that fill the consult's places anew after an offer has failed; none for a named specialist.

    They take the place of those that wait, too, which do not know yet whom to leave out.
    """
    if consult.wanted_specialist or not consult.open:
        return ()
    made, missing = len(consult.requests), consult.places - len(live_offers(consult))
    return tuple(request_id(consult.id, made + number) for number in range(1, missing + 1))


def with_offers(consult: Consult, offers: Mapping[str, Offer]) -> Consult:
    """The consult with these offers, and so with who has it: who accepted, else the only one it is offered to."""
    after = consult.model_copy(update={"offers": dict(offers)})
    live = live_offers(after)
    having = [offer for offer in live if offer.status == "accepted"] or live
    only = having[0] if len(having) == 1 else Offer(specialist="", request_id="")
    holder = {"specialist": only.specialist, "country": only.country, "request_id": only.request_id}
    return after.model_copy(update=holder)
