"""An ingestion service on the real broker and store, and a channel that sends to it as the specification says."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from standardwebhooks import Webhook

from schemas.envelope import Envelope
from schemas.organisation_file import load
from services.chassis import kafka
from services.chassis.ids import fresh
from services.chassis.service import Service
from services.ingestion.app import build
from services.ingestion.settings import Settings
from services.ingestion.store import MESSAGES
from tests.conftest import Backends, eventually

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ORGANISATION = Path("deploy/example-org")
TOKEN = {"authorization": "Bearer token"}


def secrets() -> dict[str, str]:
    """A secret for every channel that needs one."""
    return {each.secret_env: SECRET for each in load(ORGANISATION).channels if each.secret_env}


def data(id: str = "m-1", **changes: Any) -> dict[str, Any]:
    """What a channel says of one message."""
    plain = {
        "id": id,
        "conversation": "c-1",
        "author": {"id": "a-1", "name": "Ada"},
        "text": "It leaks.",
        "sent_at": "2026-01-22T11:59:00Z",
    }
    return plain | changes


def body(id: str = "m-1", **changes: Any) -> bytes:
    """The body of a webhook."""
    return json.dumps({"type": "message.created", "data": data(id, **changes)}).encode()


def signed(content: bytes, webhook_id: str = "", age: timedelta = timedelta()) -> dict[str, str]:
    """The headers of a webhook, as the reference signs them."""
    id, moment = webhook_id or fresh(), datetime.now(UTC) - age
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(id, moment, content.decode("utf-8", "replace")),
    }


@dataclass
class Stand:
    """One started service, and a client of it."""

    service: Service
    client: httpx2.AsyncClient

    async def webhook(
        self, content: bytes, headers: dict[str, str] | None = None, path: str = "moccarel/reviews"
    ) -> httpx2.Response:
        """Send a webhook, well signed unless other headers are given."""
        return await self.client.post(
            f"/webhooks/{path}", content=content, headers=signed(content) if headers is None else headers
        )

    async def stored(self) -> int:
        return await self.service.database.count(MESSAGES.name, {})

    async def published(self) -> list[Envelope]:
        """The events, those with the same id once."""

        async def all_gone() -> bool:
            return not self.service.outbox.backlog

        await eventually(all_gone, "events were not published")
        events = [each.envelope() async for each in kafka.read(self.service.config.cluster, ["messages.received"])]
        return list({event.id: event for event in events}.values())


@asynccontextmanager
async def stand(backends: Backends, **changes: Any) -> AsyncIterator[Stand]:
    """A started service."""
    settings = Settings(**(backends.settings() | {"internal_token": "token"} | changes))
    service = build(settings, environment=secrets() | dict(os.environ))
    await service.start()
    try:
        async with httpx2.AsyncClient(base_url=service.url, timeout=60) as client:
            yield Stand(service, client)
    finally:
        await service.stop(0 if changes.get("kafka") else 5)
