"""What the neighbours of a case turned out to be about, and what specialists said of the like, at the side of its page (U2)."""

from fastapi import APIRouter, Response

from services.chassis.errors import Problem
from services.desk.api.beside import said_last, similar_to
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.gateway.answers import FoundAnswers
from services.desk.pages.asking import found_answers
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.get("/similar")
async def similar(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """Cases of the same brand about the same, and earlier answers to what the customer says."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    cases = await similar_to(desk, view)
    answers = await _answers(desk, view, reader.id)
    named = [*(each.owner for each in cases), *(each.answer.specialist for each in answers.items)]
    context = {"view": view, "cases": cases, "answers": answers.items, "said_last": said_last}
    template = "_similar.html" if pages.partial else "similar.html"
    return await pages.render(template, context, people=await desk.people.among(named))


async def _answers(desk: Parts, view: CaseView, person: str) -> FoundAnswers:
    words = next((each.text for each in reversed(view.timeline) if each.kind == "message"), "")
    try:
        return await found_answers(desk, view, person, words) or FoundAnswers(items=[])
    except Problem:  # the case itself is there without them
        return FoundAnswers(items=[])
