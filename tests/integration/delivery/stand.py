"""A delivery service on the real broker and store, driven by hand: its events, its clock, and each look for due replies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from schemas.base import Event
from schemas.events.reply import ReplyQueued
from services.chassis import kafka
from services.chassis.documents import Outgoing
from services.chassis.kafka import Publisher
from services.chassis.service import Service
from services.chassis.testing import ManualClock, envelope, record
from services.delivery.app import build
from services.delivery.domain.delivery import Delivery
from services.delivery.sender import Sender
from services.delivery.settings import Settings
from services.delivery.store import DELIVERIES
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import SECRET, Mailbox, Receiver
from tests.unit.delivery.replies import reply

PROGRAM = """
import asyncio
from services.chassis.service import run
from services.delivery.app import build
from services.delivery.settings import Settings
asyncio.run(run(build(Settings())))
"""
TOLD = (
    "kafka",
    "mongo",
    "kafka_prefix",
    "kafka_idempotent",
    "database_prefix",
    "session_timeout_ms",
    "smtp_host",
    "smtp_port",
    "smtp_tls",
)


@dataclass
class Stand:
    """One service, not listening, with the senders in hand."""

    service: Service
    clock: ManualClock
    senders: Mapping[str, Sender]

    async def queue(self, *replies: ReplyQueued) -> None:
        """The events arrive."""
        await self.service.processor.process([record(each) for each in replies])

    async def begin(self, channel: str) -> None:
        """Look once; the attempts go on."""
        await self.senders[channel].look()

    async def round(self, channel: str) -> None:
        """Look once, and wait for what comes of it."""
        await self.begin(channel)
        await asyncio.gather(*self.senders[channel]._running.values())

    async def state(self, reply_id: str) -> Delivery:
        document = await self.service.database.get(DELIVERIES, reply_id)
        assert document
        assert document.state
        return document.state

    async def told(self) -> list[Event]:
        """What the world was told, in order of each conversation."""
        await self.service.outbox.sweep()

        async def all_gone() -> bool:
            return not self.service.outbox.backlog

        await eventually(all_gone, "events were not published")
        events = [each.envelope() async for each in kafka.read(self.service.config.cluster, ["deliveries.events"])]
        # Twice under the same id is once: that is what consumers go by.
        return list({event.id: event.data for event in events}.values())

    async def mailbox(self, conversation: str) -> list[str]:
        """The ids of the replies that a conversation shows."""
        async with httpx2.AsyncClient(base_url=self.service.url, headers={"authorization": "Bearer token"}) as client:
            shown = (await client.get(f"/conversations/{conversation}/replies")).json()
        return [each["reply_id"] for each in shown]

    async def die(self) -> None:
        """Stop as a process does that is killed: nothing is finished, nothing is written down."""
        tasks = [task for sender in self.senders.values() for task in sender._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def settings(backends: Backends, box: Mailbox | None = None, **changes: Any) -> Settings:
    """For a service of a test."""
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none"} if box else {}
    return Settings(**(backends.settings() | {"internal_token": "token"} | smtp | changes))


def environment(outside: Receiver | None) -> dict[str, str]:
    """The secrets and addresses of the channels."""
    if outside is None:
        return {}
    return {"CASEKEEPER_SOCIAL_SECRET": SECRET, "CASEKEEPER_SOCIAL_REPLY_URL": outside.url}


@asynccontextmanager
async def stand(
    backends: Backends,
    outside: Receiver | None = None,
    box: Mailbox | None = None,
    clock: ManualClock | None = None,
    **changes: Any,
) -> AsyncIterator[Stand]:
    """A started service."""
    clock = clock or ManualClock(datetime.now(UTC).replace(microsecond=0))
    service = build(settings(backends, box, **changes), clock, environment(outside))
    senders = [work.__self__ for work, _ in service._work if isinstance(getattr(work, "__self__", None), Sender)]
    await service.start(listen=False)
    one = Stand(service, clock, {sender._channel: sender for sender in senders})
    try:
        yield one
    finally:
        await one.die()
        for sender in senders:
            await sender._gateway.close()
        await service.stop()


@asynccontextmanager
async def process(
    backends: Backends, outside: Receiver, box: Mailbox | None, *queued: ReplyQueued
) -> AsyncIterator[None]:
    """The service as a process of its own, given these replies through Kafka; killed at the end."""
    config = settings(backends, box)
    told = {f"DELIVERY_{name.upper()}": str(getattr(config, name)) for name in TOLD if getattr(config, name) != ""}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, env=dict(os.environ) | environment(outside) | told
    )
    try:
        await kafka.declare(config.cluster)
        publisher = Publisher(config.cluster, "test")
        await publisher.start()
        await publisher.publish([Outgoing.of(envelope(each)) for each in queued])
        await publisher.stop()
        yield
    finally:
        running.kill()
        await running.wait()


def social(number: int, conversation: str = "a", **changes: Any) -> ReplyQueued:
    """A reply on the channel with the webhook."""
    return _on("social", number, conversation, **changes)


def by_mail(number: int, conversation: str = "a", **changes: Any) -> ReplyQueued:
    """A reply by mail."""
    return _on("mail", number, conversation, **changes)


def _on(channel: str, number: int, conversation: str, **changes: Any) -> ReplyQueued:
    return reply(
        **({"channel": channel, "reply_id": f"{conversation}-{number}", "conversation": conversation} | changes)
    )
