"""Where invitations are kept: one document for each consult."""

from collections.abc import Mapping
from datetime import datetime

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.invitations import InvitedConsult


def _fields(state: InvitedConsult) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {"case": state.case_id}
    if state.next_at:  # left out when nothing is to be sent: a missing field is in no range, on every store
        fields["next_ms"] = milliseconds(state.next_at)
    return fields


INVITED = Collection(
    "invited_consults", InvitedConsult, fields=_fields, indexes=(Index(("case",)), Index(("next_ms",)))
)


async def due(database: Database, now: datetime, limit: int) -> list[Document[InvitedConsult]]:
    """Consults of which a mail is to be sent, those that have waited longest first."""
    return await database.find(INVITED, {"next_ms": {"$lte": milliseconds(now)}}, sort="next_ms", limit=limit)


async def of_case(database: Database, case_id: str) -> list[InvitedConsult]:
    """All consults of a case to which somebody was invited."""
    return [each.state for each in await database.find(INVITED, {"case": case_id}) if each.state]
