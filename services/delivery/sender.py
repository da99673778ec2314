"""Sends what is due on one channel: conversations side by side, within a conversation one after the other, in order.

Each channel has a sender of its own, so that one that hangs holds up nobody else's replies.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from schemas.sending import Later, Outcome
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision, Document
from services.chassis.errors import Unavailable
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.delivery.domain import delivery
from services.delivery.domain.delivery import Change, Delivery
from services.delivery.domain.piece import goes_to
from services.delivery.gateway import Gateway
from services.delivery.store import DELIVERIES, due, in_order

LOOK_AGAIN_SECONDS = 1.0
DRAIN_SECONDS = 4.0
DUE_LIMIT = 100
RECORD_AGAIN_SECONDS = 0.5

T = TypeVar("T")


class Sender:
    """The replies of one channel on their way out."""

    def __init__(
        self,
        channel: str,
        gateway: Gateway,
        repository: Repository,
        clock: Clock,
        *,
        parallel: int,
        lease_seconds: float,
        give_up_after: timedelta,
    ) -> None:
        self._channel = channel
        self._gateway = gateway
        self._repository = repository
        self._clock = clock
        self._parallel = parallel
        self._lease_seconds = lease_seconds
        self._give_up_after = give_up_after
        self._log = logger("delivery")
        self._running: dict[str, asyncio.Task[None]] = {}
        self._paused_until: datetime | None = None
        self._nudged = asyncio.Event()
        self._stopping = False

    def nudge(self) -> None:
        """Something may be due."""
        self._nudged.set()

    async def run(self) -> None:
        """Look and send, until cancelled; then let the attempts in hand end."""
        self._stopping = False
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):  # unlike `wait_for` it never loses a cancellation
                        await self._nudged.wait()
                self._nudged.clear()
                await self.look()
        finally:
            self._stopping = True
            if self._running:
                await asyncio.wait(self._running.values(), timeout=DRAIN_SECONDS)
            for task in self._running.values():
                task.cancel()
            await self._gateway.close()

    async def look(self) -> None:
        """Begin with the conversations that have something due, as far as there is room."""
        now = self._clock.now()
        if len(self._running) >= self._parallel or (self._paused_until and now < self._paused_until):
            return
        found = await due(self._repository.database, self._channel, now, DUE_LIMIT)
        for conversation in dict.fromkeys(goes_to(_state(document).reply) for document in found):
            if conversation not in self._running and len(self._running) < self._parallel:
                task = asyncio.create_task(self._conversation(conversation))
                self._running[conversation] = task
                task.add_done_callback(lambda done, one=conversation: self._done(one, done))  # type: ignore[misc]

    def _done(self, conversation: str, task: asyncio.Task[None]) -> None:
        del self._running[conversation]
        if not task.cancelled() and (error := task.exception()):
            self._log.warning("replies wait", conversation=conversation, reason=str(error), error=type(error).__name__)
        elif not self._stopping:
            self.nudge()

    async def _conversation(self, conversation: str) -> None:
        """Send what is due in one conversation, oldest first, until one has to wait."""
        while not self._stopping:
            queue = in_order(await self._repository.database.find(DELIVERIES, {"open_in": conversation}))
            queue.sort(key=lambda document: not _state(document).underway)  # the sort is stable
            if not queue:
                return
            if not self._ready(_state(queue[0])):
                await self._behind(queue)
                return
            await self._attempt(queue[0])

    def _ready(self, head: Delivery) -> bool:
        """Whether the first in line may go now."""
        now = self._clock.now()
        if self._paused_until and now < self._paused_until:
            return False
        # One that was never tried only waited for those before it, and these are gone.
        return head.next_at is None or head.next_at <= now or (head.status == "queued" and not head.attempts)

    async def _attempt(self, head: Document[Delivery]) -> None:
        """One attempt, or the end of one that was interrupted; nothing at all when another instance was first."""
        state, now = _state(head), self._clock.now()
        if state.status == "sending":
            await self._commit(head, delivery.interrupted(state, self._gateway.repeatable, now))
            return
        if not await self._commit(head, delivery.claim(state, now, self._lease_seconds)):
            return
        outcome = await self._gateway.send(state.piece, self._clock.now())
        now = self._clock.now()
        if isinstance(outcome, Later) and outcome.whole_channel and outcome.after_seconds:
            self._paused_until = now + timedelta(seconds=outcome.after_seconds)
        await self._record(head, outcome, now)

    async def _behind(self, queue: list[Document[Delivery]]) -> None:
        """Those behind one that waits are not due before it is; otherwise they would be found again and again."""
        until = _state(queue[0]).next_at
        if self._paused_until and (until is None or until < self._paused_until):
            until = self._paused_until
        now = self._clock.now()
        if until is None or until <= now:
            return
        late = [
            each for each in queue if (at := _state(each).next_at) and at <= now and _state(each).status == "queued"
        ]
        for document in late:
            self._apply(document, delivery.postpone(_state(document), until))
        await self._repository.commit(late)

    async def _commit(self, document: Document[Delivery], change: Change) -> bool:
        """False when somebody else moved first: then it is theirs."""
        self._apply(document, change)
        return not await self._repository.commit([document])

    async def _record(self, document: Document[Delivery], outcome: Outcome, now: datetime) -> None:
        """Write down how an attempt ended: nobody else knows it."""
        attempt = _state(document).attempts
        found: Document[Delivery] | None = document
        while found and found.state and found.state.status == "sending" and found.state.attempts == attempt:
            mine = found
            self._apply(mine, delivery.settle(_state(mine), outcome, now, self._give_up_after))
            if not await self._patiently(lambda: self._repository.commit([mine])):  # noqa: B023 - called at once
                return
            # Somebody wanted it cancelled in the meantime. What they wrote is kept.
            found = await self._patiently(lambda: self._repository.database.get(DELIVERIES, document.id))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Also when the store is away for a while."""
        while True:
            try:
                return await call()
            except Unavailable:
                if self._stopping:
                    raise
                await asyncio.sleep(RECORD_AGAIN_SECONDS)

    def _apply(self, document: Document[Delivery], change: Change) -> None:
        state, events = change
        # The cause names the step: the same step taken twice leads to the same events.
        cause = f"{document.id}/{state.status}/{state.attempts}" if events else fresh()
        document.apply(Decision(state, events), Context(self._clock.now(), cause), self._repository.source, {})


def _state(document: Document[Delivery]) -> Delivery:
    assert document.state is not None  # noqa: S101 - read from the store
    return document.state
