"""Searches are kept under a name, changed and forgotten."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.api.saved_views import ViewWanted, view_of
from services.desk.domain.search_query import FILTERS
from services.desk.pages.forms import submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in
from services.desk.pages.search import show_search

router = APIRouter(prefix="/views", route_class=PageRoute, include_in_schema=False)


@router.post("")
async def save(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Keep the search that is shown; with the id of an own view, in its place."""
    form = await submitted(request, desk)
    reader = signed_in(pages)
    given = {name: value for name in FILTERS if (value := form.values.get(name, ""))}
    text, known = form.values.get("q", ""), form.values.get("view", "")
    try:
        shared = form.values.get("shared") == "yes"
        wanted = ViewWanted(name=form.values.get("name", "")[:200], shared=shared, q=text[:400], filters=given)
        if known:
            await desk.views.own(reader, known)
        view = await desk.views.save(reader, view_of(reader, desk, wanted, known))
    except Problem as problem:
        return await show_search(pages, desk, text, given, saving=form.failed(problem))
    return RedirectResponse(f"/search?view={view.id}", 303)


@router.post("/{view_id}/removal")
async def remove(view_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Forget an own view."""
    await submitted(request, desk)
    await desk.views.remove(signed_in(pages), view_id)
    return RedirectResponse("/", 303)
