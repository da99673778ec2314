"""A form of a case's page becomes a command to the cases service; what it answers is shown at the form."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.pages.case import show_case
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import signed_in

Command = Callable[[FormState, CaseView, str], Awaitable[str]]
"""Carries out what a form asks, for a person; what to tell them. Raises Problem."""


async def carry_out(request: Request, pages: Pages, desk: Parts, case_id: str, name: str, command: Command) -> Response:
    """Give the command of the form `name`; a refusal is shown at the form, with everything that was typed."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        done = await command(form, view, reader.id)
    except Problem as problem:
        return await show_case(pages, desk, reader, view, {name: form.failed(problem)})
    if pages.partial:
        return await show_case(pages, desk, reader, view, {name: FormState(done=done)})
    return RedirectResponse(f"/cases/{case_id}", 303)
