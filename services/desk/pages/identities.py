"""One customer on several channels: linked and unlinked by a person, with the reason; the desk only says who it may be (U2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from schemas.events.customer import Identity
from schemas.ids import derive
from services.chassis.errors import Problem
from services.desk.api.beside import alike, customer_of, identity_of
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.alike import Candidate
from services.desk.domain.masking import Profile, profile
from services.desk.gateway.answers import CustomerNow, Mood
from services.desk.pages.forms import FormState, case_named, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)
MOODS = 24
STEP, TOP, MIDDLE, BOTTOM = 10, 5, 15, 25
"""Of the drawing of moods, in its own units."""


@dataclass(frozen=True, slots=True)
class Known:
    """An identity of the customer as it is shown; `token` names it in forms, which do not hold what is masked (M3)."""

    token: str
    channel: str
    profile: Profile | None
    own: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """Somebody who may be the same customer."""

    candidate: Candidate
    profile: Profile


@router.get("/customer")
async def customer(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """What only the cases service can tell, beside the case or as a page of its own."""
    return await _show(pages, desk, await visible_case(desk, signed_in(pages), case_id), {})


@router.post("/links")
async def link(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Say that the customer of this case and that of another one are the same, and how one knows."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        other = await visible_case(desk, reader, case_named(text_of(form.values, "other", "case-missing")))
        body = {
            "identities": [identity_of(view).model_dump(), identity_of(other).model_dump()],
            "reason": text_of(form.values, "reason", "reason-missing"),
        }
        await desk.commands.do(reader.id, form.key, "customers", "links", body=body)
    except Problem as problem:
        return await _show(pages, desk, view, {"link": form.failed(problem)})
    return await _done(pages, desk, view, {"link": FormState(done=pages.gettext("Linked. They are one customer now."))})


@router.post("/unlinks")
async def unlink(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Say that an identity is somebody else after all."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        found = await customer_of(desk, reader, view)
        identity = _named(found, form.values.get("identity", ""))
        body = {"identity": identity.model_dump(), "reason": text_of(form.values, "reason", "reason-missing")}
        await desk.commands.do(reader.id, form.key, "customers", "unlinks", body=body)
    except Problem as problem:
        return await _show(pages, desk, view, {"unlink": form.failed(problem)})
    done = pages.gettext("Unlinked. They are two customers again; their cases stay as they are.")
    return await _done(pages, desk, view, {"unlink": FormState(done=done)})


def token_of(identity: Identity) -> str:
    """The identity's name in a form."""
    return derive("identity", identity.brand, identity.channel, identity.author)


def _named(found: CustomerNow, token: str) -> Identity:
    for each in found.identities:
        if token_of(each) == token:
            return each
    raise Problem(409, "not-linked", "the identity belongs to another customer by now")


def mood_line(moods: tuple[Mood, ...]) -> list[tuple[int, int, str]]:
    """Where each mood is drawn: x, y, and what it is; happy at the top."""
    heights = {"positive": TOP, "neutral": MIDDLE, "negative": BOTTOM}
    return [(STEP * number, heights[each.sentiment], each.sentiment) for number, each in enumerate(moods, 1)]


async def _done(pages: Pages, desk: Parts, view: CaseView, forms: Mapping[str, FormState]) -> Response:
    if pages.partial:
        return await _show(pages, desk, view, forms)
    return RedirectResponse(f"/cases/{view.id}/customer", 303)


async def _show(pages: Pages, desk: Parts, view: CaseView, forms: Mapping[str, FormState]) -> Response:
    reader = signed_in(pages)
    try:
        found = await customer_of(desk, reader, view)
    except Problem as problem:
        if not pages.partial or problem.status == 404:
            raise
        return await pages.render("_away.html", {"address": f"/cases/{view.id}/customer"})
    moods = found.sentiment[-MOODS:]
    context = {
        "view": view,
        "customer": found,
        "identities": await _identities(desk, view, found),
        "proposed": await _proposed(desk, view, found),
        "others": [each for each in found.cases if each.case_id != view.id][:10],
        "moods": moods,
        "line": mood_line(moods),
        "width": STEP * (len(moods) + 1),
        "forms": {name: forms.get(name, FormState()) for name in ("link", "unlink")},
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = await desk.people.among([*(e.owner for e in found.cases), *(e.owner for e in found.open_promises)])
    problems = [form.problem.status for form in forms.values() if form.problem and not pages.partial]
    template = "_customer.html" if pages.partial else "customer.html"
    return await pages.render(template, context, status=problems[0] if problems else 200, people=people)


async def _identities(desk: Parts, view: CaseView, found: CustomerNow) -> list[Known]:
    named = [(each.channel, each.author) for each in found.identities]
    latest = {
        (each.channel, each.customer.id): each.customer
        for each in [*await desk.cases.of_identities(named), view]
        if each.customer
    }
    return [
        Known(
            token=token_of(each),
            channel=each.channel,
            profile=profile(latest[each.channel, each.author], revealed=False)
            if (each.channel, each.author) in latest
            else None,
            own=each == found.identities[0],
        )
        for each in found.identities
    ]


async def _proposed(desk: Parts, view: CaseView, found: CustomerNow) -> list[Proposed]:
    return [Proposed(*each) for each in await alike(desk, view, found)]
