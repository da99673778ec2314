"""One case: the conversation, what happens behind it, who owns it, and the composer."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.organisation import Person
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.case_view import OPEN
from services.desk.domain.masking import as_read, profile
from services.desk.domain.watching import BEAT_SECONDS
from services.desk.pages.composer import composer, composer_state, continued, on_our_page
from services.desk.pages.forms import FormState
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

NOTE_IS_A_PERSON = (
    "assigned",
    "assignment-decided",
    "assignment-refused",
    "owner-changed",
    "cover-wanted",
    "cover-named",
    "cover-ended",
    "handover-offered",
    "handover-expired",
    "handover-forced",
    "consult-saved",
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases/{case_id}")
async def case_page(
    case_id: str, pages: TeamPages, desk: InParts, draft: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The page, or for its script only what may have changed. `draft` is a draft to go on with."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    known = next((each for each in view.drafts if each.id == draft), None)
    return await show_case(
        pages, desk, reader, view, {"reply": continued(known, reader.person.time_zone)} if known else None
    )


@router.get("/cases/{case_id}/composer")
async def composer_alone(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """The composer as it is now, for a page that stays open while its case changes."""
    reader = signed_in(pages)
    return await show_case(pages, desk, reader, await visible_case(desk, reader, case_id), {})


async def show_case(
    pages: Pages, desk: Parts, reader: Reader, view: CaseView, forms: Mapping[str, FormState] | None = None
) -> Response:
    """The whole page, its live parts, or with `forms` for the page's script its composer only."""
    view = as_read(view, acting=reader.may_act(view, desk.clock.now()))
    if pages.partial and forms is None:
        context = {"may_act": reader.may_act(view, desk.clock.now()), "state": composer_state(view, desk.clock.now())}
        people = await _people(desk, view)
    else:
        team = await desk.people.team(view.brand, desk.clock.now())
        context = composer(pages, desk, reader, view, forms or {}, team)
        context["other_cases"] = [each for each in await desk.cases.earlier(view) if each.status in OPEN][:20]
        people = team | await _people(desk, view)
        if pages.partial:
            # Always 200: htmx swaps nothing for a 4xx, and the words at the form are the point of it.
            return await pages.render("_composer.html", context, people=people)
    if forms and (found := getattr(forms.get("consult", FormState()).advice, "items", None)):
        people |= await desk.people.among(each.answer.specialist for each in found)
    offers = await desk.consults.of_case(view.id)
    earlier = await desk.cases.earlier(view)
    watchers = await desk.watching.others(view.id, but=reader.id)
    context |= {
        "view": view,
        "offers": offers,
        "earlier": earlier,
        "profile": profile(view.customer, revealed=False) if view.customer else None,
        "web": on_our_page(desk, view),
        "watchers": watchers,
        "beat_seconds": BEAT_SECONDS,
    }
    asked = [candidate.person for offer in offers.values() for candidate in offer.explanation.candidates]
    people |= await desk.people.among([*asked, *(each.owner for each in earlier), *(each.person for each in watchers)])
    problems = [form.problem for form in (forms or {}).values() if form.problem]
    template = "_case_live.html" if pages.partial else "case.html"
    return await pages.render(template, context, status=problems[0].status if problems else 200, people=people)


async def _people(desk: Parts, view: CaseView) -> dict[str, Person]:
    named = {view.owner, *(each.author for each in view.replies.values())}
    named |= {view.handover.to, view.handover.by} if view.handover else set()
    named |= {view.cover.person} if view.cover else set()
    named |= {each.specialist for consult in view.consults for each in consult.offers.values()}
    for entry in view.timeline:
        named |= {entry.by, entry.note} if entry.kind in NOTE_IS_A_PERSON else {entry.by}
        named |= {entry.text} if entry.kind in ("consult-offered", "grant-made") else set()
        named |= {each.person for each in entry.explanation.candidates} if entry.explanation else set()
    return await desk.people.among(named)
