"""What the desk stores, and by which fields it is found."""

from collections.abc import Mapping
from typing import Any

from schemas.events.roster import RosterPerson
from services.chassis.documents import Collection, Index
from services.desk.domain import CaseView
from services.desk.domain.alike import TRAITS, traits
from services.desk.domain.offer import Offer
from services.desk.domain.records import Account, Reveal, Switch
from services.desk.domain.talk import Talk


def customer_key(channel: str, author_id: str) -> str:
    """By which a customer's other cases on the same channel are found."""
    return f"{channel}/{author_id}"


def _case_fields(view: CaseView) -> Mapping[str, Any]:
    return {
        "status": view.status,
        "owner": view.owner,
        "brand": view.brand,
        "language": view.language,
        "next_due": view.next_due,
        "updated_at": view.updated_at,
        "conversation": view.conversation,
        "customer": customer_key(view.channel, view.customer.id) if view.customer else "",
        **traits(view),
    }


CASES = Collection(
    "cases",
    CaseView,
    fields=_case_fields,
    indexes=(
        *(Index(("conversation",)), Index(("customer",)), Index(("updated_at",)), Index(("status", "updated_at"))),
        *(Index((trait,)) for trait in TRAITS),
    ),
)
PEOPLE = Collection("people", RosterPerson, fields=lambda person: {"role": person.role}, indexes=(Index(("role",)),))
OFFERS = Collection(
    "offers",
    Offer,
    fields=lambda offer: {"specialist": offer.specialist, "settled": offer.settled, "case": offer.case_id},
    indexes=(Index(("specialist", "settled")), Index(("case",))),
)
TALKS = Collection("talks", Talk)
ACCOUNTS = Collection("accounts", Account)
REVEALS = Collection(
    "reveals",
    Reveal,
    fields=lambda reveal: {"case": reveal.case_id, "person": reveal.person, "at": reveal.at},
    indexes=(Index(("case",)), Index(("person", "at"))),
)
SWITCHES = Collection("switches", Switch)

OWN = (CASES, PEOPLE, OFFERS, TALKS, ACCOUNTS, REVEALS, SWITCHES)
"""All of them; the handlers write the first three only."""
