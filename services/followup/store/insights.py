"""Where causes are kept: one document per case, found by brand and the moment it was opened."""

from collections.abc import Mapping

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.causes import CaseCause
from services.followup.domain.windows import Window


def _fields(state: CaseCause) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {"brand": state.brand, "opened_ms": milliseconds(state.opened_at)}
    if state.news:  # left out when there is none: a missing field is in no range, on every store
        fields["news_ms"] = milliseconds(state.news[0].at)
    return fields


CAUSES = Collection("causes", CaseCause, fields=_fields, indexes=(Index(("brand", "opened_ms")), Index(("news_ms",))))


async def opened_in(database: Database, brand: str, *windows: Window) -> list[CaseCause]:
    """The brand's cases that were opened from the start of the first window to the end of the last."""
    start, end = min(each.start for each in windows), max(each.end for each in windows)
    opened = {"$gte": milliseconds(start), "$lt": milliseconds(end)}
    found = await database.find(CAUSES, {"brand": brand, "opened_ms": opened})
    return [each.state for each in found if each.state]


async def with_news(database: Database, limit: int) -> list[Document[CaseCause]]:
    """Cases of which there is something that subscribers have not been matched with, the longest known first."""
    return await database.find(CAUSES, {"news_ms": {"$gte": 0}}, sort="news_ms", limit=limit)
