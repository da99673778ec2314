"""Four eyes: what waits for a coach or a lead, with what they need to decide (P1, M1)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.shown import context_of
from services.desk.gateway.answers import Listed, Waiting
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/approvals", route_class=PageRoute, include_in_schema=False)
SHOWN = "50"


@router.get("")
async def approvals(pages: TeamPages, desk: InParts) -> Response:
    return await _page(pages, desk, {})


@router.post("/{case_id}/{approval_id}/approve")
async def approve(case_id: str, approval_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It may go, perhaps in better words."""
    form = await submitted(request, desk)
    body = {"comment": form.values.get("comment", ""), "text": form.values.get("text")}
    done = pages.gettext("Approved. It goes its way.")
    return await _decided(pages, desk, form, (case_id, approval_id, "approval"), body, done)


@router.post("/{case_id}/{approval_id}/refuse")
async def give_back(case_id: str, approval_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It goes back to its author, with the reason."""
    form = await submitted(request, desk)
    done = pages.gettext("Given back to its author, with your reason.")
    try:
        body = {"reason": text_of(form.values, "reason", "reason-missing")}
    except Problem as problem:
        return await _page(pages, desk, {approval_id: form.failed(problem)})
    return await _decided(pages, desk, form, (case_id, approval_id, "refusal"), body, done)


async def _decided(
    pages: Pages, desk: Parts, form: FormState, what: tuple[str, str, str], body: dict[str, Any], done: str
) -> Response:
    case_id, approval_id, decision = what
    try:
        path = ("cases", case_id, "approvals", approval_id, decision)
        await desk.commands.do(signed_in(pages).id, form.key, *path, body=body)
    except Problem as problem:
        return await _page(pages, desk, {approval_id: form.failed(problem)})
    return await _page(pages, desk, {approval_id: FormState(done=done)})


async def _page(pages: Pages, desk: Parts, forms: dict[str, FormState]) -> Response:
    reader = signed_in(pages)
    if not reader.coaches:
        raise Problem(403, "not-allowed", pages.gettext("This page is for coaches and leads."))
    waiting = await desk.commands.see(Listed[Waiting], reader.id, "approvals", limit=SHOWN)
    views = await desk.cases.among([each.case_id for each in waiting.items])
    shown = {each.approval_id for each in waiting.items}
    context = {
        "waiting": [(each, views.get(each.case_id)) for each in waiting.items if each.approval_id not in _done(forms)],
        "more": waiting.cursor,
        "forms": {id: forms.get(id, FormState()) for id in shown},
        "stray": [form for id, form in forms.items() if form.done or id not in shown],
        "context_of": context_of,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among(id for each in waiting.items for id in (each.asked_by, each.owner, each.approver))
    problem = next((form.problem for form in forms.values() if form.problem), None)
    template = "_approvals.html" if pages.partial else "approvals.html"
    return await pages.render(
        template, context, status=problem.status if problem and not pages.partial else 200, people=people
    )


def _done(forms: dict[str, FormState]) -> set[str]:
    return {id for id, form in forms.items() if form.done}
