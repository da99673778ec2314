"""What is escalated to the reader, and the sums of what was late at once (F3)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.escalations import Escalated, SummedUp
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/escalations", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def escalations(pages: TeamPages, desk: InParts) -> Response:
    """The reader's own, the most harm first; without what they have seen to."""
    return await _list(pages, desk, FormState())


@router.get("/{escalation_id}")
async def summed_up(escalation_id: str, pages: TeamPages, desk: InParts) -> Response:
    """A sum, with the worst of it."""
    found = await desk.followup.see(SummedUp, signed_in(pages).id, "escalations", escalation_id)
    return await pages.render("escalation_sum.html", {"found": found, **_names(pages)})


@router.post("/{escalation_id}/acknowledgement")
async def acknowledge(escalation_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """The reader has seen to it."""
    form = await submitted(request, desk)
    try:
        await desk.followup.do(signed_in(pages).id, form.key, "escalations", escalation_id, "acknowledgement")
    except Problem as problem:
        return await _list(pages, desk, form.failed(problem))
    return RedirectResponse("/escalations", 303)


async def _list(pages: Pages, desk: Parts, form: FormState) -> Response:
    found = await desk.followup.see(Escalated, signed_in(pages).id, "escalations")
    context = {
        "found": found.items,
        "form": form,
        "friendly": lambda problem: friendly(problem, pages.gettext),
        **_names(pages),
    }
    return await pages.render("escalations.html", context, status=form.problem.status if form.problem else 200)


def _names(pages: Pages) -> dict[str, Any]:
    """What is late, by clock, in the reader's language."""
    _ = pages.gettext
    return {
        "late_names": {
            "pick-up": _("Nobody owns the case"),
            "first-response": _("First reply"),
            "next-reply": _("Next reply"),
            "consult": _("A specialist's answer"),
            "approval": _("An approval"),
            "promise": _("A promise"),
            "resolution": _("A solution"),
            "closing": _("The end of the quiet period"),
        }
    }
