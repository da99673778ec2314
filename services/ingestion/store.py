"""What ingestion keeps of a message: that it was taken, and as what. Never what was said (M3).

The document's id is the message's, so the same message twice is a second writer of one document, and loses. It is
forgotten after a while, but never while its event still waits to be published.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from schemas.base import UtcDatetime
from schemas.events.message import Message, MessageReceived
from services.chassis.documents import Collection, Context, Decision, Document, Index
from services.chassis.errors import Unavailable
from services.chassis.ids import fresh
from services.chassis.repository import Repository


class Receipt(BaseModel):
    """The first result for a message."""

    model_config = ConfigDict(frozen=True)
    conversation: str
    expires_at: UtcDatetime


MESSAGES = Collection(
    "messages",
    Receipt,
    fields=lambda receipt: {"expires_at": receipt.expires_at},
    indexes=(Index(("expires_at",), only=("pending", 0), expire_after_seconds=0),),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message; `new` is False for one that was taken before, whose first result this is."""

    message_id: str
    conversation: str
    new: bool


class Intake:
    """Takes messages, each once."""

    def __init__(self, repository: Repository, remembered: timedelta, patience_seconds: float) -> None:
        self._repository = repository
        self._remembered = remembered
        self._patience_seconds = patience_seconds

    async def take(self, messages: Sequence[Message], carried: Mapping[str, str]) -> list[Taken]:
        """Store messages with different ids, and their events; `carried` are the headers of the trace.

        New ones cost one write and no read. Raises Unavailable; then the same messages may safely come again.
        """
        documents = {message.id: self._document(message, carried) for message in messages}
        try:
            async with asyncio.timeout(self._patience_seconds):
                lost = await self._repository.commit(list(documents.values()))
                first = await self._first_results([document.id for document in lost])
        except TimeoutError:
            # Too many events wait for the broker, or the store hangs: whoever sends has to slow down.
            raise Unavailable("messages are not being stored fast enough; send it again later") from None
        return [
            Taken(message.id, first.get(message.id, message.conversation), message.id not in first)
            for message in messages
        ]

    def _document(self, message: Message, carried: Mapping[str, str]) -> Document[Receipt]:
        receipt = Receipt(conversation=message.conversation, expires_at=message.received_at + self._remembered)
        document = Document(MESSAGES, message.id, message.id)
        # The cause is the message itself: its event has the same id whenever and wherever it is taken.
        context = Context(message.received_at, message.id)
        document.apply(Decision(receipt, [MessageReceived(message=message)]), context, self._repository.source, carried)
        # After a mixed bulk the last entry tells whose write is stored; ours must not look like a twin's.
        document.seen = [message.id, fresh()]
        return document

    async def _first_results(self, ids: Sequence[str]) -> dict[str, str]:
        """Conversations of messages that were taken before, by id."""
        if not ids:
            return {}
        stored = await self._repository.database.find(MESSAGES, {"_id": {"$in": list(ids)}})
        found = {document.id: document.state.conversation for document in stored if document.state}
        if missing := set(ids) - found.keys():
            raise Unavailable(f"message {min(missing)} was being forgotten just now; send it again")
        return found
