"""The specialist's page: the question, the context needed, an answer. Made for two minutes on a phone."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.shown import context_of
from services.desk.pages.enclosing import rows_of
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, Staff, signed_in
from services.desk.pages.specialist import ACTS, act, said

router = APIRouter(route_class=PageRoute, include_in_schema=False)
WORDS = ("answer", "question", "reason")
"""The fields in which something is written; it is given back when the consult is over."""
ActName = Literal["accept", "answer", "ask-back", "decline"]


@router.get("/consults")
async def consults(pages: Staff, desk: InParts) -> Response:
    return await _page(pages, desk, {})


@router.post("/consults/{case_id}/{consult_id}/{name}")
async def do(case_id: str, consult_id: str, name: ActName, request: Request, pages: Staff, desk: InParts) -> Response:
    """Take it, answer, ask back or decline. An answer goes to the owner, never to the customer (O2)."""
    form = await submitted(request, desk)
    try:
        await act(desk, signed_in(pages).id, case_id, consult_id, name, form)
    except Problem as problem:
        return await _page(pages, desk, {consult_id: form.failed(problem)})
    if pages.partial:
        done = FormState(done=said(name, pages.gettext))
        return await _page(pages, desk, {consult_id: done}, ended=consult_id if ACTS[name].ends else "")
    return RedirectResponse("/consults", 303)


async def _page(pages: Pages, desk: Parts, forms: dict[str, FormState], ended: str = "") -> Response:
    """`ended` is a consult that is over for the reader, which the page may not have heard yet."""
    reader = signed_in(pages)
    asked = [each for each in await desk.consults.open_for(reader.id) if each.consult.id != ended]
    shown = {each.consult.id for each in asked}
    context = {
        "asked": asked,
        "forms": {id: forms.get(id, FormState()) for id in shown},
        "stray": [form for id, form in forms.items() if id not in shown],
        "words_of": lambda form: next((form.values[name] for name in WORDS if form.values.get(name)), ""),
        "context_of": context_of,
        "hide": str,
        "link_rows": rows_of,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among(each.consult.asked_by for each in asked)
    people |= await desk.people.among(entry.by for each in asked for entry in each.rounds)
    return await pages.render("_consults.html" if pages.partial else "consults.html", context, people=people)
