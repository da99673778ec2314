"""The operator's page: how events flow, how the services do, and below it clocks and channels (I4)."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from schemas.services import SERVICES
from services.chassis.errors import Problem, Unavailable
from services.desk.api import operating
from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.domain.flow_chart import chart
from services.desk.gateway.clocks import ClockSummary
from services.desk.pages.routing import OperatingPages, PageRoute, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/operations")
async def flow(pages: OperatingPages, desk: InParts) -> Response:
    """The flow now; its changing part alone for the page's own script."""
    context = await _flow(desk, signed_in(pages))
    return await pages.render("_operations_flow.html" if pages.partial else "operations.html", context)


async def _flow(desk: Parts, reader: Reader) -> dict[str, Any]:
    services, letters = await asyncio.gather(
        operating.services_for(desk, reader), operating.letters_for(desk, reader), return_exceptions=True
    )
    health = [] if isinstance(services, BaseException) else services
    dead = operating.counted(() if isinstance(letters, BaseException) else letters)
    parked = {each.service: each.waiting.parked for each in health if each.waiting}
    watch = desk.operations.flow
    found = await watch.now()
    states = {each.service: each.state for each in health}
    return {
        "here": "flow",
        "flow": found,
        "chart": chart(found, SERVICES, states, dead, parked) if found else None,
        "trouble": watch.trouble,
        "services": health,
        "dead": dead,
        "parked": parked,
        "versions": {each.version for each in health if each.version},
    }


@router.get("/operations/clocks")
async def clocks(pages: OperatingPages, desk: InParts) -> Response:
    """Clocks by kind, and what came and went on each channel."""
    reader = signed_in(pages)
    summary, looked, tests = await asyncio.gather(
        desk.followup.see(ClockSummary, reader.id, "clocks", "summary"),
        desk.operations.channels.look(),
        operating.tests_for(desk, reader),
        return_exceptions=True,
    )
    for each in (summary, looked, tests):
        if isinstance(each, BaseException) and not isinstance(each, Problem | Unavailable):
            raise each
    context = {
        "here": "clocks",
        "summary": None if isinstance(summary, BaseException) else summary,
        "traffic": None if isinstance(looked, BaseException) else operating.channels_for(desk, reader, looked),
        "tests": {} if isinstance(tests, BaseException) else tests,
        "brand_of": {each.id: each.brand for each in desk.organisation.channels},
    }
    return await pages.render("operations_clocks.html", context)
