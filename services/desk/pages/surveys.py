"""What customers think of the help they had: scores with intervals, the trend, their words (F5). For coaches and leads."""

from datetime import timedelta
from typing import Annotated, Literal

from babel.dates import format_date
from fastapi import APIRouter, Query, Response
from markupsafe import Markup

from schemas.events.message import Intent, Sentiment
from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.gateway.surveys import Scores, Told
from services.desk.pages.charts import lines
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/surveys", route_class=PageRoute, include_in_schema=False)

By = Literal["channel", "brand", "country", "language", "team"]
GROUPS: tuple[By, ...] = ("channel", "brand", "language", "country", "team")
WEEKS = (4, 13, 26, 52)


@router.get("")
async def surveys(
    pages: TeamPages,
    desk: InParts,
    brand: Annotated[str, Query(max_length=60)] = "",
    by: By = "channel",
    weeks: Annotated[int, Query(ge=1, le=156)] = 13,
    topic: Annotated[str, Query(max_length=100)] = "",
    intent: Intent | Literal[""] = "",
    sentiment: Sentiment | Literal[""] = "",
) -> Response:
    """Scores by group and by week, of all brands that the reader serves or of one; and the comments that are wanted."""
    reader = signed_in(pages)
    if not reader.leads:
        raise Problem(403, "not-allowed", pages.gettext("Surveys are for coaches and leads."))
    since = desk.clock.now() - timedelta(weeks=weeks)
    path = ("surveys", "scores")
    wanted = {"topic": topic, "intent": intent, "sentiment": sentiment}
    told = await desk.followup.see(Told, reader.id, *path, brand=brand, by=by, since=since.isoformat(), **wanted)
    context = {
        "told": told,
        "chosen": {"brand": brand, "by": by, "weeks": weeks, **wanted},
        "brands": sorted(reader.brands),
        "groups": GROUPS,
        "weeks": WEEKS,
        "charts": {each.kind: _trend(each, pages) for each in told.scores},
        "of_week": lambda day: format_date(day, "d MMM", locale=pages.language),
    }
    return await pages.render("surveys.html", context)


def _trend(found: Scores, pages: Pages) -> Markup | None:
    """A line with its interval; None where no week has enough answers."""
    if not any(week.score for week in found.weeks):
        return None
    series = [
        (pages.gettext("score"), [week.score.score if week.score else None for week in found.weeks]),
        (pages.gettext("at least"), [week.score.low if week.score else None for week in found.weeks]),
        (pages.gettext("at most"), [week.score.high if week.score else None for week in found.weeks]),
    ]
    labels = [format_date(week.monday, "d MMM", locale=pages.language) for week in found.weeks]
    unit = " %" if found.kind == "csat" else ""
    return lines(pages.gettext("Score by week"), labels, series, lambda value: f"{value:.0f}{unit}")
