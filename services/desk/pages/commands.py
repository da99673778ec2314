"""The owner's short forms: promises, and the end of a case."""

from fastapi import APIRouter, Request, Response

from services.desk.api.parts import InParts
from services.desk.domain import CaseView
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState, new_promise
from services.desk.pages.routing import PageRoute, TeamPages

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


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
