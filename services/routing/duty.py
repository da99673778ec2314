"""Routing's recurring duties: rebuild what the engines hold, and serve what waits as soon as somebody can."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from schemas.base import milliseconds
from schemas.ids import derive
from services.chassis.documents import Context, Decision, Document
from services.chassis.service import Service
from services.routing.dispatcher import Decided, Dispatcher
from services.routing.domain import Chosen, Outcome, Request
from services.routing.staff import Staff
from services.routing.store import REQUESTS, RequestState

TOPIC = "routing.requests"
"""Whoever Kafka gives its partition to has the pools: all of them, for it has one partition."""
COUNTED_FOR = timedelta(days=7)
COUNTED_MOST = 10_000
"""After a start, work that is done counts for turns and for a fair share of the week: so long, and the latest so many."""
LOOKED_AT_ONCE = 500
"""Requests of which is worked out together when somebody can; others have their turn in between."""


class Duty:
    """What the service does by itself."""

    def __init__(self, service: Service, staff: Staff, dispatcher: Dispatcher) -> None:
        self._service = service
        self._staff = staff
        self._dispatcher = dispatcher
        self._turn = asyncio.Lock()
        self._in_doubt: dict[str, Request] = {}
        """Requests that the engine may hold while nobody knows whether the store took it."""

    def in_charge(self) -> bool:
        """Whether this instance decides."""
        return self._service.holds(TOPIC)

    async def rebuild(self) -> None:
        """Fill the engines from the store: after a start, or when Kafka gives us pools that another instance had."""
        async with self._turn:
            people = await self._staff.load()
            stored = [*await self._find("assigned"), *await self._find("waiting"), *await self._done_of_late()]
            self._dispatcher.reset()  # from here on without a pause: nobody may see it half filled
            people()
            self._dispatcher.replay(document.state for document in stored if document.state)
            self._dispatcher.stir()
            self._in_doubt.clear()

    async def _find(self, status: str) -> list[Document[RequestState]]:
        return await self._service.database.find(REQUESTS, {"status": status})

    async def _done_of_late(self) -> list[Document[RequestState]]:
        since = milliseconds(self._service.clock.now() - COUNTED_FOR)
        query = {"status": "done", "assigned_ms": {"$gte": since}}
        return await self._service.database.find(
            REQUESTS, query, sort="assigned_ms", limit=COUNTED_MOST, descending=True
        )

    async def look_around(self) -> None:
        """Before a batch: whoever was recorded by another instance counts for it already."""
        if self.in_charge():
            await self._staff.refresh(thoroughly=False)

    async def serve_freed(self) -> None:
        """After a batch: what it made possible happens at once."""
        if self.in_charge() and self._dispatcher.awake(self._service.clock.now()):
            async with self._turn:
                await self._serve()

    async def serve_waiting(self) -> None:
        """Now and then: hear what others have written, and serve what can be served by now."""
        await self._service.take_over()
        if not self.in_charge():
            return
        async with self._turn:
            await self._staff.refresh(thoroughly=True)
            await self._settle_elsewhere()
            await self._serve()

    async def _serve(self) -> None:
        await self._settle_doubts()
        now = self._service.clock.now()
        for pool in self._dispatcher.awake(now):
            looked_at = self._dispatcher.wake(pool, now)
            try:
                complete = await self._serve_pool(pool, looked_at)
            except BaseException:
                self._dispatcher.stir()
                raise
            if not complete:
                self._dispatcher.stir()

    async def _serve_pool(self, pool: str, looked_at: set[str]) -> bool:
        """Whether all that was decided is stored; what is not is decided anew another time."""
        now = self._service.clock.now()
        while chosen := self._dispatcher.serve(pool, looked_at, now):
            if not await self._commit(chosen):
                return False
        ids = sorted(looked_at)
        for first in range(0, len(ids), LOOKED_AT_ONCE):
            unserved = self._dispatcher.unserved(pool, ids[first : first + LOOKED_AT_ONCE], now)
            if unserved and not await self._commit(unserved):
                return False
            await asyncio.sleep(0)
        return True

    async def _commit(self, decided: Sequence[Decided]) -> bool:
        """Store what was decided, all in one go; whoever was faster is right."""
        outcomes = {request.request_id: outcome for request, outcome in decided}
        self._in_doubt |= {request.request_id: request for request, _ in decided}
        waiting = [each for each in await self._stored(outcomes) if each.state and each.state.status == "waiting"]
        for document in waiting:
            self._apply(document, outcomes[document.id])
        lost = {document.id for document in await self._service.repository.commit(waiting)}
        for document in waiting:
            if document.id not in lost:
                del self._in_doubt[document.id]
        await self._settle_doubts()
        return len(waiting) - len(lost) == len(outcomes)

    def _apply(self, document: Document[RequestState], outcome: Outcome) -> None:
        assert document.state is not None  # noqa: S101 - stored documents have one
        now = self._service.clock.now()
        # Served once in its life; told of as often as there is something new to say.
        cause = ("served",) if isinstance(outcome, Chosen) else ("unserved", str(document.version))
        context = Context(now, derive(*cause, document.id))
        decision = self._dispatcher.answer(document.state, outcome, now)
        document.apply(decision, context, self._service.repository.source, {})

    async def _settle_doubts(self) -> None:
        """Hold what the store holds of what was decided; what it does not know yet is decided another time."""
        if not self._in_doubt:
            return
        doubts = dict(self._in_doubt)
        stored = await self._stored(doubts)
        self._dispatcher.settle(document.state for document in stored if document.state)
        for id in doubts.keys() - {document.id for document in stored}:
            self._dispatcher.postpone(doubts[id], self._service.clock.now())
        for id in doubts:
            self._in_doubt.pop(id, None)

    async def _settle_elsewhere(self) -> None:
        """Take over what an instance without the pools has written: an event that is tried again may come to any."""
        found = [each for each in await self._service.database.find(REQUESTS, {"unsettled": 1}) if each.state]
        self._dispatcher.settle(document.state for document in found if document.state)
        settled = [document for document in found if document.state and document.state.status != "waiting"]
        for document in settled:
            assert document.state is not None  # noqa: S101 - stored documents have one
            context = Context(self._service.clock.now(), derive("settled", document.id, str(document.version)))
            decision = Decision(document.state.model_copy(update={"unsettled": False}))
            document.apply(decision, context, self._service.repository.source, {})
        if settled:
            await self._service.repository.commit(settled)

    async def _stored(self, ids: Iterable[str]) -> list[Document[RequestState]]:
        return await self._service.database.find(REQUESTS, {"_id": {"$in": sorted(ids)}})
