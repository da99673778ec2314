"""Improvements: what is changed because of a recurring cause, and whether it helped (F7). For coaches and leads."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.insights import Improvements
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.insights import require_learning
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/improvements", route_class=PageRoute, include_in_schema=False)
Status = Literal["", "proposed", "agreed", "done", "dropped"]
Name = Annotated[str, Query(max_length=60)]
Body = Callable[[FormState], dict[str, Any]]
STATUSES = ("proposed", "agreed", "done", "dropped")


@router.get("")
async def improvements(pages: TeamPages, desk: InParts, brand: Name = "", status: Status = "") -> Response:
    """Those of the brands that the reader serves, with their effect."""
    require_learning(pages)
    return await _list(pages, desk, {"brand": brand, "status": status}, {})


@router.get("/new")
async def new(pages: TeamPages, desk: InParts, brand: Name, topic: Name, product: Name = "") -> Response:
    """A cause is about to become an improvement."""
    require_learning(pages)
    form = FormState({"brand": brand, "topic": topic, "product": product, "owner": signed_in(pages).id})
    return await _proposal(pages, desk, form)


@router.post("")
async def propose(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It becomes one."""
    form = await submitted(request, desk)
    values = form.values
    body = {
        "brand": values.get("brand", ""),
        "title": values.get("title", ""),
        "cause": {"topic": values.get("topic", ""), "product": values.get("product", "")},
        "owner": values.get("owner", ""),
        "plan": values.get("plan", ""),
    }
    try:
        made = await desk.followup.do(signed_in(pages).id, form.key, "improvements", body=body)
    except Problem as problem:
        return await _proposal(pages, desk, form.failed(problem))
    return RedirectResponse(f"/improvements#{made['id']}", 303)


@router.post("/{improvement_id}/agree")
async def agree(improvement_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It will be done."""
    return await _carried_out(request, pages, desk, improvement_id, "agree", lambda _: {})


@router.post("/{improvement_id}/done")
async def done(improvement_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Something was changed."""

    def body(form: FormState) -> dict[str, Any]:
        day = text_of(form.values, "effective_on", "moment-missing")
        return {"changed": text_of(form.values, "changed"), "effective_on": day}

    return await _carried_out(request, pages, desk, improvement_id, "done", body)


@router.post("/{improvement_id}/drop")
async def drop(improvement_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It will not be done, or was undone."""
    return await _carried_out(
        request,
        pages,
        desk,
        improvement_id,
        "drop",
        lambda form: {"reason": text_of(form.values, "reason", "reason-missing")},
    )


async def _carried_out(
    request: Request, pages: Pages, desk: Parts, improvement_id: str, command: str, body: Body
) -> Response:
    """Give the command; a refusal is shown at its form, with everything that was typed."""
    form = await submitted(request, desk)
    try:
        await desk.followup.do(signed_in(pages).id, form.key, "improvements", improvement_id, command, body=body(form))
    except Problem as problem:
        name = f"{command}-{improvement_id}"
        return await _list(pages, desk, {"brand": "", "status": ""}, {name: form.failed(problem)})
    return RedirectResponse(f"/improvements#{improvement_id}", 303)


async def _list(pages: Pages, desk: Parts, chosen: dict[str, str], forms: dict[str, FormState]) -> Response:
    reader = signed_in(pages)
    found = await desk.followup.see(Improvements, reader.id, "improvements", **chosen)
    context = {
        "found": found.items,
        "chosen": chosen,
        "statuses": STATUSES,
        "brands": sorted(reader.brands),
        "today": desk.clock.now().date(),
        "form_of": lambda command, id_: forms.get(f"{command}-{id_}", FormState()),
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among({each.improvement.owner for each in found.items})
    status = next((each.problem.status for each in forms.values() if each.problem), 200)
    return await pages.render("improvements.html", context, status=status, people=people)


async def _proposal(pages: Pages, desk: Parts, form: FormState) -> Response:
    reader, brand = signed_in(pages), form.values.get("brand", "")
    if brand not in reader.brands:
        raise Problem(404, "not-found", pages.gettext("There is no such brand, or it is not yours."))
    mine = [each for each in desk.organisation.people if brand in each.brands]
    context = {
        "form": form,
        "owners": sorted(mine, key=lambda each: each.name),
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    return await pages.render("improvement_new.html", context, status=form.problem.status if form.problem else 200)
