"""Who else looks at a case or writes in it: an open page says that it is open, and is told who else is there."""

from fastapi import APIRouter, Request, Response

from services.desk.api.beside import watched
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.domain.watching import BEAT_SECONDS
from services.desk.pages.forms import submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/watching")
async def watch(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """The reader has the case before them, and with `typing` writes in it. Who else does."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    others = await watched(desk, reader, view, typing=form.values.get("typing") == "yes")
    people = await desk.people.among(each.person for each in others)
    return await pages.render(
        "_watching.html", {"view": view, "watchers": others, "beat_seconds": BEAT_SECONDS}, people=people
    )
