"""One case: the conversation, what happens behind it, who owns it, and the composer."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from schemas.organisation import Person
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.masking import profile
from services.desk.pages.forms import CONSULT_CHOICES_MINUTES, DUE_CHOICES_MINUTES, FormState
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

NOTE_IS_A_PERSON = (
    "assigned",
    "assignment-decided",
    "owner-changed",
    "cover-named",
    "cover-ended",
    "handover-offered",
    "handover-expired",
    "handover-forced",
    "consult-saved",
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)

FORMS = ("reply", "consult", "promise", "resolve")


@router.get("/cases/{case_id}")
async def case_page(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """The page, or for its script only what may have changed."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    return await show_case(pages, desk, reader, view)


@router.get("/cases/{case_id}/composer")
async def composer_alone(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """The composer as it is now, for a page that stays open while its case changes."""
    reader = signed_in(pages)
    return await show_case(pages, desk, reader, await visible_case(desk, reader, case_id), {})


async def show_case(
    pages: Pages, desk: Parts, reader: Reader, view: CaseView, forms: Mapping[str, FormState] | None = None
) -> Response:
    """The whole page, its live parts, or with `forms` for the page's script its composer only."""
    if pages.partial and forms is not None:
        # Always 200: htmx swaps nothing for a 4xx, and the words at the form are the point of it.
        context = composer(pages, desk, reader, view, forms)
        return await pages.render("_composer.html", context, people=await _people(desk, view))
    offers = await desk.consults.of_case(view.id)
    earlier = await desk.cases.earlier(view)
    context = composer(pages, desk, reader, view, forms or {}) | {
        "offers": offers,
        "earlier": earlier,
        "profile": profile(view.customer, revealed=False) if view.customer else None,
        "web": on_our_page(desk, view),
    }
    asked = [candidate.person for offer in offers.values() for candidate in offer.explanation.candidates]
    people = await _people(desk, view, *asked, *(each.owner for each in earlier))
    problems = [form.problem for form in (forms or {}).values() if form.problem]
    template = "_case_live.html" if pages.partial else "case.html"
    return await pages.render(template, context, status=problems[0].status if problems else 200, people=people)


def composer(
    pages: Pages, desk: Parts, reader: Reader, view: CaseView, forms: Mapping[str, FormState]
) -> dict[str, Any]:
    """What the composer shows."""
    organisation = desk.organisation
    policy = organisation.brand(view.brand).policy if view.brand in organisation.by_id["brands"] else None
    channel = organisation.by_id["channels"].get(view.channel)
    templates = policy.holding_replies if policy else {}
    return {
        "view": view,
        "may_act": reader.may_act(view),
        "forms": {name: forms.get(name, FormState()) for name in FORMS},
        "friendly": lambda problem: friendly(problem, pages.gettext),
        "due_choices": DUE_CHOICES_MINUTES,
        "consult_choices": CONSULT_CHOICES_MINUTES,
        "skills": [skill.id for skill in organisation.skills],
        "consult_languages": sorted({view.language, "en"} | spoken_languages(desk)),
        "holding_texts": templates.get(view.language) or templates.get("en") or (),
        "signature": _signature(desk, view, reader.person),
        "max_length": channel.max_length if channel else 0,
        "threads": channel is not None and channel.threads,
    }


def on_our_page(desk: Parts, view: CaseView) -> bool:
    """Whether the customer writes on our own page, where their id says nothing about them."""
    channel = desk.organisation.by_id["channels"].get(view.channel)
    return channel is not None and channel.kind == "web"


def spoken_languages(desk: Parts) -> set[str]:
    """The languages in which somebody can be asked."""
    return {language for person in desk.organisation.people for language in person.languages}


def _signature(desk: Parts, view: CaseView, person: Person) -> str:
    brands = desk.organisation.by_id["brands"]
    return brands[view.brand].signed("", person).strip() if view.brand in brands else ""


async def _people(desk: Parts, view: CaseView, *others: str) -> dict[str, Person]:
    named = {view.owner, *others}
    for entry in view.timeline:
        named |= {entry.by, entry.note} if entry.kind in NOTE_IS_A_PERSON else {entry.by}
        named |= {entry.text} if entry.kind in ("consult-offered", "grant-made") else set()
        named |= {each.person for each in entry.explanation.candidates} if entry.explanation else set()
    return await desk.people.among(named)
