"""What a service wrote to its store, as it was sent; and the same writes again with nothing around them.

A service is watched where all of its bulk writes pass. Nothing is copied: the write models are kept as they are, so that
watching costs next to nothing, and sent again later to a database of another name on the same store.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from services.chassis.documents import Collection, Index
from services.chassis.journal import JOURNAL
from services.chassis.mongo import Database
from services.chassis.outbox import JOURNAL_DAYS
from services.chassis.service import Service

KINDS = {"ReplaceOne": "replaces", "UpdateOne": "clears", "InsertOne": "inserts"}


@dataclass(frozen=True, slots=True)
class Bulk:
    """One bulk write: the collection, and pymongo's write models."""

    collection: str
    writes: Sequence[Any]


@dataclass
class Recording:
    """The bulk writes of one service in the order in which the store answered them."""

    collections: Sequence[Collection[Any]]
    bulks: list[Bulk] = field(default_factory=list)
    on: bool = False

    @classmethod
    def of(cls, service: Service) -> "Recording":
        """Watch a service that is not started yet; nothing is noted before `on` is set."""
        recording = cls(service.collections)
        send = service.database._bulk

        async def noted(name: str, writes: Sequence[Any]) -> int:
            count = await send(name, writes)
            if recording.on:
                recording.bulks.append(Bulk(name, writes))
            return count

        service.database._bulk = noted  # type: ignore[method-assign]
        return recording

    def counts(self) -> dict[str, float]:
        """How many documents were replaced, cleared and inserted, in how many bulks."""
        kinds = Counter(KINDS[type(write).__name__] for bulk in self.bulks for write in bulk.writes)
        return {**kinds, "bulks": len(self.bulks)}


class Replay:
    """The writes of a recording, to be sent again in portions."""

    def __init__(self, recording: Recording, uri: str, database: str) -> None:
        self._recording = recording
        self._database = Database(uri, database)
        self._sent = 0

    async def prepare(self) -> None:
        """Make the same collections with the same indexes."""
        for collection in self._recording.collections:
            await self._database.prepare(collection)
        await self._database.create_index(JOURNAL, Index(("at",), expire_after_seconds=JOURNAL_DAYS * 86_400))

    async def up_to(self, share: float) -> None:
        """Send what is missing of this share of all bulks."""
        bulks = self._recording.bulks
        while self._sent < round(share * len(bulks)):
            bulk = bulks[self._sent]
            await self._database._bulk(bulk.collection, bulk.writes)
            self._sent += 1

    def close(self) -> None:
        self._database.close()


async def seconds_bare(recordings: Iterable[Recording], uri: str, prefix: str) -> float:
    """How long the store takes for all these writes alone: each service's in their order, the services side by side."""
    replays = [Replay(each, uri, f"{prefix}{number}") for number, each in enumerate(recordings)]
    try:
        await asyncio.gather(*(each.prepare() for each in replays))
        began = time.perf_counter()
        await asyncio.gather(*(each.up_to(1) for each in replays))
        return time.perf_counter() - began
    finally:
        for each in replays:
            each.close()


async def forget(uri: str, prefix: str) -> None:
    """Remove every database whose name begins so: a store that has grown is slower for who comes next."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(uri)
    try:
        for name in await client.list_database_names():
            if name.startswith(prefix):
                await client.drop_database(name)
    finally:
        client.close()
