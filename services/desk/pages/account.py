"""The reader's own account: who they are here, and where they are signed in."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.api.parts import InParts
from services.desk.domain.devices import device
from services.desk.pages.forms import submitted
from services.desk.pages.routing import SIGN_IN, PageRoute, Staff, signed_in

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def account(pages: Staff, desk: InParts) -> Response:
    """What the organisation says of the reader, and their open sessions."""
    reader = signed_in(pages)
    context = {"sessions": await desk.sessions.opened.of(reader.id), "device": device}
    return await pages.render("account.html", context)


@router.post("/sign-out-everywhere")
async def sign_out_everywhere(request: Request, pages: Staff, desk: InParts) -> Response:
    """End all sessions of the reader, this one too."""
    await submitted(request, desk)
    await desk.sessions.sign_out_everywhere(signed_in(pages).id)
    response = RedirectResponse(SIGN_IN, 303)
    await desk.sessions.sign_out(request, response)
    return response
