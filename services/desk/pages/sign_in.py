"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import SIGN_IN, OpenPages, PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(SIGN_IN)
async def sign_in_page(pages: OpenPages, next: Annotated[str, Query()] = "/") -> Response:  # noqa: A002 - the field's name
    return await _page(pages, FormState({"next": next}))


@router.post(SIGN_IN)
async def sign_in(request: Request, pages: OpenPages, desk: InParts) -> Response:
    """Open a session, or say the same of a wrong name and a wrong password."""
    form = await submitted(request, desk)
    address = request.client.host if request.client else ""
    person = desk.people.signing_in_as(form.values.get("person", ""))
    try:
        account = await desk.accounts.sign_in(person, form.values.get("password", ""), address)
    except Problem as problem:
        return await _page(pages, form.failed(problem))
    if account is None:
        wrong = Problem(401, "wrong-password", pages.gettext("Name and password do not belong together."))
        return await _page(pages, form.failed(wrong))
    response = RedirectResponse(_inside(form.values.get("next", "/")), 303)
    desk.sessions.sign_in(response, account)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, desk: InParts) -> Response:
    await submitted(request, desk)
    response = RedirectResponse(SIGN_IN, 303)
    desk.sessions.sign_out(request, response)
    return response


async def _page(pages: Pages, form: FormState) -> Response:
    problem = form.problem
    context = {
        "person": form.values.get("person", ""),
        "next": form.values.get("next", "/"),
        "problem_text": friendly(problem, pages.gettext) if problem else "",
    }
    response = await pages.render("sign_in.html", context, status=problem.status if problem else 200)
    if problem and "retry_after" in problem.extra:
        response.headers["Retry-After"] = str(problem.extra["retry_after"])
    return response


def _inside(target: str) -> str:
    """Only a page of ours: a link to the sign-in must not lead elsewhere afterwards."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else "/"
