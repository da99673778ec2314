"""The wallboard: for a screen on the wall, and for a lead's phone. No customer's words or name is on it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.domain.board import Row
from services.desk.domain.coverage import Member, awake, languages_to_look_at
from services.desk.domain.wallboard import Load, clocks_of, due_at, loads, longest_waiting, opened
from services.desk.domain.zone_strip import strip
from services.desk.gateway.figures import Figures
from services.desk.pages import figures
from services.desk.pages.asked import unless_away
from services.desk.pages.coverage import hour_words
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/wallboard", route_class=PageRoute, include_in_schema=False)
MOST_LANGUAGES = 12
"""As many lines as a wall has room for; the page on coverage has all."""
SHOWN_FIGURES = ("first-reply", "answer")


@router.get("")
async def wallboard(pages: TeamPages, desk: InParts) -> Response:
    """All of it; for the page's script only what changes."""
    reader, now = signed_in(pages), desk.clock.now()
    rows = opened(desk.board.rows.values(), reader.brands)
    members = list(desk.roster.members(reader.brands).values())
    languages = languages_to_look_at(members, (row.language for row in rows))
    waiting = longest_waiting(rows)
    context = {
        "clocks": clocks_of(rows, now),
        "waiting": waiting,
        "due_at": due_at,
        "hours": await desk.roster.ahead(reader.brands, languages[:MOST_LANGUAGES], now),
        "more_languages": len(languages[MOST_LANGUAGES:]),
        "strip": strip(awake(members, now), now),
        **hour_words(pages, reader.person.time_zone),
        **_loads(desk, reader, rows, members),
    }
    template = "_wallboard.html" if pages.partial else "wallboard.html"
    return await pages.render(template, context, people=await desk.people.among(row.owner for row in waiting))


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


def _loads(desk: Parts, reader: Reader, rows: Sequence[Row], members: Sequence[Member]) -> dict[str, Any]:
    now = desk.clock.now()
    on_shift = [member for member in members if member.at_work(now)]
    pools = {brand.id: brand.pool for brand in desk.organisation.brands if brand.id in reader.brands}
    names = {pool.id: pool.name for pool in desk.organisation.pools}

    def teams_of(member: Member) -> set[str]:
        return {pools[brand] for brand in member.person.brands if brand in pools}

    def spoken_by(member: Member) -> list[str]:
        return [each for each in member.person.languages if member.speaks(each)]

    teams = loads(rows, on_shift, now, desk.room_of, lambda row: pools.get(row.brand, ""), teams_of)
    languages = loads(rows, on_shift, now, desk.room_of, lambda row: row.language, spoken_by)
    return {
        "teams": [(names.get(each.key, each.key), each) for each in teams],
        "languages_in_use": [each for each in languages if each.open][:MOST_LANGUAGES],
        "percent": _percent,
        "agents_on_shift": sum(each.owns for each in on_shift),
        "specialists_on_shift": sum(not each.owns for each in on_shift),
    }


def _percent(load: Load) -> str:
    return "–" if load.share is None else f"{100 * load.share:.0f} %"
