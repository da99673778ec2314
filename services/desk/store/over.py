"""What is kept for a time: records that say in `ends_ms` when that is over."""

from datetime import datetime
from typing import Any

from schemas.base import milliseconds
from services.chassis.documents import Collection
from services.chassis.mongo import Database

FORGOTTEN_AT_ONCE = 500


async def forget_what_is_over(database: Database, collection: Collection[Any], now: datetime) -> None:
    """Delete some of those whose time is over; the rest the next time."""
    rows = await database.rows(collection.name, {"ends_ms": {"$lt": milliseconds(now)}}, limit=FORGOTTEN_AT_ONCE)
    await database.delete(collection.name, [row["_id"] for row in rows])
