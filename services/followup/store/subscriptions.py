"""Where subscriptions are kept, and what is on its way to subscribers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import Parcel

SUBSCRIPTIONS = Collection(
    "subscriptions",
    Subscription,
    fields=lambda state: {"brand": state.brand, "status": state.status},
    indexes=(Index(("brand",)), Index(("status",))),
)


def _fields(state: Parcel) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {"subscription_id": state.subscription_id, "made_ms": milliseconds(state.made_at)}
    if state.next_at:  # left out when it is over: a missing field is in no range, on every store
        fields["next_ms"] = milliseconds(state.next_at)
    return fields


PARCELS = Collection(
    "parcels", Parcel, fields=_fields, indexes=(Index(("subscription_id", "made_ms")), Index(("next_ms",)))
)


async def active(database: Database) -> list[Subscription]:
    """Every subscription that is told."""
    found = await database.find(SUBSCRIPTIONS, {"status": "active"})
    return [each.state for each in found if each.state]


async def not_ended(database: Database) -> list[Subscription]:
    """Every subscription that is told, or paused."""
    found = await database.find(SUBSCRIPTIONS, {"status": {"$in": ["active", "paused"]}})
    return [each.state for each in found if each.state]


async def of_brands(database: Database, brands: Iterable[str]) -> list[Subscription]:
    """All subscriptions to these brands, the latest first."""
    found = await database.find(SUBSCRIPTIONS, {"brand": {"$in": sorted(brands)}})
    return sorted((each.state for each in found if each.state), key=lambda each: each.recorded_at, reverse=True)


async def due(database: Database, now: datetime, limit: int) -> list[Document[Parcel]]:
    """Parcels that are to be sent, those that have waited longest first."""
    return await database.find(PARCELS, {"next_ms": {"$lte": milliseconds(now)}}, sort="next_ms", limit=limit)


async def latest_parcels(database: Database, subscription_id: str, limit: int = 20) -> list[Parcel]:
    """What was last on its way to a subscriber, the latest first."""
    found = await database.find(
        PARCELS, {"subscription_id": subscription_id}, sort="made_ms", limit=limit, descending=True
    )
    return [each.state for each in found if each.state]
