"""The owner's short forms: consults, promises, the end of a case; and who the customer is."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.masking import profile
from services.desk.pages.composer import on_our_page
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState, consult_body, new_promise, submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/consult")
async def consult(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = consult_body(form.values)
        await desk.commands.do(person, form.key, "cases", view.id, "consults", body=body)
        return pages.gettext("Asked. The best specialist is being found; the answer appears in the conversation.")

    return await carry_out(request, pages, desk, case_id, "consult", command)


@router.post("/promise")
async def promise(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = new_promise(form.values, desk.clock.now())
        await desk.commands.do(person, form.key, "cases", view.id, "promises", body=body)
        return pages.gettext("Recorded. Its clock is running.")

    return await carry_out(request, pages, desk, case_id, "promise", command)


@router.post("/resolve")
async def resolve(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "resolution")
        return pages.gettext("Resolved. Well done.")

    return await carry_out(request, pages, desk, case_id, "resolve", command)


@router.post("/consults/{consult_id}/withdraw")
async def withdraw(case_id: str, consult_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "consults", consult_id, "withdrawal")
        return pages.gettext("The question is withdrawn.")

    return await carry_out(request, pages, desk, case_id, "consult", command)


@router.post("/reveal")
async def reveal(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Show the customer's personal data to who acts; who looked is written down first (M3)."""
    await submitted(request, desk)
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    if not reader.may_act(view, desk.clock.now()) or view.customer is None:
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
