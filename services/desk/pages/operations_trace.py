"""The way of one message or case, from the webhook to the channel that took the answer (I4)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.desk.api import operating
from services.desk.api.parts import InParts
from services.desk.domain.waterfall import waterfall
from services.desk.gateway.trace import Found
from services.desk.pages.routing import OperatingPages, PageRoute, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
HOURS = (1, 24, 24 * 7, operating.LONGEST_HOURS)


@router.get("/operations/trace")
async def trace(
    pages: OperatingPages,
    desk: InParts,
    asked: Annotated[str, Query(alias="id", max_length=300)] = "",
    hours: Annotated[float, Query(gt=0, le=operating.LONGEST_HOURS)] = 24.0,
) -> Response:
    """A search, and the way that it found."""
    asked = asked.strip()
    found = await operating.way(desk, signed_in(pages), asked, hours) if asked else Found()
    way = found.trace
    context = {
        "here": "trace",
        "asked": asked,
        "hours": hours,
        "hours_offered": HOURS,
        "found": found,
        "trace": way,
        "picture": waterfall(way) if way else None,
        "links": [(each, desk.operations.trace_link(each)) for each in way.trace_ids] if way else [],
    }
    people = await desk.people.among(each.seen.actor for each in way.steps) if way else {}
    return await pages.render("operations_trace.html", context, people=people)
