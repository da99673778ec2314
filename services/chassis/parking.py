"""Events that met an error in our own code wait in the store for another try, all later events of their lane behind them.

They wait in the store rather than in a retry topic because a topic can neither delay one record nor keep a lane in order
behind it (docs/decisions/0004).
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.documents import Index
from services.chassis.ids import fresh
from services.chassis.kafka import Record
from services.chassis.mongo import Database

NAME = "parked"
DELAYS_SECONDS = (1.0, 5.0, 30.0)
"""How long an event waits before each further try; after the last it is a dead letter."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One waiting event. `attempts` counts the tries that failed; 0 means it only waits behind another one."""

    id: str
    lane: str
    attempts: int
    not_before: datetime
    record: Record


class Parking:
    """The waiting events of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        await self._database.create_index(NAME, Index(("lane",)))
        await self._database.create_index(NAME, Index(("not_before",)))

    async def lanes(self, lanes: Iterable[str]) -> set[str]:
        """Which of these lanes have waiting events."""
        return {row["lane"] for row in await self._database.rows(NAME, {"lane": {"$in": list(lanes)}})}

    async def add(self, lane: str, records: Sequence[Record], attempts: int, now: datetime) -> None:
        """Let records of one lane wait; the first has failed `attempts` times. One that waits already stays as it is."""
        rows = []
        for index, record in enumerate(records):
            tries = attempts if index == 0 else 0
            rows.append(
                {
                    "_id": _name(record),
                    "lane": lane,
                    "order": fresh(),
                    "attempts": tries,
                    "not_before": now + _delay(tries),
                    **_stored(record),
                }
            )
        await self._database.insert(NAME, rows)

    async def failed(self, parked: Parked, now: datetime) -> int:
        """Note one more failed try, and return how many there were."""
        attempts = parked.attempts + 1
        await self._database.set(NAME, parked.id, {"attempts": attempts, "not_before": now + _delay(attempts)})
        return attempts

    async def due(self, now: datetime, limit: int = 200) -> list[list[Parked]]:
        """The lanes whose first waiting event is due, each with all its waiting events in order."""
        heads = await self._database.rows(NAME, {"not_before": {"$lte": now}}, "not_before", limit)
        rows = await self._database.rows(NAME, {"lane": {"$in": sorted({head["lane"] for head in heads})}}, "order")
        by_lane: dict[str, list[Parked]] = {}
        for row in rows:
            by_lane.setdefault(row["lane"], []).append(
                Parked(row["_id"], row["lane"], row["attempts"], row["not_before"], _record(row))
            )
        return [waiting for waiting in by_lane.values() if waiting[0].not_before <= now]

    async def remove(self, parked: Parked) -> None:
        await self._database.delete(NAME, [parked.id])

    async def count(self) -> int:
        return await self._database.count(NAME, {})


def exhausted(attempts: int) -> bool:
    """Whether that many failed tries are enough."""
    return attempts > len(DELAYS_SECONDS)


def _delay(attempts: int) -> timedelta:
    return timedelta(seconds=DELAYS_SECONDS[min(attempts, len(DELAYS_SECONDS)) - 1] if attempts else 0)


def _name(record: Record) -> str:
    return record.readable_headers().get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}"


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _stored(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": [[name, _text(value)] for name, value in record.headers],
    }


def _record(row: dict[str, Any]) -> Record:
    headers = tuple((name, _bytes(value) or b"") for name, value in row["headers"])
    return Record(
        row["topic"],
        row["partition"],
        row["offset"],
        row["timestamp_ms"],
        _bytes(row["key"]),
        _bytes(row["value"]),
        headers,
    )
