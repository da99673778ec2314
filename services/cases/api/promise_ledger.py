"""The ledger of promises: what was promised to whom, by when, by which owner, and whether it was kept (F1, F2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import Query, Request
from pydantic import BaseModel, Field

from services.cases.api.acting import All, Reading, may
from services.cases.domain import Case, Promise
from services.cases.domain.promised import PromiseState
from services.cases.store import CASES, identity_key
from services.chassis.http import internal_router
from services.chassis.mongo import Database
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()
WAITING = ("open", "broken")
STATES: tuple[PromiseState, ...] = get_args(PromiseState)


class PromiseInLedger(BaseModel):
    """A promise, and what became of it."""

    promise_id: str
    case_id: str
    brand: str
    customer: str = Field(description="brand/channel/author, as the channel knows the customer.")
    owner: str = Field(description="Who owes it: the owner of the case now.")
    made_by: str = Field(description="Who owned the case when it was made.")
    what: str
    state: PromiseState
    made_at: datetime | None
    due_at: datetime
    kept_at: datetime | None
    reply_id: str = Field(description="The reply that made it, if any.")
    moved_from: str = Field(
        description="The promise on which that same reply reported: the customer was told that it takes longer."
    )


class Shares(BaseModel):
    """How many promises are in each state, and how well they were kept."""

    open: int
    broken: int
    kept: int
    late: int
    withdrawn: int = Field(description="Made by a reply that never left: the customer was promised nothing.")
    kept_in_time: float | None = Field(
        description="The share of those whose time has come that were kept in time; null when there are none."
    )


class Ledger(Page[PromiseInLedger]):
    """A page of promises. `limit` counts cases; a case shows all of its promises at once."""

    totals: Shares | None = None
    """Of all promises of that customer, owner and brand, in whichever state; on the first page."""


@router.get("/promises")
@may("colleague")
async def list_promises(
    request: Request,
    actor: Reading,
    cases: All,
    customer: Annotated[str, Query(max_length=700, description="brand/channel/author.")] = "",
    owner: Annotated[str, Query(max_length=200, description="Only those that this person owes.")] = "",
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    state: Annotated[PromiseState | None, Query(description="Only in this state.")] = None,
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Ledger:
    """Promises of the brands that you serve (M7): open and broken ones by their time, others the latest first."""
    standing = await cases.standing(actor)
    database = cases.service.database
    query: dict[str, Any] = {"promised": 1, "brand": standing.brand_query(brand)}
    query |= {"customer": customer} if customer else {}
    query |= {"owner": owner} if owner else {}
    wanted = query | ({f"promises_{state}": {"$gte": 1}} if state else {})
    order = f"promise_{state}_ms" if state in WAITING else "promise_ms"
    found = await page(database, CASES, wanted, order, cursor, limit, descending=state not in WAITING)
    items = [row for each in found.documents if each.state for row in _rows(each.state, state)]
    totals = None if cursor else await _shares(database, query)
    return Ledger(items=items, totals=totals, **found.links(request))


def _rows(case: Case, state: PromiseState | None) -> list[PromiseInLedger]:
    wanted = [each for each in case.promises.values() if state in (None, each.state)]
    if state in WAITING:
        return [_row(case, each) for each in sorted(wanted, key=lambda each: (each.due_at, each.id))]
    return [_row(case, each) for each in reversed(wanted)]


def _row(case: Case, promise: Promise) -> PromiseInLedger:
    reply = case.replies.get(promise.reply_id)
    return PromiseInLedger(
        promise_id=promise.id,
        case_id=case.id,
        brand=case.brand,
        customer=identity_key(case.brand, case.channel, case.customer.id),
        owner=case.owner,
        made_by=promise.owner,
        what=promise.what,
        state=promise.state,
        made_at=promise.made_at,
        due_at=promise.due_at,
        kept_at=promise.kept_at,
        reply_id=promise.reply_id,
        moved_from=reply.keeps_promise if reply else "",
    )


async def _shares(database: Database, query: Mapping[str, Any]) -> Shares:
    counts = {state: await _sum(database, query, f"promises_{state}") for state in STATES}
    due = counts["kept"] + counts["late"] + counts["broken"]
    return Shares(**counts, kept_in_time=round(counts["kept"] / due, 4) if due else None)


async def _sum(database: Database, query: Mapping[str, Any], field: str) -> int:
    """The sum of a small whole number over all rows: the store counts how many have at least 1, at least 2, and so on."""
    total = least = 0
    while True:
        least += 1
        found = await database.count(CASES.name, {**query, field: {"$gte": least}})
        if not found:
            return total
        total += found
