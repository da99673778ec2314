"""Who the customer is: over all linked identities, their earlier cases, moods and what they were promised (U2, M3)."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.domain.masking import profile
from services.desk.gateway.answers import CustomerNow, Mood
from services.desk.pages.composer import on_our_page
from services.desk.pages.forms import submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)
MOODS = 24
STEP, TOP, MIDDLE, BOTTOM = 10, 5, 15, 25
"""Of the drawing of moods, in its own units."""


@router.get("/customer")
async def customer(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """What only the cases service can tell, beside the case or as a page of its own."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    if view.customer is None:
        raise Problem(404, "customer-not-known", pages.gettext("Not known yet."))
    path = ("customers", view.brand, view.channel, view.customer.id)
    try:
        found = await desk.commands.see(CustomerNow, reader.id, *path)
    except Problem:
        if not pages.partial:
            raise
        return await pages.render("_away.html", {"address": f"/cases/{case_id}/customer"})
    context = {
        "view": view,
        "customer": found,
        "others": [each for each in found.cases if each.case_id != case_id][:10],
        "moods": found.sentiment[-MOODS:],
        "line": mood_line(found.sentiment[-MOODS:]),
        "width": STEP * (min(len(found.sentiment), MOODS) + 1),
    }
    people = await desk.people.among([*(e.owner for e in found.cases), *(e.owner for e in found.open_promises)])
    template = "_customer.html" if pages.partial else "customer.html"
    return await pages.render(template, context, people=people)


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


def mood_line(moods: tuple[Mood, ...]) -> list[tuple[int, int, str]]:
    """Where each mood is drawn: x, y, and what it is; happy at the top."""
    heights = {"positive": TOP, "neutral": MIDDLE, "negative": BOTTOM}
    return [(STEP * number, heights[each.sentiment], each.sentiment) for number, each in enumerate(moods, 1)]
