"""Where the clocks are kept: one document per case, found by the next moment at which it has something to say."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain import CaseClocks, case_harm, weight
from services.followup.domain.clocks_budget import Budget, sum_due_at
from services.followup.domain.clocks_harm import WEIGHTS

STANDING_MS = 2**52
"""In place of a moment for what stands still: after all that run."""


def _fields(state: CaseClocks) -> Mapping[str, Any]:
    # Left out when nothing is to come: a missing field is in no range, on every store.
    fields: dict[str, Any] = {}
    if state.next_at and state.next_clock:
        fields = {"next_at_ms": milliseconds(state.next_at), "weight": weight(state.next_clock, state.urgency)}
    running = [clock for clock in state.clocks if not clock.over]
    if running:
        due = min(STANDING_MS if clock.paused else milliseconds(clock.due_at) for clock in running)
        fields |= {"brand": state.brand, "due_ms": due, "terms": state.terms}
    return fields


CLOCKS = Collection(
    "clocks",
    CaseClocks,
    fields=_fields,
    indexes=(
        Index(("next_at_ms",)),
        Index(("weight", "next_at_ms")),
        Index(("brand", "due_ms")),
        Index(("terms",)),
    ),
)


def _sum_fields(state: Budget) -> Mapping[str, Any]:
    due_at = sum_due_at(state)
    return {"sum_at_ms": milliseconds(due_at)} if due_at else {}


BUDGETS = Collection("clock_budgets", Budget, fields=_sum_fields, indexes=(Index(("sum_at_ms",)),))
"""One document per brand."""


async def due(database: Database, now: datetime, limit: int) -> list[Document[CaseClocks]]:
    """Up to `limit` cases with a clock that has something to say, those first where most harm is done.

    When all fit they are compared one by one. When not, the latest of each weight are, so that a mountain need not be read to
    find its top.
    """
    until = {"next_at_ms": {"$lte": milliseconds(now)}}
    found = await database.find(CLOCKS, until, sort="next_at_ms", limit=limit)
    if len(found) == limit:
        found = []
        for each in WEIGHTS:
            found += await database.find(CLOCKS, {"weight": each, **until}, sort="next_at_ms", limit=limit)
    found.sort(key=lambda each: -case_harm(each.state, now) if each.state else 0.0)
    return found[:limit]


async def outdated(database: Database, versions: Sequence[int], limit: int) -> list[Document[CaseClocks]]:
    """Cases with open clocks that were set by terms of none of these versions, some of them.

    By ranges of one field: a supported store reads all documents of a brand for a range beside an equality.
    """
    known = sorted({-1, *versions, STANDING_MS})
    for below, above in pairwise(known):
        between = {"terms": {"$gt": below, "$lt": above}}
        if found := await database.find(CLOCKS, between, sort="terms", limit=limit):
            return found
    return []


async def sums_due(database: Database, now: datetime) -> list[Document[Budget]]:
    """The brands whose leads are to be told what waits."""
    return await database.find(BUDGETS, {"sum_at_ms": {"$lte": milliseconds(now)}})
