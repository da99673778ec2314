"""Who looked at customers' personal data, for the leads of the brand (M3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.errors import Problem
from services.desk.api.looking import looked
from services.desk.api.parts import InParts
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/reveals")
async def reveals(pages: TeamPages, desk: InParts, before: Annotated[int | None, Query(ge=0)] = None) -> Response:
    """The record, a page at a time."""
    reader = signed_in(pages)
    if not reader.is_lead:
        raise Problem(403, "not-allowed", pages.gettext("Who looked at personal data is for the leads of the brand."))
    found = await looked(desk, reader, before)
    people = await desk.people.among(each.person for each in found.reveals)
    return await pages.render("reveals.html", {"found": found, "before": before}, people=people)
