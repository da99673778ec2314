"""The daily review: the cases worth talking about and why, what was said, what was learned, whether it helped (P2)."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from schemas.events.review import Light
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.review import Days, Lesson, Review
from services.desk.pages.forms import FormState, case_named, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/review", route_class=PageRoute, include_in_schema=False)
LIGHTS: tuple[Light, ...] = ("story", "went-well", "learn-from", "surprising", "added")
FIGURES = ("late", "reopened", "handed-over", "turned-negative", "escalated", "consulted", "corrected", "thanked")


@router.get("")
async def review(
    pages: TeamPages, desk: InParts, brand: Annotated[str, Query(max_length=60)] = "", day: date | None = None
) -> Response:
    """One day of one brand; by default the latest that was proposed, or today so far."""
    return await _page(pages, desk, brand, day)


@router.post("/{brand}/{day}/cases")
async def add(brand: str, day: date, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Add a case."""
    form = await submitted(request, desk)

    def body() -> dict[str, Any]:
        return {"case_id": case_named(text_of(form.values, "case")), "why": text_of(form.values, "why")}

    return await _done(pages, desk, brand, day, form, ("cases",), body)


@router.post("/{brand}/{day}/cases/{case_id}/drop")
async def drop(brand: str, day: date, case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Leave a case out."""
    form = await submitted(request, desk)
    return await _done(pages, desk, brand, day, form, ("cases", case_id), dict, method="DELETE")


@router.post("/{brand}/{day}/cases/{case_id}/notes")
async def note(brand: str, day: date, case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Note what was said about a case. Of a day that is not over, the case joins the review with it."""
    form = await submitted(request, desk)

    def body() -> dict[str, Any]:
        return {"text": text_of(form.values, "text"), "learned": form.values.get("learned", "")}

    return await _done(pages, desk, brand, day, form, ("cases", case_id, "notes"), body)


@router.post("/{brand}/{day}/lessons")
async def learn(brand: str, day: date, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Record what is done differently from now on."""
    form = await submitted(request, desk)

    def body() -> dict[str, Any]:
        return {"text": text_of(form.values, "text"), "measure": _measure(form.values)}

    return await _done(pages, desk, brand, day, form, ("lessons",), body)


def _measure(values: Any) -> dict[str, str] | None:
    figure = values.get("figure", "")
    if not figure:
        return None
    return {"figure": figure, "wanted": values.get("wanted", "less"), "topic": values.get("topic", "")}


async def _done(
    pages: Pages,
    desk: Parts,
    brand: str,
    day: date,
    form: FormState,
    path: tuple[str, ...],
    body: Any,
    method: str = "POST",
) -> Response:
    try:
        where = ("reviews", brand, day.isoformat(), *path)
        await desk.followup.do(signed_in(pages).id, form.key, *where, body=body(), method=method)
    except Problem as problem:
        return await _page(pages, desk, brand, day, form.failed(problem))
    return RedirectResponse(f"/review?{urlencode({'brand': brand, 'day': day.isoformat()})}", 303)


async def _page(pages: Pages, desk: Parts, brand: str, day: date | None, form: FormState | None = None) -> Response:
    reader = signed_in(pages)
    brands = sorted(reader.brands)
    brand = brand if brand in brands else brands[0]
    days = await desk.followup.see(Days, reader.id, "reviews", brand)
    chosen = day or next((each.day for each in days.items if each.cases), days.today)
    found = await desk.followup.see(Review, reader.id, "reviews", brand, chosen.isoformat())
    lessons = await desk.followup.see(list[Lesson], reader.id, "reviews", brand, "lessons")
    context = {
        "review": found,
        "days": days,
        "lessons": lessons,
        "brands": brands,
        "lights": [(light, [each for each in found.cases if each.light == light]) for light in LIGHTS],
        "leads": reader.leads,
        "figures": FIGURES,
        "topics": sorted(desk.organisation.by_id["topics"]),
        "form": form or FormState(),
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    named = [note.by for each in found.cases for note in each.notes] + [each.by for each in lessons]
    people = await desk.people.among(named)
    status = form.problem.status if form and form.problem else 200
    return await pages.render("review.html", context, status=status, people=people)
