"""Where escalations are kept, and what each person is told to look at."""

from collections.abc import Mapping
from datetime import datetime

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.escalations import Escalation
from services.followup.domain.escalations_inbox import Inbox, inbox_id

ESCALATIONS = Collection(
    "escalations",
    Escalation,
    # Left out once everybody knows: a missing field equals nothing.
    fields=lambda state: {"to_hand": 1} if state.handed < state.changes else {},
    indexes=(Index(("to_hand",)),),
)


def _fields(state: Inbox) -> Mapping[str, int]:
    return {"next_ms": milliseconds(state.next_at)} if state.next_at else {}


INBOXES = Collection("inboxes", Inbox, fields=_fields, indexes=(Index(("next_ms",)),))


async def to_hand(database: Database, limit: int) -> list[Document[Escalation]]:
    """Escalations of which not everybody knows yet whom they reach."""
    return await database.find(ESCALATIONS, {"to_hand": 1}, limit=limit)


async def to_send(database: Database, now: datetime, limit: int) -> list[Document[Inbox]]:
    """Whom something is to be sent, those who have waited longest first."""
    return await database.find(INBOXES, {"next_ms": {"$lte": milliseconds(now)}}, sort="next_ms", limit=limit)


async def inbox(database: Database, person: str) -> Inbox:
    """What somebody is told to look at."""
    found = await database.get(INBOXES, inbox_id(person))
    return found.state if found and found.state else Inbox(person=person)
