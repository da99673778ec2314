"""Every grant as a row of its own, made of the events of the cases, so that they can be listed and summed up (M1)."""

from collections.abc import Mapping

from pydantic import Field

from schemas.base import UtcDatetime, milliseconds
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from services.cases.domain.records import Frozen, GrantStatus
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.table import Table


class StoredGrant(Frozen):
    """One grant, and what became of it."""

    grant_id: str
    case_id: str
    conversation: str
    brand: str
    kind: str
    amount: str = Field(description="In the currency's main unit, exact.")
    currency: str
    by: str
    approved_by: str = Field(default="", description="Empty: it was inside the mandate, and nobody was asked.")
    reason: str = ""
    status: GrantStatus = "proposed"
    at: UtcDatetime = Field(description="When it was granted; until then, when it was proposed.")


def _fields(grant: StoredGrant) -> Mapping[str, str | int]:
    names = {"brand": grant.brand, "person": grant.by, "status": grant.status}
    return {**names, "at_ms": milliseconds(grant.at)}


GRANTS = Collection(
    "grants", StoredGrant, _fields, (Index(("brand", "status", "at_ms")), Index(("person", "status", "at_ms")))
)


def hear_of_grants(handlers: Table) -> None:
    """Keep a row of every grant."""

    @handlers.on(GrantProposed, GRANTS, id=lambda event: event.grant_id)
    def proposed(known: StoredGrant | None, event: GrantProposed, _: Context) -> Decision[StoredGrant] | None:
        if known is not None:
            return None
        fields = event.model_dump(include=set(StoredGrant.model_fields))
        return Decision(StoredGrant(**fields, at=event.proposed_at))

    @handlers.on(GrantMade, GRANTS, id=lambda event: event.grant_id)
    def made(known: StoredGrant | None, event: GrantMade, _: Context) -> Decision[StoredGrant]:
        fields = event.model_dump(include=set(StoredGrant.model_fields))
        reason = known.reason if known else ""
        return Decision(StoredGrant(**fields, reason=reason, status="made", at=event.granted_at))

    @handlers.on(GrantRefused, GRANTS, id=lambda event: event.grant_id)
    def refused(known: StoredGrant | None, _: GrantRefused, __: Context) -> Decision[StoredGrant] | None:
        return Decision(known.model_copy(update={"status": "refused"})) if known else None
