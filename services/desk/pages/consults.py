"""The specialist's page: the question, the context needed, an answer. Made for two minutes on a phone."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.shown import context_of
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, Staff, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/consults")
async def consults(pages: Staff, desk: InParts) -> Response:
    return await _page(pages, desk, {})


@router.post("/consults/{case_id}/{consult_id}/answer")
async def answer(case_id: str, consult_id: str, request: Request, pages: Staff, desk: InParts) -> Response:
    """The answer goes to the owner, never to the customer (O2)."""
    form = await submitted(request, desk)
    try:
        await desk.commands.answer(case_id, consult_id, signed_in(pages).id, form.key, _words(form))
    except Problem as problem:
        return await _page(pages, desk, {consult_id: form.failed(problem)})
    if pages.partial:
        return await _page(pages, desk, {consult_id: FormState(done="answered")})
    return RedirectResponse("/consults", 303)


def _words(form: FormState) -> str:
    text = form.values.get("answer", "").strip()
    if not text:
        raise Problem(400, "answer-missing", "answer: write it first")
    return text


async def _page(pages: Pages, desk: Parts, forms: dict[str, FormState]) -> Response:
    reader = signed_in(pages)
    asked = await desk.consults.open_for(reader.id)
    answered = {id for id, form in forms.items() if form.done}
    context = {
        "asked": [each for each in asked if each.consult.id not in answered],
        "answered": bool(answered),
        "forms": {each.consult.id: forms.get(each.consult.id, FormState()) for each in asked},
        "stray": [form for id, form in forms.items() if form.problem and id not in {each.consult.id for each in asked}],
        "context_of": context_of,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among(each.consult.asked_by for each in asked)
    return await pages.render("_consults.html" if pages.partial else "consults.html", context, people=people)
