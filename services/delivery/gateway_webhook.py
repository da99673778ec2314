"""Replies by signed webhook, for every channel that has no connector of its own (I6)."""

import asyncio
from datetime import datetime

import httpx2

from services.delivery.domain import hook
from services.delivery.domain.outcome import Later, Outcome, Refused, readable
from services.delivery.domain.piece import Piece

ANSWER_BYTES = 4096


class WebhookGateway:
    """Posts to one address. The webhook-id is the message's id, so a repetition is recognised by the receiver."""

    repeatable = True

    def __init__(self, url: str, key: bytes, seconds: float) -> None:
        self._url = url
        self._key = key
        self._seconds = seconds
        self._client: httpx2.AsyncClient | None = None

    async def send(self, piece: Piece, now: datetime) -> Outcome:
        content = hook.body(piece, now)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(piece, content, now)
        except (TimeoutError, httpx2.TimeoutException):
            reason = f"the receiver did not answer within {self._seconds:g} seconds"
            return Later(reason, may_have_arrived=True)
        except (httpx2.TransportError, OSError) as error:
            reason = readable(f"the receiver can not be reached: {type(error).__name__} {error}")
            return Later(reason, may_have_arrived=not isinstance(error, httpx2.ConnectError))
        except httpx2.InvalidURL as error:
            return Refused(readable(f"the address of the channel is not valid: {error}"))

    async def _post(self, piece: Piece, content: bytes, now: datetime) -> Outcome:
        # A redirect could lead anywhere, also inside (SSRF); it is an answer like any other.
        client = self._client = self._client or httpx2.AsyncClient(follow_redirects=False, timeout=self._seconds)
        headers = hook.headers(piece, self._key, content, now)
        async with client.stream("POST", self._url, content=content, headers=headers) as response:
            answer = b""
            async for part in response.aiter_raw():
                answer += part
                if len(answer) > ANSWER_BYTES:
                    break  # whoever answers without end keeps nobody waiting
            return hook.judged(piece, response.status_code, response.headers.get("retry-after"), answer, now)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.aclose()
