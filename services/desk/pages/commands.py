"""The owner's forms: each becomes a command to the cases service; what it answers is shown at the form."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.masking import profile
from services.desk.pages.case import on_our_page, show_case
from services.desk.pages.forms import FormState, consult_body, new_promise, reply_body, submitted
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)

Command = Callable[[FormState, CaseView, str], Awaitable[None]]
"""Carries out what a form asks, for a person; raises Problem."""


@router.post("/reply")
async def reply(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> None:
        body = reply_body(form.values, desk.clock.now(), view.language, _zone(desk, view))
        await desk.commands.reply(view.id, person, form.key, body)

    return await _carry_out(request, pages, desk, case_id, "reply", command, pages.gettext("Your reply is on its way."))


@router.post("/consult")
async def consult(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> None:
        await desk.commands.consult(view.id, person, form.key, consult_body(form.values))

    done = pages.gettext("Asked. The best specialist is being found; the answer appears in the conversation.")
    return await _carry_out(request, pages, desk, case_id, "consult", command, done)


@router.post("/promise")
async def promise(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> None:
        await desk.commands.promise(view.id, person, form.key, new_promise(form.values, desk.clock.now()))

    done = pages.gettext("Recorded. Its clock is running.")
    return await _carry_out(request, pages, desk, case_id, "promise", command, done)


@router.post("/resolve")
async def resolve(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> None:
        await desk.commands.resolve(view.id, person, form.key)

    return await _carry_out(request, pages, desk, case_id, "resolve", command, pages.gettext("Resolved. Well done."))


@router.post("/consults/{consult_id}/withdraw")
async def withdraw(case_id: str, consult_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> None:
        await desk.commands.withdraw(view.id, consult_id, person, form.key)

    return await _carry_out(
        request, pages, desk, case_id, "consult", command, pages.gettext("The question is withdrawn.")
    )


@router.post("/reveal")
async def reveal(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Show the customer's personal data to the owner; who looked is written down first (M3)."""
    await submitted(request, desk)
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    if not reader.may_act(view) or view.customer is None:
        raise Problem(
            403, "not-the-owner", pages.gettext("Only the owner of this case can see the customer's details.")
        )
    hidden = profile(view.customer, revealed=False)
    shown = profile(view.customer, revealed=True)
    fields = tuple(
        name for name in ("id", "name", "handle", "address") if getattr(hidden, name) != getattr(shown, name)
    )
    await desk.desk.note_reveal(case_id, reader.id, fields)
    context = {"view": view, "profile": shown, "may_act": True, "web": on_our_page(desk, view)}
    return await pages.render("_profile.html" if pages.partial else "profile.html", context)


async def _carry_out(
    request: Request, pages: Pages, desk: Parts, case_id: str, name: str, command: Command, done: str
) -> Response:
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        await command(form, view, reader.id)
    except Problem as problem:
        return await show_case(pages, desk, reader, view, {name: form.failed(problem)})
    if pages.partial:
        return await show_case(pages, desk, reader, view, {name: FormState(done=done)})
    return RedirectResponse(f"/cases/{case_id}", 303)


def _zone(desk: Parts, view: CaseView) -> str:
    brand = desk.organisation.brand(view.brand)
    return desk.organisation.calendar(brand.calendar).time_zone
