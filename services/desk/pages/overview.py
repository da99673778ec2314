"""The overview: what needs attention, and the live list of cases."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.listing import listing
from services.desk.api.parts import InParts, Parts
from services.desk.api.saved_views import counted
from services.desk.domain.access import Reader
from services.desk.domain.board import Asking, Filters
from services.desk.domain.case_view import Status
from services.desk.pages.forms import submitted
from services.desk.pages.lines import Lines
from services.desk.pages.routing import PageRoute, Staff, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)

STATUSES: tuple[Status, ...] = (
    "new",
    "owned",
    "waiting-for-specialist",
    "waiting-for-customer",
    "resolved",
    "closed",
)
OWN = "mine"
EVERYBODY = "all"


@router.get("/")
async def overview(
    pages: Staff,
    desk: InParts,
    whose: Annotated[str, Query(pattern="^(mine|all)$")] = "",
    brand: str = "",
    language: str = "",
    status: str = "",
    after: str = "",
) -> Response:
    """The list; for a specialist, their consults; for an operator, the flow."""
    reader = signed_in(pages)
    if reader.is_specialist:
        return RedirectResponse("/consults", 303)
    if reader.is_operator:
        return RedirectResponse("/operations", 303)
    chosen = {
        "whose": whose or (OWN if reader.person.role == "agent" else EVERYBODY),
        "brand": brand,
        "language": language,
        "status": status if status in STATUSES else "",
    }
    context = await _board(desk, reader, chosen, after)
    context["views"] = [] if pages.partial else await counted(desk, reader)
    owners = [*(row.owner for row in context["list"].rows), *(view.owner for view, _ in context["views"])]
    people = await desk.people.among(owners)
    context["line"] = Lines(desk, reader, pages.language, people, desk.clock.now())
    return await pages.render("_board.html" if pages.partial else "overview.html", context, people=people)


async def _board(desk: Parts, reader: Reader, chosen: Mapping[str, str], after: str) -> dict[str, Any]:
    statuses = tuple(each for each in STATUSES if each == chosen["status"])
    owner = reader.id if chosen["whose"] == OWN else ""
    asking = Asking(reader.id, reader.coaches, desk.clock.now().replace(microsecond=0))
    filters = Filters(reader.brands, owner, chosen["brand"], chosen["language"], statuses, asking)
    found = await listing(desk, filters, after, asking=asking)

    def address(**changes: str) -> str:
        query = {name: value for name, value in ({**chosen, **changes}).items() if value}
        return f"/?{urlencode(query)}"

    return {
        "list": found,
        "chosen": chosen,
        "address": address,
        "here": address(after=after),
        "brands": sorted(reader.brands),
        "languages_found": desk.board.languages(reader.brands),
        "statuses": STATUSES,
        "after": after,
        "filtered": any(chosen[name] for name in ("brand", "language", "status")),
    }


@router.get("/autopilot")
async def autopilot(pages: TeamPages) -> Response:
    """What the autopilot is, and its switch for a lead."""
    return await pages.render("autopilot.html", {})


@router.post("/autopilot")
async def switch_autopilot(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """A lead turns it on or off."""
    form = await submitted(request, desk)
    reader = signed_in(pages)
    if not reader.is_lead:
        raise Problem(403, "not-allowed", pages.gettext("Only a lead can switch the autopilot."))
    await desk.desk.switch_autopilot(on=form.values.get("on") == "true", by=reader.id)
    return RedirectResponse("/autopilot", 303)
