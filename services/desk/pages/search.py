"""The search: words and filters over everything that somebody may see."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from schemas.organisation import Person
from services.chassis.errors import Problem
from services.desk.api.finding import ME, Answer, search, understood
from services.desk.api.parts import InParts, Parts
from services.desk.api.saved_views import counted
from services.desk.domain.access import Reader
from services.desk.domain.search_query import FILTERS, LONGEST_QUERY, Filters
from services.desk.domain.search_query import Query as Asked
from services.desk.pages.forms import FormState
from services.desk.pages.overview import STATUSES
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/search", route_class=PageRoute, include_in_schema=False)
URGENCIES = ("high", "normal", "low")


@router.get("")
async def search_page(
    pages: TeamPages,
    desk: InParts,
    q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
    view: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What was found, or what can be looked for; `view` is a search that was kept."""
    given = {name: value for name, value in pages.request.query_params.items() if name in FILTERS and value}
    return await show_search(pages, desk, q, given, view_id=view, after=after)


async def show_search(
    pages: Pages,
    desk: Parts,
    text: str,
    given: Mapping[str, str],
    *,
    view_id: str = "",
    after: str = "",
    saving: FormState | None = None,
) -> Response:
    """The page, or for its script the results only. `saving` is the form that keeps the search, as it was sent."""
    reader = signed_in(pages)
    view = await desk.views.find(reader, view_id) if view_id else None
    if view and not (text or given):
        text, given = view.text, view.filters
    problem, answer = await _answered(desk, reader, text, given, after)
    team, views = await team_of(desk, reader), await counted(desk, reader)
    filters = Filters() if problem else understood("", given).filters
    address = partial(_address, {"q": text, **given, "view": view_id})
    context: dict[str, Any] = {
        "text": text,
        "filters": filters,
        "answer": answer,
        "problem_found": problem,
        "view": view,
        "views": views,
        "saving": saving or FormState(),
        "address": address,
        "here": address(after=after),
        "after": after,
        "complete": desk.search.complete,
        "friendly": lambda wrong: friendly(wrong, pages.gettext),
        **_choices(desk, reader, team),
    }
    owners = [*(hit.found.owner for hit in (answer.hits if answer else ())), *(each.owner for each, _ in views)]
    people = team | await desk.people.among(owners)
    if pages.partial:
        return await pages.render("_search.html", context, people=people)
    wrong = problem or (saving.problem if saving else None)
    return await pages.render("search.html", context, status=wrong.status if wrong else 200, people=people)


def _address(here: Mapping[str, str], **changes: str) -> str:
    """Of the search that is shown, with these changes."""
    return f"/search?{urlencode({name: value for name, value in {**here, **changes}.items() if value})}"


async def _answered(
    desk: Parts, reader: Reader, text: str, given: Mapping[str, str], after: str
) -> tuple[Problem | None, Answer | None]:
    try:
        query: Asked = understood(text, given)
        return None, None if query.empty else await search(desk, reader, query, after)
    except Problem as problem:
        return problem, None


async def team_of(desk: Parts, reader: Reader) -> dict[str, Person]:
    """Everybody who can own cases of the reader's brands."""
    team: dict[str, Person] = {}
    for brand in sorted(reader.brands):
        team |= await desk.people.team(brand, desk.clock.now())
    return team


def _choices(desk: Parts, reader: Reader, team: Mapping[str, Person]) -> dict[str, Any]:
    """What the filters offer: of the reader's brands only."""
    organisation = desk.organisation
    channels = [each.id for each in organisation.channels if each.brand in reader.brands]
    people = sorted(team.values(), key=lambda person: person.name)
    return {
        "me": ME,
        "brands": sorted(reader.brands),
        "channels": channels,
        "languages_found": sorted(set(desk.board.languages(reader.brands)) | {"en", "nl"}),
        "statuses": ("open", *STATUSES),
        "owners": people,
        "urgencies": URGENCIES,
        "topics": [each.id for each in organisation.topics],
        "countries": sorted({each.country for each in organisation.people if reader.brands & set(each.brands)}),
    }
