"""Insights: what goes wrong again and again, whether it grows, and what it costs (F7). For coaches and leads."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.gateway.insights import Cause, Insights
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Days = Annotated[int, Query(ge=1, le=366)]
By = Literal["topic", "product"]
MOST_POINTS = 28
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 28, 3


@router.get("/insights")
async def insights(
    pages: TeamPages,
    desk: InParts,
    brand: Annotated[str, Query(max_length=60)] = "",
    days: Days = 28,
    by: By = "topic",
) -> Response:
    """The causes of the last days, those with the most cases on top."""
    reader = signed_in(pages)
    require_learning(pages)
    last = desk.clock.now().date()
    first = last - timedelta(days=days - 1)
    asked = {"brand": brand, "first": first.isoformat(), "last": last.isoformat(), "by": by}
    found = await desk.followup.see(Insights, reader.id, "insights", **asked)
    context = {
        "found": found,
        "chosen": {"brand": brand, "days": days, "by": by},
        "brands": sorted(reader.brands),
        "spark": lambda cause: spark(cause.per_day),
        "improve": _improve,
    }
    return await pages.render("insights.html", context)


def require_learning(pages: Pages) -> None:
    """Raises Problem 403 for who is neither a coach nor a lead."""
    if not signed_in(pages).leads:
        raise Problem(403, "not-allowed", pages.gettext("Insights are for coaches and leads."))


def spark(per_day: Sequence[int]) -> str:
    """The points of a small line; days are put together where there are too many."""
    size = -(-len(per_day) // MOST_POINTS)
    # From the end, so that the latest point is a whole stretch.
    counts = [sum(per_day[max(0, end - size) : end]) for end in range(len(per_day), 0, -size)][::-1]
    top, step = max([1, *counts]), (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(counts) - 1, 1)
    room = SPARK_HEIGHT - 2 * SPARK_EDGE
    points = (
        (SPARK_EDGE + number * step, SPARK_HEIGHT - SPARK_EDGE - room * count / top)
        for number, count in enumerate(counts)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _improve(cause: Cause) -> str:
    """Where the cause becomes an improvement."""
    wanted = {"brand": cause.brand, "topic": cause.topic, "product": cause.product}
    return f"/improvements/new?{urlencode({name: value for name, value in wanted.items() if value})}"
