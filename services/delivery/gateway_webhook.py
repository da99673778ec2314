"""Replies by signed webhook, for every channel that has no connector of its own (I6)."""

from datetime import datetime

from schemas import webhooks
from schemas.sending import Outcome
from services.chassis.posting import Poster
from services.delivery.domain import hook
from services.delivery.domain.piece import Piece


class WebhookGateway:
    """Posts to one address. The webhook-id is the message's id, so a repetition is recognised by the receiver."""

    repeatable = True

    def __init__(self, url: str, key: bytes, seconds: float) -> None:
        self._url = url
        self._key = key
        self._poster = Poster(seconds)

    async def send(self, piece: Piece, now: datetime) -> Outcome:
        content = hook.body(piece, now)
        headers = webhooks.signed(piece.id, self._key, content, now)

        def judge(status: int, retry_after: str | None, answer: bytes) -> Outcome:
            return hook.judged(piece, status, retry_after, answer, now)

        return await self._poster.post(self._url, content, headers, judge)

    async def close(self) -> None:
        await self._poster.close()
