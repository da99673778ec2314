"""From outboxes to Kafka: publish in order, journal where the broker keeps nothing, empty the outboxes, sweep up.

An outbox entry leaves its document only when the broker (and the journal, where there is one) has it. Emptying waits: an
entry published twice has the same id and is recognised. So it happens in bulk, a moment later, and not at all for documents
that were written again in the meantime.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.chassis.clock import Clock
from services.chassis.documents import Collection, Document, Index, Outgoing
from services.chassis.errors import Unavailable
from services.chassis.journal import JOURNAL, journal_row
from services.chassis.kafka import Publisher
from services.chassis.logs import logger
from services.chassis.mongo import Database
from services.chassis.tasks import end

JOURNAL_DAYS = 7
BATCH = 2000
BATCH_CHARACTERS = 2_000_000
ENTRY_OVERHEAD = 600
"""Characters of headers, about."""
QUEUE_LIMIT = 20_000
CLEAR_EVERY_SECONDS = 3.0
"""A document that is written again within that time is emptied by that write."""
SWEEP_EVERY_SECONDS = 30.0
"""How often to look for leftovers of other instances besides when their partitions came to us."""
RETRY_SECONDS = 0.5
REMEMBERED = 100_000


class Outbox:
    """The way out for one service's events."""

    def __init__(self, database: Database, publisher: Publisher, clock: Clock, service: str, journal: bool) -> None:
        self._database = database
        self._publisher = publisher
        self._clock = clock
        self._journal = journal
        self._log = logger(service)
        self._waiting: OrderedDict[str, Outgoing] = OrderedDict()
        self._oldest: datetime | None = None
        self._published: OrderedDict[str, None] = OrderedDict()
        self._candidates: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
        self._collections: list[Collection[Any]] = []
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._sweep_at = 0.0

    async def start(self, collections: Iterable[Collection[Any]]) -> None:
        """Publish what an earlier life left behind, then go on publishing what comes."""
        self._collections = list(collections)
        if self._journal:
            await self._database.create_index(JOURNAL, Index(("at",), expire_after_seconds=JOURNAL_DAYS * 86_400))
        # Publishing goes on while we sweep: what an outage left may be more than the queue takes at once.
        self._tasks = [asyncio.create_task(self._publishing()), asyncio.create_task(self._clearing())]
        await self.sweep()

    async def stop(self, patience_seconds: float = 5.0) -> None:
        """Publish and clear what is in hand, as far as broker and store still answer."""
        deadline = asyncio.get_running_loop().time() + patience_seconds
        while self._waiting and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - the publisher empties it
            await asyncio.sleep(0.01)
        await end(self._tasks)
        try:
            await self._clear()
        except Unavailable as error:
            self._log.warning("outboxes not cleared", reason=str(error))

    def done(self, id: str) -> bool:
        """Whether an entry with this id needs to stay in its outbox no longer."""
        return id in self._published

    @property
    def oldest_age_seconds(self) -> float:
        """How long the event waits that waits longest."""
        return (self._clock.now() - self._oldest).total_seconds() if self._oldest else 0.0

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    async def take(self, documents: Iterable[Document[Any]]) -> None:
        """Publish the outboxes of documents that were just written. Waits while too much is waiting already."""
        for document in documents:
            if document.outbox:
                ids = tuple(entry.id for entry in document.outbox)
                self._candidates[(document.collection.name, document.id)] = (document.version, ids)
                self._waiting.update((entry.id, entry) for entry in document.outbox if entry.id not in self._published)
            else:
                self._candidates.pop((document.collection.name, document.id), None)
        if self._waiting:
            self._oldest = self._oldest or self._clock.now()
            self._wake.set()
        if len(self._waiting) > QUEUE_LIMIT:
            self._room.clear()
        await self._room.wait()

    async def sweep(self) -> None:
        """Take up what is in the store's outboxes and not in hand: the leftovers of a crash."""
        for collection in self._collections:
            rows = await self._database.rows(collection.name, {"pending": {"$gt": 0}})
            left = [row for row in rows if (collection.name, row["_id"]) not in self._candidates]
            await self.take(Document.swept(collection, row) for row in left)

    def _batch(self) -> list[Outgoing]:
        """The next events, no more than the journal can take in one document."""
        batch: list[Outgoing] = []
        size = 0
        for entry in self._waiting.values():
            size += len(entry.value) + ENTRY_OVERHEAD
            if batch and (len(batch) == BATCH or size > BATCH_CHARACTERS):
                break
            batch.append(entry)
        return batch

    async def _publishing(self) -> None:
        while True:
            await self._wake.wait()
            batch = self._batch()
            try:
                await self._publisher.publish(batch)
                if self._journal:
                    await self._database.insert(JOURNAL, [journal_row(batch, self._clock.now())])
            except Unavailable as error:
                self._log.warning("events wait in the outbox", reason=str(error), waiting=len(self._waiting))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except Exception:
                self._log.exception("events wait in the outbox", waiting=len(self._waiting))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for entry in batch:
                del self._waiting[entry.id]
                self._published[entry.id] = None
            while len(self._published) > REMEMBERED:
                self._published.popitem(last=False)
            self._oldest = self._clock.now() if self._waiting else None
            if not self._waiting:
                self._wake.clear()
            if len(self._waiting) <= QUEUE_LIMIT // 2:
                self._room.set()

    def look_again(self) -> None:
        """Partitions came to us: their earlier holder may have left events behind."""
        self._sweep_at = 0.0

    async def _clearing(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep_at = loop.time() + SWEEP_EVERY_SECONDS
        while True:
            await asyncio.sleep(CLEAR_EVERY_SECONDS)
            try:
                await self._clear()
                if loop.time() >= self._sweep_at:
                    self._sweep_at = loop.time() + SWEEP_EVERY_SECONDS
                    await self.sweep()
            except Unavailable as error:
                self._log.warning("outboxes not cleared", reason=str(error))
            except Exception:
                self._log.exception("outboxes not cleared")

    async def _clear(self) -> None:
        # What a candidate lists was waiting once; what waits no longer is published.
        ready = {
            key: version
            for key, (version, ids) in self._candidates.items()
            if not any(id in self._waiting for id in ids)
        }
        for name in {collection for collection, _ in ready}:
            versions = {id: version for (collection, id), version in ready.items() if collection == name}
            await self._database.clear_outboxes(name, versions)
            for id, version in versions.items():
                if self._candidates.get((name, id), (0,))[0] == version:
                    del self._candidates[(name, id)]
