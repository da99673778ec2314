"""Events that met an error in our own code wait in the store for another try, all later events of their lane behind them.

They wait in the store rather than in a retry topic because a topic can neither delay one record nor keep a lane in order
behind it (docs/decisions/0004).
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.base import milliseconds
from services.chassis.documents import Index
from services.chassis.ids import fresh
from services.chassis.kafka import Record
from services.chassis.mongo import Database

NAME = "parked"
DELAYS_SECONDS = (1.0, 5.0, 30.0)
"""How long an event waits before each further try; after the last it is a dead letter."""
LANES_AT_ONCE = 100
EVENTS_AT_ONCE = 100
"""Of one lane; the rest follows in the next round."""
MAX_REASON_CHARACTERS = 500
LOOK_EVERY = timedelta(seconds=5)
"""How long nothing is taken to wait after nothing was found: an instance that is gone may have left something."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One waiting event. `attempts` counts the tries that failed; 0 means it only waits behind another one."""

    id: str
    lane: str
    attempts: int
    not_before: datetime
    record: Record
    reason: str = ""
    """The error of the last try, in words."""


class Parking:
    """The waiting events of one service.

    Nearly always there are none, and every batch asks: so it is remembered that there are none. In the lanes of our own
    partitions only we put events aside; what others did before the partitions became ours is found after `look_again`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._empty = False
        self._changes = 0
        self._look_at: datetime | None = None

    async def prepare(self) -> None:
        await self._database.create_index(NAME, Index(("lane", "order")))
        await self._database.create_index(NAME, Index(("head", "not_before_ms")))
        await self._mark_heads({row["lane"] for row in await self._database.rows(NAME, {})})
        await self._look()

    def look_again(self) -> None:
        """Partitions came to us: their earlier holder may have put events aside."""
        self._empty = False
        self._changes += 1

    async def _look(self) -> None:
        changes = self._changes
        rows = await self._database.rows(NAME, {}, limit=1)
        self._empty = not rows and changes == self._changes

    async def lanes(self, lanes: Iterable[str]) -> set[str]:
        """Which of these lanes have waiting events."""
        if self._empty:
            return set()
        return {row["lane"] for row in await self._database.rows(NAME, {"lane": {"$in": list(lanes)}})}

    async def add(self, lane: str, records: Sequence[Record], attempts: int, now: datetime, reason: str = "") -> None:
        """Let records of one lane wait; the first has failed `attempts` times. One that waits already stays as it is."""
        rows = []
        for index, record in enumerate(records):
            tries = attempts if index == 0 else 0
            rows.append(
                {
                    "_id": _name(record),
                    "lane": lane,
                    "order": fresh(),
                    "head": 0,
                    "attempts": tries,
                    "reason": reason[:MAX_REASON_CHARACTERS] if tries else "",
                    "not_before_ms": milliseconds(now + _delay(tries)),
                    **_stored(record),
                }
            )
        self.look_again()
        await self._database.insert(NAME, rows)
        self.look_again()  # whoever looked while it was being stored may have found nothing
        await self._mark_heads([lane])

    async def _mark_heads(self, lanes: Iterable[str]) -> None:
        """Mark the first event of each lane, so that those behind it are not looked at when we ask what is due.

        Whoever adds or removes does this *after* it: whatever the order of two of them, the later one sees both.
        """
        for lane in lanes:
            first = await self._database.rows(NAME, {"lane": lane}, "order", 1)
            if first and not first[0]["head"]:
                await self._database.set(NAME, first[0]["_id"], {"head": 1})

    async def failed(self, parked: Parked, now: datetime, reason: str = "") -> int:
        """Note one more failed try, and return how many there were."""
        attempts = parked.attempts + 1
        again = {"attempts": attempts, "not_before_ms": milliseconds(now + _delay(attempts))}
        await self._database.set(NAME, parked.id, again | {"reason": reason[:MAX_REASON_CHARACTERS]})
        return attempts

    async def first(self, most: int) -> list[Parked]:
        """So many of the waiting events, those that are tried next first."""
        rows = await self._database.rows(NAME, {"not_before_ms": {"$gte": 0}}, "not_before_ms", most)
        return [_parked(row) for row in rows]

    async def due(self, now: datetime) -> list[list[Parked]]:
        """The lanes whose first waiting event is due, each with what waits there, in order; the longest due first."""
        if self._empty and self._look_at and now < self._look_at:
            return []
        self._look_at = now + LOOK_EVERY
        heads = await self._database.rows(
            NAME, {"head": 1, "not_before_ms": {"$lte": milliseconds(now)}}, "not_before_ms", LANES_AT_ONCE
        )
        found = []
        for lane in dict.fromkeys(head["lane"] for head in heads):
            rows = await self._database.rows(NAME, {"lane": lane}, "order", EVENTS_AT_ONCE)
            waiting = [_parked(row) for row in rows]
            if waiting and milliseconds(waiting[0].not_before) <= milliseconds(now):
                found.append(waiting)
        if not heads:
            await self._look()
        return found

    async def remove(self, parked: Parked) -> None:
        await self._database.delete(NAME, [parked.id])
        await self._mark_heads([parked.lane])

    async def count(self) -> int:
        return await self._database.count(NAME, {})


def exhausted(attempts: int) -> bool:
    """Whether that many failed tries are enough."""
    return attempts > len(DELAYS_SECONDS)


def _delay(attempts: int) -> timedelta:
    return timedelta(seconds=DELAYS_SECONDS[min(attempts, len(DELAYS_SECONDS)) - 1] if attempts else 0)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _name(record: Record) -> str:
    return record.readable_headers().get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}"


def _parked(row: dict[str, Any]) -> Parked:
    moment, reason = _moment(row["not_before_ms"]), row.get("reason", "")
    return Parked(row["_id"], row["lane"], row["attempts"], moment, _record(row), reason)


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
