"""How much room a case takes of its owner: all of it while there is something to do, a share while it waits (P5).

With the brand's `waiting_weight` below 1 an owner has room for others while a customer or a specialist thinks. When the answer
comes the case takes all of its room again, also where that is more than its owner has: it is theirs already.
"""

from schemas.base import Event
from schemas.events.case import CaseWeighed
from schemas.events.routing import CapacityTaken
from services.cases.domain.case import Case, Status
from services.cases.domain.terms import Terms

WAITING: tuple[Status, ...] = ("waiting-for-customer", "waiting-for-specialist")


def weighed(after: Case, terms: Terms) -> list[Event]:
    """What the case and routing have to know besides if the case, as it is now, waits from now on or waits no longer."""
    if not after.owner or after.resolved or after.closed:
        return []
    share = terms.brand.policy.waiting_weight if after.status in WAITING else 1
    if share == after.share:
        return []
    facts = {"case_id": after.id, "conversation": after.conversation}
    return [
        CaseWeighed(**facts, brand=after.brand, owner=after.owner, share=share),
        CapacityTaken(**facts, request_id=after.owner_request, pool=after.pool, person=after.owner, share=share),
    ]
