"""Plays the channels: signs each message by the Standard Webhooks specification and posts it until it is taken."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2

from casekeeper.checker import SentMessage
from casekeeper.demo.source import Said, Thread
from schemas.organisation import Organisation
from services.chassis.clock import Clock
from services.chassis.ids import fresh

RETRY_SECONDS = 0.3
SPAN = timedelta(hours=1)
"""A conversation is squeezed into the hour before it is sent."""


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a body. `secret` is `whsec_` and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@dataclass
class Sent:
    """What was sent and how it was answered."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[str] = field(default_factory=list)
    messages: dict[tuple[str, str, str], SentMessage] = field(default_factory=dict)


class Sender:
    """Posts messages through the signed webhook, several at a time, each conversation by itself in its order."""

    def __init__(
        self, url: str, organisation: Organisation, secrets: Mapping[str, str], clock: Clock, at_once: int = 16
    ) -> None:
        self._secrets = {
            channel.id: secrets[channel.secret_env] for channel in organisation.channels if channel.secret_env
        }
        self._clock = clock
        self._slots = asyncio.Semaphore(at_once)
        self._client = httpx2.AsyncClient(base_url=url, timeout=30)
        self.sent = Sent()

    async def close(self) -> None:
        await self._client.aclose()

    async def send_all(
        self, threads: Sequence[Thread], *, doubled: float, swapped: float, seed: int, progress: Callable[[int], None]
    ) -> None:
        """Send every message; a share of them twice, and in a share of the conversations the later message first."""
        chance = random.Random(seed)
        plans = []
        for thread in threads:
            said = list(thread.messages)
            if len(said) > 1 and chance.random() < swapped:
                said[0], said[1] = said[1], said[0]
            plans.append([(each, 2 if chance.random() < doubled else 1) for each in said])
        await asyncio.gather(*(self._send_thread(plan, progress) for plan in plans))

    async def send(self, said: Said, copies: int = 1) -> None:
        """Send one message so many times, until each is answered for good."""
        for _ in range(copies):
            await self._until_answered(said)

    async def _send_thread(self, plan: Iterable[tuple[Said, int]], progress: Callable[[int], None]) -> None:
        async with self._slots:
            for said, copies in plan:
                await self.send(said, copies)
                progress(1)

    async def post(self, said: Said) -> tuple[int, str]:
        """Send a message once; the answer's status and text. Raises httpx2.HTTPError."""
        content, headers = self._request(said)
        answer = await self._client.post(f"/webhooks/{said.brand}/{said.channel}", content=content, headers=headers)
        return answer.status_code, answer.text

    async def _until_answered(self, said: Said) -> None:
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                status, text = await self.post(said)
                if status < 500:
                    self._note(said, status, text)
                    return
            await asyncio.sleep(RETRY_SECONDS)

    def _request(self, said: Said) -> tuple[bytes, dict[str, str]]:
        now = self._clock.now()
        data = {
            "id": said.external_id,
            "conversation": said.conversation,
            "author": said.author.model_dump(exclude_defaults=True),
            "text": said.text,
            "sent_at": (now - SPAN + min(SPAN, timedelta(seconds=said.sent_after_seconds))).isoformat(),
        }
        body = json.dumps({"type": "message.created", "timestamp": now.isoformat(), "data": data}).encode()
        id, timestamp = fresh(), int(now.timestamp())
        signature = sign(self._secrets[said.channel], id, timestamp, body)
        return body, {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}

    def _note(self, said: Said, status: int, text: str) -> None:
        if status not in (200, 202):
            self.sent.refused.append(f"{said.external_id}: {status} {text[:200]}")
            return
        key = (said.brand, said.channel, said.external_id)
        self.sent.accepted += status == 202
        self.sent.duplicates += status == 200
        known = self.sent.messages.get(key)
        copies = (known.copies if known else 0) + 1
        self.sent.messages[key] = SentMessage(*key, said.conversation, copies)
