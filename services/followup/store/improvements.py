"""Where improvements are kept, found by brand."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.organisation_improving import Effort
from services.chassis.documents import Collection, Index
from services.chassis.mongo import Database
from services.followup.domain.improvements import Improvement
from services.followup.domain.improvements_effect import Effect, effect, windows
from services.followup.domain.windows import Window
from services.followup.store.insights import opened_in

IMPROVEMENTS = Collection(
    "improvements", Improvement, fields=lambda state: {"brand": state.brand}, indexes=(Index(("brand",)),)
)


async def of_brands(database: Database, brands: Iterable[str]) -> list[Improvement]:
    """All improvements of these brands, the latest first."""
    found = await database.find(IMPROVEMENTS, {"brand": {"$in": sorted(brands)}})
    states = [each.state for each in found if each.state]
    return sorted(states, key=lambda each: each.proposed_at, reverse=True)


async def effect_of(
    database: Database, improvement: Improvement, effort: Effort, zone: ZoneInfo, now: datetime
) -> Effect:
    """What became of its cause's volume, up to yesterday in the brand's zone."""
    today = Window(zone, now.astimezone(zone).date(), 1)
    spans = windows(improvement, today)
    cases = await opened_in(database, improvement.brand, *spans) if spans else []
    return effect(improvement, cases, today, effort)
