"""The specialist's page: the question, the context needed, an answer. Made for two minutes on a phone."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.shown import context_of
from services.desk.pages.enclosing import rows_of, with_enclosed
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, Staff, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
WORDS = ("answer", "question", "reason")
"""The fields in which something is written; it is given back when the consult is over."""


@router.get("/consults")
async def consults(pages: Staff, desk: InParts) -> Response:
    return await _page(pages, desk, {})


@router.post("/consults/{case_id}/{consult_id}/answer")
async def answer(case_id: str, consult_id: str, request: Request, pages: Staff, desk: InParts) -> Response:
    """The answer goes to the owner, never to the customer (O2)."""

    def body(form: FormState) -> dict[str, Any]:
        return with_enclosed({"answer": text_of(form.values, "answer", "answer-missing")}, form.values)

    done = pages.gettext("Thank you. Your answer is with the owner.")
    return await _act(request, pages, desk, (case_id, consult_id, "answer"), body, done)


@router.post("/consults/{case_id}/{consult_id}/accept")
async def accept(case_id: str, consult_id: str, request: Request, pages: Staff, desk: InParts) -> Response:
    """Work on it: the others who were asked need not."""
    done = pages.gettext("The question is yours. Answer when you know.")
    return await _act(request, pages, desk, (case_id, consult_id, "acceptance"), lambda _: {}, done)


@router.post("/consults/{case_id}/{consult_id}/decline")
async def decline(case_id: str, consult_id: str, request: Request, pages: Staff, desk: InParts) -> Response:
    """Leave it to somebody else."""

    def body(form: FormState) -> dict[str, Any]:
        return {"reason": text_of(form.values, "reason", "reason-missing")}

    done = pages.gettext("Thank you for saying so. Somebody else is being asked.")
    return await _act(request, pages, desk, (case_id, consult_id, "decline"), body, done)


@router.post("/consults/{case_id}/{consult_id}/ask-back")
async def ask_back(case_id: str, consult_id: str, request: Request, pages: Staff, desk: InParts) -> Response:
    """Ask the owner something first."""

    def body(form: FormState) -> dict[str, Any]:
        return with_enclosed({"text": text_of(form.values, "question", "question-missing")}, form.values)

    done = pages.gettext("Your question is with the owner. What they say appears here.")
    return await _act(request, pages, desk, (case_id, consult_id, "question"), body, done)


async def _act(
    request: Request,
    pages: Pages,
    desk: Parts,
    what: tuple[str, str, str],
    body: Callable[[FormState], dict[str, Any]],
    done: str,
) -> Response:
    case_id, consult_id, command = what
    form = await submitted(request, desk)
    try:
        path = ("cases", case_id, "consults", consult_id, command)
        await desk.commands.do(signed_in(pages).id, form.key, *path, body=body(form))
    except Problem as problem:
        return await _page(pages, desk, {consult_id: form.failed(problem)})
    if pages.partial:
        ended = command in ("answer", "decline")
        return await _page(pages, desk, {consult_id: FormState(done=done)}, ended=consult_id if ended else "")
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
        "link_rows": rows_of,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among(each.consult.asked_by for each in asked)
    people |= await desk.people.among(entry.by for each in asked for entry in each.rounds)
    return await pages.render("_consults.html" if pages.partial else "consults.html", context, people=people)
