"""Load, decide, commit: the one way in which documents change (design 5).

Writes that are wanted at the same time go to the store in one bulk. A bulk tells how many guards matched, not which; when one
failed, the documents are read again to see whose write is there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from services.chassis.clock import Clock
from services.chassis.documents import Collection, Context, Decision, Document, S
from services.chassis.errors import Conflict, Unavailable
from services.chassis.mongo import Database
from services.chassis.outbox import Outbox

ATTEMPTS = 20
BULK_LIMIT = 500

Decide = Callable[[S | None, Context], Decision[S] | None]


class Repository:
    """The documents of one service."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock, source: str) -> None:
        self.database = database
        self.source = source
        self._outbox = outbox
        self._clock = clock
        self._queue: list[tuple[Sequence[Document[Any]], asyncio.Future[set[int]]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def commit(self, documents: Sequence[Document[Any]]) -> list[Document[Any]]:
        """Write all that changed, and hand their events on; returns those that lost to another writer."""
        changed = [document for document in documents if document.changed]
        if not changed:
            return []
        for document in changed:
            document.outbox = [entry for entry in document.outbox if not self._outbox.done(entry.id)]
        future: asyncio.Future[set[int]] = asyncio.get_running_loop().create_future()
        self._queue.append((changed, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        lost = await asyncio.shield(future)
        won = [document for document in changed if id(document) not in lost]
        await self._outbox.take(won)
        return [document for document in changed if id(document) in lost]

    async def execute(
        self,
        collection: Collection[S],
        id: str,
        cause: str,
        decide: Decide[S],
        *,
        actor: str = "",
        carried: Mapping[str, str] | None = None,
        lane: str | None = None,
    ) -> Document[S]:
        """Carry one command of the actor out on one document, and return the document as it is then.

        A `cause` that the document has seen before changes nothing. `lane` is needed only where the document may be new.
        Raises Conflict when others keep moving first, and whatever `decide` raises; then nothing is written.
        """
        # Commands of this process on one document take turns: in a crowd, each would otherwise spoil the guard of the others.
        turn = self._turns.setdefault((collection.name, id), asyncio.Lock())
        async with turn:
            for _ in range(ATTEMPTS):
                document = await self.database.get(collection, id) or Document(collection, id, lane or id)
                if cause in document.seen:
                    return document
                siblings = (document.state,) if document.state else ()
                context = Context(self._clock.now(), cause, siblings, actor=actor, document=document)
                decision = decide(document.state, context)
                if decision is None:
                    return document
                document.apply(decision, context, self.source, carried or {})
                if not await self.commit([document]):
                    return document
        raise Conflict(f"{collection.name} {id} is being changed by others all the time")

    async def _write(self) -> None:
        while self._queue:
            taken, ids = [], set[tuple[str, str]]()
            while self._queue and len(ids) < BULK_LIMIT:
                wanted = {(each.collection.name, each.id) for each in self._queue[0][0]}
                if wanted & ids:
                    break  # two writes of one document: the second has to see the first one fail or win
                ids |= wanted
                taken.append(self._queue.pop(0))
            await _settle(taken, self._write_bulk)

    async def _write_bulk(self, documents: Sequence[Document[Any]]) -> set[int]:
        complete = await self.database.replace(documents)
        stored = {} if complete else await self.database.versions(documents)
        lost = set()
        for document in documents:
            if complete or _is_ours(document, stored.get((document.collection.name, document.id))):
                document.written()
            else:
                lost.add(id(document))
        return lost


async def _settle(
    taken: Iterable[tuple[Sequence[Document[Any]], asyncio.Future[set[int]]]],
    write: Callable[[Sequence[Document[Any]]], Awaitable[set[int]]],
) -> None:
    calls = list(taken)
    try:
        lost = await write([document for documents, _ in calls for document in documents])
    except Exception as error:
        if len(calls) > 1 and not isinstance(error, Unavailable):
            for call in calls:  # a document that can not be written must not sink the others
                await _settle([call], write)
            return
        for _, future in calls:
            if not future.done():
                future.set_exception(error)
        return
    for documents, future in calls:
        if not future.done():
            future.set_result(lost & {id(document) for document in documents})


def _is_ours(document: Document[Any], stored: Mapping[str, Any] | None) -> bool:
    return (
        stored is not None
        and stored["version"] == document.version + 1
        and stored["seen"][-1:] == document.seen[-1:]
        and [entry["id"] for entry in stored["outbox"]] == [entry.id for entry in document.outbox]
    )
