"""Tests of channels, for coaches and leads: how fast and how well each channel answers a contact of our own (F11)."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.review import Channels, Started
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/channel-tests", route_class=PageRoute, include_in_schema=False)
STEPS = ("accept", "open", "assign", "reply", "deliver")


@router.get("")
async def channel_tests(pages: TeamPages, desk: InParts) -> Response:
    """The channels of the reader's brands."""
    return await _page(pages, desk, FormState())


@router.post("")
async def run(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """One more test, of one channel or of all."""
    form = await submitted(request, desk)
    channel = form.values.get("channel", "")
    try:
        body = {"channels": [channel] if channel else []}
        answer = await desk.followup.do(signed_in(pages).id, form.key, "channel-tests", body=body)
    except Problem as problem:
        return await _page(pages, desk, form.failed(problem))
    begun = sum(bool(each.test_id) for each in Started.model_validate(answer).items)
    done = pages.gettext("Tests begun: %(n)s") % {"n": begun}
    return await _page(pages, desk, FormState(done=done))


async def _page(pages: Pages, desk: Parts, form: FormState) -> Response:
    reader = signed_in(pages)
    if not reader.leads:
        raise Problem(403, "not-allowed", pages.gettext("This page is for coaches and leads."))
    found = await desk.followup.see(Channels, reader.id, "channel-tests")
    context = {
        "channels": found.items,
        "steps": STEPS,
        "form": form,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    return await pages.render("channel_tests.html", context, status=form.problem.status if form.problem else 200)
