"""Two cases that are one matter, and one case that is two; each page tells of it (U2)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import Problem
from services.desk.api.beside import customer_of
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.case_view import OPEN
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState, case_named, text_of
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)
MOST_CHOICES = 20


@router.get("/merge-choices")
async def merge_choices(
    case_id: str, pages: TeamPages, desk: InParts, chosen: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The customer's other open cases, on all linked channels, to choose from; for the page's script."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    context = {"view": view, "choices": await _choices(desk, reader, view), "chosen": chosen}
    return await pages.render("_merge_choices.html", context)


async def _choices(desk: Parts, reader: Reader, view: CaseView) -> list[CaseView]:
    try:
        found = [each.case_id for each in (await customer_of(desk, reader, view)).cases if each.case_id != view.id]
    except Problem:  # what the desk knows by itself: those on the same channel
        found = [each.id for each in await desk.cases.earlier(view)]
    views = await desk.cases.among(found[: 10 * MOST_CHOICES])
    open_ones = [views[id] for id in found if id in views and views[id].status in OPEN and reader.may_see(views[id])]
    return open_ones[:MOST_CHOICES]


@router.post("/merge")
async def merge(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Let the case go on in another one of the same customer."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        other = form.values.get("other", "").strip() or form.values.get("into", "")
        if not case_named(other):
            raise Problem(400, "case-missing", "into: choose the case in which it goes on")
        body = {"into": case_named(other), "reason": text_of(form.values, "reason", "reason-missing")}
        await desk.commands.do(person, form.key, "cases", view.id, "merge", body=body)
        return pages.gettext("Merged. It goes on in the other case.")

    return await carry_out(request, pages, desk, case_id, "merge", command)


@router.post("/split")
async def split(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Let some of the customer's messages go on as a case of their own."""
    chosen = [each for each in (await request.form()).getlist("message") if isinstance(each, str)]

    async def command(form: FormState, view: CaseView, person: str) -> str:
        if not chosen:
            raise Problem(400, "messages-missing", "message: choose at least one")
        body = {"messages": chosen, "reason": text_of(form.values, "reason", "reason-missing")}
        await desk.commands.do(person, form.key, "cases", view.id, "split", body=body)
        return pages.gettext("Split. The other matter is a case of its own now.")

    return await carry_out(request, pages, desk, case_id, "split", command)
