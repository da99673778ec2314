"""The wallboard: for a screen on the wall, and for a lead's phone. No customer's words or name is on it."""

from fastapi import APIRouter, Response

from services.desk.api.leading import wall
from services.desk.api.parts import InParts
from services.desk.domain.wallboard import Load, due_at
from services.desk.domain.zone_strip import strip
from services.desk.gateway.figures import Figures
from services.desk.pages import figures
from services.desk.pages.asked import unless_away
from services.desk.pages.coverage import hour_words
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/wallboard", route_class=PageRoute, include_in_schema=False)
SHOWN_FIGURES = ("first-reply", "answer")


@router.get("")
async def wallboard(pages: TeamPages, desk: InParts) -> Response:
    """All of it; for the page's script only what changes."""
    reader = signed_in(pages)
    found = await wall(desk, reader)
    pools = {pool.id: pool.name for pool in desk.organisation.pools}
    context = {
        "clocks": found.clocks,
        "waiting": found.waiting,
        "due_at": due_at,
        "hours": found.ahead,
        "more_languages": found.more_languages,
        "strip": strip(found.places, desk.clock.now()),
        "teams": [(pools.get(each.key, each.key), each) for each in found.teams],
        "languages_in_use": found.languages,
        "percent": _percent,
        "agents_on_shift": found.agents,
        "specialists_on_shift": found.specialists,
        **hour_words(pages, reader.person.time_zone),
    }
    template = "_wallboard.html" if pages.partial else "wallboard.html"
    return await pages.render(template, context, people=await desk.people.among(row.owner for row in found.waiting))


@router.get("/today")
async def today(pages: TeamPages, desk: InParts) -> Response:
    """How fast customers were answered today; empty while follow-up does not answer."""
    reader = signed_in(pages)
    found = await unless_away(desk.followup.see(Figures, reader.id, "figures", period="today"))
    context = {
        "found": found,
        "shown": SHOWN_FIGURES,
        "figure_names": figures.names_of(pages),
        "length": lambda minutes: figures.length(minutes, pages.language),
    }
    return await pages.render("_wallboard_today.html", context)


def _percent(load: Load) -> str:
    return "–" if load.share is None else f"{100 * load.share:.0f} %"
