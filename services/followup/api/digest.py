"""Weekly digests over HTTP (F7): as figures, as a page, as a PDF."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from schemas.organisation import Organisation
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asking, InOrganisation, InService
from services.followup.domain.digest import Digest
from services.followup.domain.windows import Window, zone_of
from services.followup.gateway.digest_words import sheet
from services.followup.gateway.words import Words
from services.followup.handlers.digest import Making

router = internal_router()
Week = Annotated[str, Query(max_length=8, description="As 2026-W47; else the latest that is over.")]


@router.get("/digests/{brand}")
async def show_digest(
    request: Request, brand: str, asker: Asking, service: InService, organisation: InOrganisation, week: Week = ""
) -> Digest:
    """The digest as it was sent, or else as it would be now."""
    asker.require_role("coach", "lead")
    asker.require_brand(brand)
    return await _found(request, brand, week, service, organisation)


@router.get("/digests/{brand}/{form}", response_class=Response)
async def show_digest_rendered(
    request: Request,
    brand: str,
    form: Literal["page", "pdf"],
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    week: Week = "",
    language: Literal["en", "nl"] = "en",
) -> Response:
    """The same for people to read."""
    from services.followup.gateway.digest_html import page  # here, as what draws takes a second to load
    from services.followup.gateway.digest_pdf import document

    asker.require_role("coach", "lead")
    asker.require_brand(brand)
    told = sheet(await _found(request, brand, week, service, organisation), Words(organisation, language))
    if form == "pdf":
        return Response(document(told), media_type="application/pdf")
    return Response(page(told), media_type="text/html; charset=utf-8")


async def _found(request: Request, brand: str, week: str, service: Service, organisation: Organisation) -> Digest:
    known = organisation.brand(brand)
    zone = zone_of(organisation, known)
    now = service.clock.now()
    last = now.astimezone(zone).date() - timedelta(days=7)
    try:
        window = Window.week(zone, week or Window(zone, last, 1).iso_week)
    except ValueError as error:
        raise Problem(422, "wrong-week", str(error)) from error
    if window.start > now:
        raise Problem(422, "wrong-week", f"the week {week} has not begun")
    making: Making = request.app.state.digest_making
    return await making.find(known, window)
