"""What people set right of what was understood: one short form on the case's page (U3)."""

from fastapi import APIRouter, Request, Response

from services.desk.api.parts import InParts
from services.desk.domain import CaseView
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState
from services.desk.pages.routing import PageRoute, TeamPages
from services.desk.pages.understood import correction_body

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/corrections")
async def correct(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Say what a message really is: the case follows at once, the classifier learns from it."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = correction_body(form.values, view)
        await desk.commands.do(person, form.key, "cases", view.id, "classification-corrections", body=body)
        return pages.gettext("Set right. The classifier learns from it.")

    return await carry_out(request, pages, desk, case_id, "correction", command)
