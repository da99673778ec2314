"""Signing in with a password of ours, and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import SIGN_IN, OpenPages, PageRoute, inside
from services.desk.store.accounts import stamp_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(SIGN_IN)
async def sign_in_page(pages: OpenPages, next: Annotated[str, Query()] = "/") -> Response:  # noqa: A002 - the field's name
    return await sign_in_again(pages, FormState({"next": next}))


@router.post(SIGN_IN)
async def sign_in(request: Request, pages: OpenPages, desk: InParts) -> Response:
    """Open a session, or say the same of a wrong name and a wrong password."""
    form = await submitted(request, desk)
    if not desk.passwords:
        refused = Problem(403, "no-passwords", pages.gettext("Nobody signs in with a password here."))
        return await sign_in_again(pages, form.failed(refused))
    address = request.client.host if request.client else ""
    person = await desk.people.signing_in_as(form.values.get("person", ""))
    try:
        account = await desk.accounts.sign_in(person, form.values.get("password", ""), address)
    except Problem as problem:
        return await sign_in_again(pages, form.failed(problem))
    if account is None or await desk.people.member(person) is None:
        wrong = Problem(401, "wrong-password", pages.gettext("Name and password do not belong together."))
        return await sign_in_again(pages, form.failed(wrong))
    response = RedirectResponse(inside(form.values.get("next", "/")), 303)
    await desk.sessions.sign_in(request, response, account.person, "password", stamp=stamp_of(account))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, pages: OpenPages, desk: InParts) -> Response:
    """End this browser's session, and lead on to the identity provider, if one opened it, to end its own."""
    await submitted(request, desk)
    response: Response = RedirectResponse(SIGN_IN, 303)
    session = await desk.sessions.sign_out(request, response)
    if session is None or session.means != "provider" or desk.provider is None:
        return response
    try:
        farewell = await desk.provider.farewell(session.id_token, desk.clock.now())
    except Problem:
        return response  # signed out here all the same
    if not farewell:
        return response
    shown = await pages.render("signed_out.html", {"farewell": farewell, "provider": desk.provider.registration.name})
    # Not a redirect: browsers hold what follows a form to `form-action`, which names no other place than ours.
    shown.headers["Refresh"] = f"0; url={farewell}"
    await desk.sessions.sign_out(request, shown)
    return shown


async def sign_in_again(pages: Pages, form: FormState) -> Response:
    """The page on which people sign in, with what was wrong."""
    problem, desk = form.problem, pages.desk
    context = {
        "person": form.values.get("person", ""),
        "next": form.values.get("next", "/"),
        "problem_text": friendly(problem, pages.gettext) if problem else "",
        "passwords": desk.passwords,
        "provider": desk.provider.registration.name or pages.gettext("your organisation") if desk.provider else "",
    }
    response = await pages.render("sign_in.html", context, status=problem.status if problem else 200)
    if problem and "retry_after" in problem.extra:
        response.headers["Retry-After"] = str(problem.extra["retry_after"])
    return response
