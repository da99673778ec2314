"""The links to a case's questions, for its owner to pass on in a message of their own (O2)."""

from fastapi import APIRouter, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.gateway.invitations import Link
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.get("/question-links")
async def links(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """Only for the owner and who covers: whoever has a link answers in the specialist's name. Raises Problem 403."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    if not reader.may_act(view, desk.clock.now()):
        raise Problem(403, "not-the-owner", pages.gettext("Only the owner passes on links to a question."))
    found = await desk.followup.see(list[Link], reader.id, "cases", view.id, "question-links")
    people = await desk.people.among(each.specialist for each in found)
    template = "_question_links.html" if pages.partial else "question_links.html"
    return await pages.render(template, {"view": view, "links": found}, people=people)
