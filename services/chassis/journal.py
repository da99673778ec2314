"""The journal of published events, and how it gets back into a broker that has lost everything.

Only for a broker that keeps nothing (the local stack's, design 8): each service writes what it has published into its store,
and after a restart of the broker all of it is published again, in its old order, before any service goes on. Who has seen
an event before recognises its id.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from services.chassis.documents import Outgoing
from services.chassis.ids import fresh
from services.chassis.kafka import Publisher
from services.chassis.mongo import Database

JOURNAL = "published"
ROWS_AT_ONCE = 50


def journal_row(events: Sequence[Outgoing], now: datetime) -> dict[str, Any]:
    """The row for events that were published together: one text, as nobody searches it, which costs half as much to store."""
    return {"_id": fresh(), "at": now, "events": orjson.dumps([event.stored() for event in events]).decode()}


def _events(row: dict[str, Any]) -> list[Outgoing]:
    stored = row["events"]
    return [Outgoing(**event) for event in (orjson.loads(stored) if isinstance(stored, str) else stored)]


async def republish(databases: Iterable[Database], publisher: Publisher) -> int:
    """Publish all journals again; returns how many events that were. Raises Unavailable."""
    count = 0
    for database in databases:
        async for rows in database.all_rows(JOURNAL, ROWS_AT_ONCE):
            events = [event for row in rows for event in _events(row)]
            await publisher.publish(events)
            count += len(events)
    return count
