"""What the desk stores, and by which fields it is found."""

from collections.abc import Mapping
from typing import Any

from schemas.base import milliseconds
from schemas.events.roster import RosterPerson
from services.chassis.documents import Collection, Index
from services.desk.domain import CaseView
from services.desk.domain.alike import TRAITS, traits
from services.desk.domain.coverage import Absence
from services.desk.domain.offer import Offer
from services.desk.domain.records import Account, Reveal, Session, Switch
from services.desk.domain.saved_views import SavedView
from services.desk.domain.talk import Talk
from services.desk.domain.uploads import Upload
from services.desk.domain.whatif import Run


def customer_key(channel: str, author_id: str) -> str:
    """By which a customer's other cases on the same channel are found."""
    return f"{channel}/{author_id}"


def about(view: CaseView) -> str:
    """By which cases of a brand about the same topic are found."""
    return f"{view.brand}/{view.topic}"


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
        "about": about(view),
        **traits(view),
    }


CASES = Collection(
    "cases",
    CaseView,
    fields=_case_fields,
    indexes=(
        *(Index(("conversation",)), Index(("customer",)), Index(("updated_at",)), Index(("status", "updated_at"))),
        Index(("about", "updated_at")),
        *(Index((trait,)) for trait in TRAITS),
    ),
)
PEOPLE = Collection("people", RosterPerson, fields=lambda person: {"role": person.role}, indexes=(Index(("role",)),))
ABSENCES = Collection("absences", Absence)
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
    fields=lambda reveal: {
        "case": reveal.case_id,
        "brand": reveal.brand,
        "person": reveal.person,
        "at_ms": milliseconds(reveal.at),
    },
    indexes=(Index(("case",)), Index(("person", "at_ms")), Index(("brand", "at_ms"))),
)
SESSIONS = Collection(
    "sessions",
    Session,
    fields=lambda session: {"person": session.person, "ends_ms": milliseconds(session.ends_at)},
    indexes=(Index(("person",)), Index(("ends_ms",))),
)
SWITCHES = Collection("switches", Switch)
UPLOADS = Collection("uploads", Upload)
WHAT_IFS = Collection(
    "whatifs",
    Run,
    fields=lambda run: {"over": run.over, "asked_ms": milliseconds(run.asked_at)},
    indexes=(Index(("asked_ms",)), Index(("over", "asked_ms"))),
)
VIEWS = Collection(
    "views",
    SavedView,
    fields=lambda view: {"owner": view.owner, "shared": view.shared},
    indexes=(Index(("owner",)), Index(("shared",))),
)

OWN = (CASES, PEOPLE, OFFERS, ABSENCES, TALKS, ACCOUNTS, SESSIONS, REVEALS, SWITCHES, WHAT_IFS, UPLOADS, VIEWS)
"""All of them; the handlers write the first four only."""
