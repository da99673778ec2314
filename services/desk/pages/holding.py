"""The reader's own switch: whether prepared holding replies may leave by themselves, in their name (O5)."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from schemas.base import Model
from services.desk.api.parts import InParts
from services.desk.pages.forms import submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/holding-replies", route_class=PageRoute, include_in_schema=False)


class Said(Model):
    """One thing that the reader said."""

    agreed: bool
    at: datetime


class Agreement(Model):
    """Where the reader stands."""

    agreed: bool
    since: datetime | None = None
    changes: tuple[Said, ...] = ()


@router.get("")
async def agreement(pages: TeamPages, desk: InParts) -> Response:
    """Whether they may, since when, and for which brands it matters."""
    reader = signed_in(pages)
    found = await desk.commands.see(Agreement, reader.id, "people", reader.id, "holding-agreement")
    brands = [
        (brand.name, brand.policy.holding_sent_minutes_before)
        for brand in desk.organisation.brands
        if brand.id in reader.brands and brand.policy.holding_replies
    ]
    return await pages.render("holding.html", {"agreement": found, "brands": brands})


@router.post("")
async def agree(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """The reader says so for themselves."""
    form = await submitted(request, desk)
    person = signed_in(pages).id
    body = {"agreed": form.values.get("agreed") == "true"}
    await desk.commands.do(person, form.key, "people", person, "holding-agreement", body=body, method="PUT")
    return RedirectResponse("/holding-replies", 303)
