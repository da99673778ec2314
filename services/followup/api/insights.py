"""Recurring causes over HTTP (F7), for coaches and leads, of the brands that they serve."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from schemas.base import Model
from schemas.organisation import Brand, Organisation
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.domain.comparing import METHOD
from services.followup.domain.insights import Cause, Grouping, causes
from services.followup.domain.windows import Window, zone_of
from services.followup.store.insights import opened_in

router = internal_router()
USUAL_DAYS = 28


class Insights(Model):
    """The causes of all cases opened within some days, brand by brand, those with the most cases first."""

    first: date
    last: date
    """The last day, which counts too. Days are those of each brand's calendar."""
    by: Grouping
    trend_method: str = METHOD
    cost_method: str = "replies sent and consults answered, times the minutes that the brand's policy says each takes"
    causes: tuple[Cause, ...]


def brands_asked(asker: Asker, organisation: Organisation, brand: str) -> tuple[Brand, ...]:
    """The brand asked for, or all that the asker serves. Raises Problem 403 for an agent, 404 for another's brand."""
    asker.require_role("coach", "lead")
    if brand:
        asker.require_brand(brand)
    return tuple(organisation.brand(each) for each in ((brand,) if brand else sorted(asker.person.brands)))


@router.get("/insights")
async def show_insights(
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    brand: Annotated[str, Query(max_length=60, description="Else all that the asker serves.")] = "",
    first: Annotated[date | None, Query(description="The first day; else four weeks up to the last one.")] = None,
    last: Annotated[date | None, Query(description="The last day; else today.")] = None,
    by: Grouping = "topic",
) -> Insights:
    """What goes wrong, how often, whether that grows, and what it costs."""
    brands = brands_asked(asker, organisation, brand)
    found: list[Cause] = []
    window = None
    for each in brands:
        zone = zone_of(organisation, each)
        window = _window(zone, first, last or service.clock.now().astimezone(zone).date())
        cases = await opened_in(service.database, each.id, window.earlier(), window)
        found += causes(each.id, cases, window, each.policy.effort, by)
    assert window is not None  # noqa: S101 - nobody serves no brand
    return Insights(first=window.first, last=window.last, by=by, causes=tuple(found))


def _window(zone: ZoneInfo, first: date | None, last: date) -> Window:
    try:
        return Window.between(zone, first or last - timedelta(days=USUAL_DAYS - 1), last)
    except (ValueError, OverflowError) as error:
        raise Problem(422, "wrong-window", str(error)) from error
