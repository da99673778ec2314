"""Steering figures over HTTP (F4, F9): how fast, how well in time, how much; for the brands that the asker serves.

Nothing here is about one person: the smallest groups are a team, a country, a language.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InService
from services.followup.api.figures_answering import Figures, Question, Trend, Volumes
from services.followup.domain.figures import Kind
from services.followup.domain.figures.periods import Period, Step, between, period, zone_of

router = internal_router()
By = Literal["", "brand", "channel", "language", "country", "team"]
Values = Annotated[list[str] | None, Query(max_length=100)]


def _question(
    asker: Asking,
    service: InService,
    request: Request,
    period_: Annotated[Period, Query(alias="period", description="Unless `from` says otherwise.")] = "today",
    from_: Annotated[datetime | None, Query(alias="from", description="With a zone; counted from then on.")] = None,
    to: Annotated[datetime | None, Query(description="With a zone; up to then, at most up to now.")] = None,
    zone: Annotated[str, Query(max_length=60, description="Of IANA; else the asker's own.")] = "",
    brand: Values = None,
    channel: Values = None,
    language: Values = None,
    country: Values = None,
    team: Values = None,
) -> Question:
    asker.require_role("agent", "coach", "lead")
    named = {"channel": channel, "language": language, "country": country, "team": team}
    try:
        own_zone = zone_of(zone or asker.person.time_zone)
        window = between(period(period_, service.clock.now(), own_zone), from_, to)
    except ValueError as error:
        raise Problem(400, "invalid-request", str(error)) from error
    return Question(
        timetable=request.app.state.timetable,
        window=window,
        zone=own_zone,
        brands=_brands(asker, brand or ()),
        wanted={name: values for name, values in named.items() if values},
    )


Asked = Annotated[Question, Depends(_question)]


@router.get("/figures")
async def show_figures(asked: Asked, by: By = "") -> Figures:
    """Every figure of the window, and by one dimension."""
    return await asked.figures(by)


@router.get("/figures/trend")
async def show_trend(asked: Asked, figure: Kind = "first-reply", step: Step = "hour") -> Trend:
    """One figure over the window, step by step."""
    try:
        return await asked.trend(figure, step)
    except ValueError as error:
        raise Problem(400, "too-many-steps", str(error)) from error


@router.get("/figures/volume")
async def show_volume(asked: Asked) -> Volumes:
    """The cases opened for each brand, beside the same stretch of its last weeks, and beside the other brands."""
    return await asked.volume()


def _brands(asker: Asker, wanted: Sequence[str]) -> list[str]:
    for each in wanted:
        asker.require_brand(each)
    return sorted(set(wanted or asker.person.brands))
