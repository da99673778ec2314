"""What was granted, in lists with totals (M1)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime, milliseconds
from services.cases.api.acting import All, Reading, may
from services.cases.domain.records import GrantStatus
from services.cases.stored_grants import GRANTS, StoredGrant
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.mongo import Database
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()
USUAL_DAYS, MOST_DAYS = 30, 92
MOST_SUMMED = 5000
"""So many grants are summed up for one answer."""


class Total(BaseModel):
    """The sum of one kind in one currency."""

    kind: str
    currency: str
    count: int
    amount: str = Field(description="In the currency's main unit, exact.")


class Grants(Page[StoredGrant]):
    """A page of grants."""

    count: int | None = None
    """How many there are in the whole list; on the first page."""
    totals: list[Total] | None = None
    """Of the whole list, per kind and currency; on the first page. None for more than 5,000: ask for less at a time."""


@router.get("/grants")
@may("colleague")
async def list_grants(
    request: Request,
    actor: Reading,
    cases: All,
    person: Annotated[str, Query(max_length=200, description="Only by this person.")] = "",
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    status: Annotated[GrantStatus, Query(description="What became of it.")] = "made",
    from_: Annotated[UtcDatetime | None, Query(alias="from", description="From this moment on; 30 days back.")] = None,
    to: Annotated[UtcDatetime | None, Query(description="Before this moment; at most 92 days later.")] = None,
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Grants:
    """What was granted, the latest first, with totals. Agents see their own; coaches and leads those of their brands (M7)."""
    standing = await cases.standing(actor)
    if person != actor.person and not standing.is_superior:
        raise Problem(
            403, "not-allowed", f"only a coach or a lead sees what others granted; ask for person={actor.person}"
        )
    query: dict[str, Any] = {"brand": standing.brand_query(brand), "status": status}
    query |= {"person": person} if person else {}
    within = _between(from_, to, cases.now())
    database = cases.service.database
    found = await page(database, GRANTS, query, "at_ms", cursor, limit, descending=True, within=within)
    items = [each.state for each in found.documents if each.state]
    if cursor:
        return Grants(items=items, **found.links(request))
    wanted = {**query, "at_ms": within}
    count = await database.count(GRANTS.name, wanted)
    totals = await _totals(database, wanted) if count <= MOST_SUMMED else None
    return Grants(items=items, count=count, totals=totals, **found.links(request))


def _between(first: datetime | None, last: datetime | None, now: datetime) -> dict[str, int]:
    end = last or max(now + timedelta(milliseconds=1), first or now)
    try:
        start = first or end - timedelta(days=USUAL_DAYS)
    except OverflowError:
        start = end
    if not start <= end or end - start > timedelta(days=MOST_DAYS):
        text = f"from {start.isoformat()} to {end.isoformat()} is not a stretch of at most {MOST_DAYS} days"
        raise Problem(422, "not-a-period", text)
    return {"$gte": milliseconds(start), "$lt": milliseconds(end)}


async def _totals(database: Database, query: Mapping[str, Any]) -> list[Total]:
    """The sum of each kind in each currency, of all rows that the query finds; few enough to be read at once."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for each in await database.find(GRANTS, query, sort="at_ms", limit=MOST_SUMMED):
        if each.state:
            sums[each.state.kind, each.state.currency].append(Decimal(each.state.amount))
    return [
        Total(kind=kind, currency=currency, count=len(amounts), amount=str(sum(amounts, Decimal(0))))
        for (kind, currency), amounts in sorted(sums.items())
    ]
