"""What routing learns from the cases: how each specialist answers what they are asked (O2)."""

from collections.abc import Callable
from datetime import datetime

from schemas.base import milliseconds
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
)
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.routing.domain.answering import Answering
from services.routing.store import ANSWERING, AnsweringState

Counted = Callable[[Answering, str, datetime], Answering]
Told = ConsultAccepted | ConsultAnswered | ConsultDeclined | ConsultOffered | ConsultOfferEnded | ConsultOfferExpired

COUNTED: dict[type[Told], Counted] = {
    ConsultOffered: Answering.offered,
    ConsultAccepted: Answering.accepted,
    ConsultAnswered: Answering.answers,
    ConsultDeclined: lambda known, consult, at: known.said(consult, "declined", at),
    ConsultOfferExpired: lambda known, consult, at: known.said(consult, "expired", at),
    ConsultOfferEnded: lambda known, consult, _: known.ended(consult),
}
"""Only the first word on an open offer counts, so that what comes twice or late counts once or not at all."""


def learn(handlers: Table) -> None:
    """Add to the service's map the events that tell how specialists answer."""

    def told(state: AnsweringState | None, event: Told, context: Context) -> Decision[AnsweringState] | None:
        before = state or AnsweringState()
        at = context.occurred_at or context.now
        after = COUNTED[type(event)](before.answering, event.consult_id, at)
        if after == before.answering:
            return None
        return Decision(AnsweringState(answering=after, changed_ms=milliseconds(context.now)))

    for event in COUNTED:
        handlers.on(event, ANSWERING, id=lambda event: event.specialist)(told)
