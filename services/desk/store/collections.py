"""What the desk stores, and by which fields it is found."""

from collections.abc import Mapping
from typing import Any

from schemas.base import milliseconds
from services.chassis.documents import Collection, Index
from services.desk.domain import CaseView
from services.desk.domain.alike import TRAITS, traits
from services.desk.domain.coverage import Absence
from services.desk.domain.offer import Offer
from services.desk.domain.records import Account, KnownPerson, Logout, Reveal, Session, Switch
from services.desk.domain.saved_views import SavedView
from services.desk.domain.talk import Talk
from services.desk.domain.uploads import Upload
from services.desk.domain.whatif import Run

CHANGED = "updated_ms"
"""When the desk last learnt something of a case, in milliseconds since 1970 UTC: a supported store is slow with moments."""


def changed_ms(view: CaseView) -> int:
    """The same of one case; 0: it never did."""
    return milliseconds(view.updated_at) if view.updated_at else 0


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
        CHANGED: changed_ms(view),
        "conversation": view.conversation,
        "customer": customer_key(view.channel, view.customer.id) if view.customer else "",
        "about": about(view),
        **traits(view),
    }


def _upload_fields(upload: Upload) -> Mapping[str, Any]:
    if upload.erased:
        return {"sender": upload.sender, "erased_in": upload.brand, "erased_ms": milliseconds(upload.erased.at)}
    return {"sender": upload.sender, "kept_ms": milliseconds(upload.at)}


CASES = Collection(
    "cases",
    CaseView,
    fields=_case_fields,
    indexes=(
        *(Index(("conversation",)), Index(("customer",)), Index((CHANGED,)), Index(("status", CHANGED))),
        Index(("about", CHANGED)),
        *(Index((trait,)) for trait in TRAITS),
    ),
)
PEOPLE = Collection(
    "people",
    KnownPerson,
    fields=lambda person: {"role": person.role, **({} if person.filed else {"recorded_email": person.email.lower()})},
    indexes=(Index(("role",)), Index(("recorded_email",))),
)
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
    fields=lambda session: {
        "person": session.person,
        "ends_ms": milliseconds(session.ends_at),
        **({"subject": session.subject} if session.subject else {}),
        **({"provider_session": session.provider_session} if session.provider_session else {}),
    },
    indexes=(Index(("person",)), Index(("subject",)), Index(("provider_session",)), Index(("ends_ms",))),
)
LOGOUTS = Collection(
    "logouts", Logout, fields=lambda logout: {"ends_ms": milliseconds(logout.ends_at)}, indexes=(Index(("ends_ms",)),)
)
SWITCHES = Collection("switches", Switch)
UPLOADS = Collection(
    "uploads",
    Upload,
    fields=_upload_fields,
    indexes=(Index(("sender",)), Index(("kept_ms",)), Index(("erased_in", "erased_ms"))),
)
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

OWN = (CASES, PEOPLE, OFFERS, ABSENCES, TALKS, ACCOUNTS, SESSIONS, LOGOUTS, REVEALS, SWITCHES, WHAT_IFS, UPLOADS, VIEWS)
"""All of them; the handlers write the first four only."""
