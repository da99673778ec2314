"""The way to subscribers: signed webhooks, and mail (F10). Every end of an attempt is an outcome; nothing is raised."""

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from schemas import webhooks
from schemas.sending import Later, Outcome, readable
from services.chassis.posting import Poster
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import judged
from services.followup.gateway.mails import Enclosed, Mails


class Hooks:
    """Posts signed documents. `insecure`: to addresses without TLS and within our own network too."""

    def __init__(self, seconds: float, *, insecure: bool) -> None:
        """One attempt takes at most so many seconds."""
        self._insecure = insecure
        self._poster = Poster(seconds)

    async def post(self, url: str, secret: str, id: str, kind: str, data: Mapping[str, Any], now: datetime) -> Outcome:
        """One signed document. The webhook-id is `id`, on every attempt."""
        try:
            key = webhooks.key_of(secret)
        except ValueError as error:
            return Later(f"the secret that signs it can not be used: {error}")
        if not self._insecure and (reason := await _reaches_inside(url)):
            return Later(reason)
        stamp = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
        content = json.dumps({"type": kind, "timestamp": stamp, "data": data}, ensure_ascii=False).encode()

        def judge(status: int, retry_after: str | None, answer: bytes) -> Outcome:
            reason = readable(f"the receiver answered {status}: {answer[:1000].decode(errors='replace')}")
            return judged(status, reason, webhooks.seconds_to_wait(retry_after, now))

        return await self._poster.post(url, content, webhooks.signed(id, key, content, now), judge)

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()


class Subscribers:
    """Tells subscribers, by mail or by signed webhook."""

    def __init__(self, mails: Mails, hooks: Hooks) -> None:
        self._mails = mails
        self._hooks = hooks

    async def post(self, to: Subscription, id: str, kind: str, data: Mapping[str, Any], now: datetime) -> Outcome:
        """One signed document. The webhook-id is the parcel's, on every attempt."""
        return await self._hooks.post(to.url, to.secret, id, kind, data, now)

    async def mail(
        self, to: Subscription, id: str, subject: str, text: str, now: datetime, enclosed: Sequence[Enclosed] = ()
    ) -> Outcome:
        """One mail. Its Message-ID is the parcel's, on every attempt."""
        return await self._mails.send(to.mail, to.language, id, subject, text, now, enclosed)


async def _reaches_inside(url: str) -> str:
    """Why nothing is posted there: the address leads into our own network (SSRF). Empty: it does not."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return readable(f"the receiver's name can not be looked up: {error}")
    inside = any(not ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found)
    return f"{parts.hostname} is an address within a private network: nothing is posted there" if inside else ""
