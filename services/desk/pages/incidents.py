"""Incidents: what rises, whose it is, the one answer and who lets it out (F8)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain.incident_chart import Point, chart
from services.desk.gateway.incidents import Incidents, OneIncident, Volume
from services.desk.pages.coverage import hour_words
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
State = Literal["", "open", "closed"]
SHOWN_CASES = 100
TEXT = "text-"
FORMS = ("owner", "note", "answer", "verdict", "closing", "merging")


@router.get("/incidents")
async def incidents(
    pages: TeamPages, desk: InParts, state: State = "", brand: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Incidents of the brands that the reader serves, the latest on top."""
    reader = signed_in(pages)
    found = await desk.followup.see(Incidents, reader.id, "incidents", state=state, brand=brand)
    context = {"found": found, "chosen": {"state": state, "brand": brand}, "brands": sorted(reader.brands)}
    people = await desk.people.among(each.owner for each in found.items)
    return await pages.render("incidents.html", context, people=people)


@router.get("/incidents/{incident_id}")
async def incident(incident_id: str, pages: TeamPages, desk: InParts) -> Response:
    """One incident: its volume, what it was seen in, its answer, its cases."""
    return await _page(pages, desk, incident_id, {})


@router.get("/cases/{case_id}/incidents")
async def of_case(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """The line on a case's page that says which incident it belongs to; empty for most."""
    reader = signed_in(pages)
    await visible_case(desk, reader, case_id)
    try:
        found = await desk.followup.see(Incidents, reader.id, "cases", case_id, "incidents")
    except Problem as problem:
        if problem.status < 500:
            raise
        return Response()  # a case is worked on also while nobody can tell of incidents
    return await pages.render("_incident_banner.html", {"items": found.items})


@router.post("/incidents/{incident_id}/owner")
async def take(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """The reader takes care of it."""
    return await _carried_out(request, pages, desk, incident_id, "owner", ("owner",), lambda _: {})


@router.post("/incidents/{incident_id}/notes")
async def note(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Something worth knowing."""
    return await _carried_out(
        request, pages, desk, incident_id, "note", ("notes",), lambda form: {"text": text_of(form.values, "text")}
    )


@router.post("/incidents/{incident_id}/answer")
async def answer(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """The one answer, in some languages."""
    return await _carried_out(request, pages, desk, incident_id, "answer", ("answer",), _texts)


@router.post("/incidents/{incident_id}/approval")
async def approve(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Four eyes have seen it."""
    path = ("answer", "approval")
    return await _carried_out(request, pages, desk, incident_id, "verdict", path, _verdict)


@router.post("/incidents/{incident_id}/refusal")
async def give_back(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It goes back to its author."""
    path = ("answer", "refusal")
    return await _carried_out(request, pages, desk, incident_id, "verdict", path, _verdict)


@router.post("/incidents/{incident_id}/closing")
async def close(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It is over, or was none."""

    def body(form: FormState) -> dict[str, Any]:
        return {"outcome": form.values.get("outcome", ""), "text": form.values.get("text", "")}

    return await _carried_out(request, pages, desk, incident_id, "closing", ("closing",), body)


@router.post("/incidents/{incident_id}/merging")
async def merge(incident_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It is the same as another one."""
    return await _carried_out(
        request, pages, desk, incident_id, "merging", ("merging",), lambda form: {"into": form.values.get("into", "")}
    )


def _texts(form: FormState) -> dict[str, Any]:
    texts = {
        name.removeprefix(TEXT): text.strip()
        for name, text in form.values.items()
        if name.startswith(TEXT) and text.strip()
    }
    if more := form.values.get("more_text", "").strip():
        texts[form.values.get("more_language", "").strip().lower()] = more
    if not texts:
        raise Problem(400, "text-empty", "text: write the answer in one language at least")
    return {"texts": texts}


def _verdict(form: FormState) -> dict[str, Any]:
    version = form.values.get("version", "")
    if not version.isdigit():
        raise Problem(400, "invalid-request", "version: reload the page")
    return {"version": int(version), "text": form.values.get("text", "")}


async def _carried_out(
    request: Request, pages: Pages, desk: Parts, incident_id: str, name: str, path: tuple[str, ...], body: Any
) -> Response:
    """Give the command of the form `name`; a refusal is shown at the form, with everything that was typed."""
    form = await submitted(request, desk)
    try:
        await desk.followup.do(signed_in(pages).id, form.key, "incidents", incident_id, *path, body=body(form))
    except Problem as problem:
        return await _page(pages, desk, incident_id, {name: form.failed(problem)})
    return RedirectResponse(f"/incidents/{incident_id}", 303)


async def _page(pages: Pages, desk: Parts, incident_id: str, forms: dict[str, FormState]) -> Response:
    reader = signed_in(pages)
    shown = await desk.followup.see(OneIncident, reader.id, "incidents", incident_id)
    volume = await desk.followup.see(Volume, reader.id, "incidents", incident_id, "volume")
    points = [Point(**each.model_dump()) for each in volume.steps]
    views = await desk.cases.among([each.case_id for each in shown.cases[-SHOWN_CASES:]])
    some = [
        (each, view) for each in reversed(shown.cases) if (view := views.get(each.case_id)) and reader.may_see(view)
    ]
    found = shown.incident
    others = (await desk.followup.see(Incidents, reader.id, "incidents", brand=found.brand)).items
    context = {
        "others": [each for each in others if not each.outcome and each.id != incident_id],
        "earlier": next((each for each in others if each.id == found.after), None),
        "later": next((each for each in others if each.after == incident_id), None),
        "shown": shown,
        "incident": found,
        "chart": chart(points, volume.step_minutes, found.started_at),
        "step_minutes": volume.step_minutes,
        **hour_words(pages, reader.person.time_zone),
        "cases": some,
        "languages_wanted": _languages(shown),
        "forms": {name: forms.get(name, FormState()) for name in FORMS},
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among(found.people | {view.owner for _, view in some})
    problem = next((each.problem for each in forms.values() if each.problem), None)
    return await pages.render("incident.html", context, status=problem.status if problem else 200, people=people)


def _languages(shown: OneIncident) -> list[str]:
    """The languages that the answer is wanted in: those of the cases, the most frequent first, and those it is written in."""
    spoken = [each.language for each in shown.cases if each.language != "und"]
    written = [name for each in (shown.incident.approved, shown.incident.proposed) if each for name in each.texts]
    return list(dict.fromkeys([*sorted(set(spoken), key=lambda each: -spoken.count(each)), *written])) or ["en"]
