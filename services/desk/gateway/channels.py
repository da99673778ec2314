"""The latest traffic of every channel, read from the ends of the topics when somebody asks (I4)."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.envelope import InvalidEnvelope
from schemas.events.message import MessageReceived
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from services.chassis.kafka import Cluster, Record
from services.chassis.looking import since
from services.desk.domain.channel_traffic import ChannelTraffic, Traffic

TOPICS = ("messages.received", "cases.events")
HEARD = frozenset(each.type for each in (MessageReceived, ReplyQueued, ReplySent, ReplyFailed, ReplyUncertain))
HOURS = 24
LAST = 500
"""Records of each partition: the cost of a look does not grow with the traffic."""
REMEMBERED_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Looked:
    """The channels that were heard of. `since`: when the oldest of the records was written, by Kafka's clock."""

    channels: dict[str, ChannelTraffic] = field(default_factory=dict)
    since: datetime | None = None


class ChannelWatch:
    """Reads the ends of the topics, at most every few seconds."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._turn = asyncio.Lock()
        self._known = Looked()
        self._until = 0.0

    async def look(self) -> Looked:
        """The traffic as of some seconds ago at most. Raises Unavailable."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._known = await self._read()
                self._until = time.monotonic() + REMEMBERED_SECONDS
            return self._known

    async def _read(self) -> Looked:
        traffic, oldest_ms, heard = Traffic(), 0, set[str]()
        from_ms = int((time.time() - HOURS * 3600) * 1000)
        records = [each async for each in since(self._cluster, TOPICS, from_ms, last=LAST)]
        for record in sorted(records, key=lambda each: each.timestamp_ms):
            oldest_ms = oldest_ms or record.timestamp_ms
            if (name := _heard(record)) and name not in heard:
                heard.add(name)
                try:
                    envelope = record.envelope()
                except InvalidEnvelope:
                    continue  # it is none of ours; the services put it aside
                traffic.hear(envelope.data, envelope.time)
        moment = datetime.fromtimestamp(oldest_ms / 1000, UTC) if oldest_ms else None
        return Looked(traffic.channels, moment)


def _heard(record: Record) -> str:
    """The id of an event that counts here; empty for all others, which are not read."""
    headers = record.readable_headers()
    return headers.get("ce_id", "") if headers.get("ce_type") in HEARD else ""
