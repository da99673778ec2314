"""Personal data is shown to who acts in a case, and who looked is written down (M3)."""

from fastapi import APIRouter, Request, Response

from services.desk.api.beside import revealed
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.pages.composer import on_our_page
from services.desk.pages.forms import submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/reveal")
async def reveal(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Show the customer's personal data to who acts; who looked is written down first (M3)."""
    await submitted(request, desk)
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    refusal = pages.gettext("Only the owner of this case can see the customer's details.")
    shown = await revealed(desk, reader, view, refusal)
    context = {"view": view, "profile": shown, "may_act": True, "web": on_our_page(desk, view)}
    return await pages.render("_profile.html" if pages.partial else "profile.html", context)
