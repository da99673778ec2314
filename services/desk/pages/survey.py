"""The customer's page of a survey: a number, words if they like, or no surveys any more (F5, V5)."""

from fastapi import APIRouter, Request, Response

from schemas.survey_scales import LONGEST_COMMENT
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.surveys import Question
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.limiting import within_limit
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import OpenPages, PageRoute

router = APIRouter(prefix="/survey", route_class=PageRoute, include_in_schema=False)
CUSTOMER = "customer"
"""Nobody of the team asks here: whoever has the link does."""


@router.get("/{token}")
async def question_page(token: str, pages: OpenPages, desk: InParts) -> Response:
    """What is asked; a link that we did not make leads nowhere."""
    return await _page(pages, desk, token, await _question(desk, token), FormState())


@router.post("/{token}")
async def answer(token: str, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """The number, and words if there are any."""
    form = await submitted(request, desk)
    try:
        within_limit(request, desk)
        body = {"score": _number(form), "comment": _words(form)}
        path = ("survey-links", token, "answer")
        asked = Question.model_validate(await desk.followup.do(CUSTOMER, form.key, *path, body=body))
    except Problem as problem:
        return await _page(pages, desk, token, await _question(desk, token), form.failed(problem))
    return await _page(pages, desk, token, asked, FormState())


@router.post("/{token}/stop")
async def stop(token: str, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """No surveys any more."""
    form = await submitted(request, desk)
    within_limit(request, desk)
    path = ("survey-links", token, "opt-out")
    asked = Question.model_validate(await desk.followup.do(CUSTOMER, form.key, *path))
    return await _page(pages, desk, token, asked, FormState())


async def _question(desk: Parts, token: str) -> Question:
    return await desk.followup.see(Question, CUSTOMER, "survey-links", token)


def _number(form: FormState) -> int:
    score = form.values.get("score", "")
    if not score.isascii() or not score.isdigit() or len(score) > 2:
        raise Problem(400, "survey-number-missing", "score: choose a number")
    return int(score)


def _words(form: FormState) -> str:
    words = form.values.get("comment", "").strip()
    if len(words) > LONGEST_COMMENT:
        raise Problem(400, "survey-words-too-long", f"comment: {len(words)} characters; at most {LONGEST_COMMENT}")
    return words


async def _page(pages: Pages, desk: Parts, token: str, asked: Question, form: FormState) -> Response:
    brands = desk.organisation.by_id["brands"]
    context = {
        "token": token,
        "asked": asked,
        "form": form,
        "longest": LONGEST_COMMENT,
        "brand": brands[asked.brand].name if asked.brand in brands else asked.brand,
        "problem_text": friendly(form.problem, pages.gettext) if form.problem else "",
    }
    return await pages.render("survey.html", context, status=form.problem.status if form.problem else 200)
