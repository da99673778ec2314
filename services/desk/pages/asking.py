"""The owner's side of a consult: earlier answers first, then the question, what is asked back, and a word of thanks (O2)."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.gateway.answers import FoundAnswers
from services.desk.pages.case import show_case
from services.desk.pages.doing import carry_out
from services.desk.pages.enclosing import going_along, with_enclosed
from services.desk.pages.forms import FormState, consult_body, submitted, text_of
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)
LONGEST_QUESTION = 4_000
SHORTEST_QUESTION = 12
"""Fewer characters say too little to look for."""


@router.post("/consult")
async def consult(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = with_enclosed(consult_body(form.values), form.values)
        body["attachments"] += going_along(form.values, view)
        await desk.commands.do(person, form.key, "cases", view.id, "consults", body=body)
        return pages.gettext("Asked. The best specialist is being found; the answer appears in the conversation.")

    return await carry_out(request, pages, desk, case_id, "consult", command)


@router.post("/interpreter")
async def ask_interpreter(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Have a text put into another language by a colleague who speaks both."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        languages = {name: form.values.get(name) or None for name in ("source", "into")}
        body = {"text": text_of(form.values, "text"), "note": form.values.get("note", ""), **languages}
        await desk.commands.do(person, form.key, "cases", view.id, "interpretations", body=body)
        return pages.gettext(
            "Asked. Somebody who speaks both is being found; the translation appears in the conversation."
        )

    return await carry_out(request, pages, desk, case_id, "interpreter", command)


@router.post("/consults/{consult_id}/withdraw")
async def withdraw(case_id: str, consult_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "consults", consult_id, "withdrawal")
        return pages.gettext("The question is withdrawn.")

    return await carry_out(request, pages, desk, case_id, "consult", command)


@router.post("/consults/{consult_id}/clarify")
async def clarify(case_id: str, consult_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Tell the specialists more."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = with_enclosed({"text": text_of(form.values, "text")}, form.values)
        path = ("cases", view.id, "consults", consult_id, "clarification")
        await desk.commands.do(person, form.key, *path, body=body)
        return pages.gettext("Told. The specialist sees it beside the question.")

    return await carry_out(request, pages, desk, case_id, "asked", command)


@router.post("/consults/{consult_id}/rate")
async def rate(case_id: str, consult_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Say how much the answer helped; the specialist is credited."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        stars = form.values.get("stars", "")
        if stars not in ("1", "2", "3", "4", "5"):
            raise Problem(400, "invalid-request", "stars: choose between 1 and 5")
        body = {"stars": int(stars), "comment": form.values.get("comment", "")}
        await desk.commands.do(person, form.key, "cases", view.id, "consults", consult_id, "rating", body=body)
        return pages.gettext("Thank you. It goes to the specialist's credit.")

    return await carry_out(request, pages, desk, case_id, "asked", command)


@router.post("/suggestions")
async def suggestions(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Earlier answers that may serve, while the question is being written."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        found = await found_answers(desk, view, reader.id, form.values.get("question", "").strip())
    except Problem as problem:
        if not pages.partial:
            return await show_case(pages, desk, reader, view, {"consult": form.failed(problem)})
        found = None  # the question can be asked all the same
    seen = FormState(form.values, key=form.key, advice=found)
    if not pages.partial:
        return await show_case(pages, desk, reader, view, {"consult": seen})
    people = await desk.people.among(each.answer.specialist for each in (found.items if found else ()))
    return await pages.render("_suggestions.html", {"form": seen, "view": view}, people=people)


@router.post("/saved-consults")
async def use_earlier_answer(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """An earlier answer serves: nobody is asked, and whoever gave it is credited. It stays in view, to write the reply from."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    body = {"answer_id": form.values.get("answer_id", "")}
    try:
        body["question"] = text_of(form.values, "question", "question-missing")
        await desk.commands.do(reader.id, form.key, "cases", view.id, "saved-consults", body=body)
    except Problem as problem:
        return await show_case(pages, desk, reader, view, {"consult": form.failed(problem)})
    if not pages.partial:
        return RedirectResponse(f"/cases/{case_id}", 303)
    done = pages.gettext("Good. Nobody had to be asked, and the specialist is credited.")
    served = await _served(desk, view, reader.id, **body)
    return await show_case(pages, desk, reader, view, {"consult": FormState(done=done, advice=served)})


async def _served(desk: Parts, view: CaseView, person: str, question: str, answer_id: str) -> FoundAnswers | None:
    try:
        found = await found_answers(desk, view, person, question)
    except Problem:
        return None
    return FoundAnswers(items=[each for each in (found.items if found else ()) if each.answer.id == answer_id])


async def found_answers(desk: Parts, view: CaseView, person: str, question: str) -> FoundAnswers | None:
    """Earlier answers to what is asked; None for words that say too little. Raises Problem."""
    if len(question) < SHORTEST_QUESTION:
        return None
    path = ("cases", view.id, "consults", "suggestions")
    return await desk.commands.see(FoundAnswers, person, *path, question=question[:LONGEST_QUESTION])
