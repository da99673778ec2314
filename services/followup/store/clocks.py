"""Where the clocks are kept: one document per case, found by the next moment at which it has something to say."""

from collections.abc import Mapping
from datetime import datetime

from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain import CaseClocks


def _milliseconds(moment: datetime) -> int:
    """Since 1970. A number, because one of the supported stores reads every document for a range of datetimes."""
    return int(moment.timestamp() * 1000)


def _fields(state: CaseClocks) -> Mapping[str, int]:
    # Left out when nothing is to come: a missing field is in no range, on every store.
    return {"next_at_ms": _milliseconds(state.next_at)} if state.next_at else {}


CLOCKS = Collection("clocks", CaseClocks, fields=_fields, indexes=(Index(("next_at_ms",)),))


async def due(database: Database, now: datetime, limit: int = 0) -> list[Document[CaseClocks]]:
    """The cases with a clock that has something to say, the most overdue first."""
    return await database.find(CLOCKS, {"next_at_ms": {"$lte": _milliseconds(now)}}, sort="next_at_ms", limit=limit)
