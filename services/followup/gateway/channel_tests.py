"""Writes to a channel of ours as a customer would: a signed webhook, or what is typed on our page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from schemas.organisation import Channel
from schemas.sending import Later, Outcome, Refused, Sent, readable
from schemas.webhooks import key_of, signed
from services.chassis.posting import Poster
from services.followup.domain.channel_tests import ChannelTest

AGAIN = (408, 425, 429)


class Contacts:
    """The customer's end of the channels. `environment` holds the channels' signing secrets."""

    def __init__(
        self, ingestion_url: str, internal_token: str, environment: Mapping[str, str], seconds: float = 15
    ) -> None:
        self._url = ingestion_url.rstrip("/")
        self._token = internal_token
        self._environment = dict(environment)  # what the local stack tells us is gone after we were built
        self._poster = Poster(seconds)

    def obstacle(self, channel: Channel) -> str:
        """Why this channel can not be tested; empty: it can."""
        if channel.kind == "mail":
            return "customers' mail does not come in through us"
        if channel.kind == "webhook":
            try:
                self._key(channel)
            except ValueError as error:
                return f"its signing secret, {channel.secret_env}, can not be used here: {error}"
        return ""

    async def write(self, test: ChannelTest, channel: Channel, now: datetime) -> Outcome:
        """Send the contact's message once; the same again is recognised by its id."""
        if obstacle := self.obstacle(channel):
            return Refused(obstacle)
        place = f"{test.brand}/{test.channel}"
        if channel.kind == "web":
            headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
            content, url = orjson.dumps(_typed(test)), f"{self._url}/web/{place}/messages"
        else:
            content, url = orjson.dumps(_posted(test)), f"{self._url}/webhooks/{place}"
            headers = signed(test.id, self._key(channel), content, now)
        return await self._poster.post(url, content, headers, _judged)

    async def close(self) -> None:
        await self._poster.close()

    def _key(self, channel: Channel) -> bytes:
        return key_of(self._environment.get(channel.secret_env or "", ""))


def _posted(test: ChannelTest) -> dict[str, Any]:
    contact, written_at = test.contact, test.planned_at.isoformat()
    data = {
        "id": test.id,
        "conversation": contact.thread,
        "author": {"id": contact.author_id, "name": contact.name},
        "text": contact.text,
        "sent_at": written_at,
    }
    return {"type": "message.created", "timestamp": written_at, "data": data}


def _typed(test: ChannelTest) -> dict[str, str]:
    contact = test.contact
    return {
        "conversation": contact.thread,
        "author_id": contact.author_id,
        "author_name": contact.name,
        "text": contact.text,
        "client_message_id": test.id,
    }


def _judged(status: int, _: str | None, answer: bytes) -> Outcome:
    if status in (200, 202):
        return Sent("")
    reason = readable(f"ingestion answered {status}: {answer.decode(errors='replace')}")
    return Later(reason) if status >= 500 or status in AGAIN else Refused(reason)
