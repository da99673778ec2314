"""A consult as routing decided it: which specialist was asked, and why. Whether it is still open, the case tells."""

from schemas.base import Model, UtcDatetime
from schemas.events.routing import Explanation, SpecialistOffered


class Offer(Model):
    """Who is asked by one request of a consult. `settled` once the desk has seen that the offer or the consult is over."""

    request_id: str
    consult_id: str
    case_id: str
    specialist: str
    country: str
    explanation: Explanation
    offered_at: UtcDatetime
    settled: bool = False


def specialist_offered(event: SpecialistOffered) -> Offer:
    """The latest decision on a request replaces the one before."""
    return Offer(
        request_id=event.request_id,
        consult_id=event.consult_id,
        case_id=event.case_id,
        specialist=event.person,
        country=event.country,
        explanation=event.explanation,
        offered_at=event.decided_at,
    )
