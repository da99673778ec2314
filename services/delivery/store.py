"""One document a reply. The lane is the case's conversation, in which replies are numbered in order."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.delivery.domain.delivery import Delivery
from services.delivery.domain.piece import goes_to


def _fields(state: Delivery) -> Mapping[str, Any]:
    """Only what is still open can be found by channel or as part of a queue: that of the conversation it goes to."""
    reply, to = state.reply, goes_to(state.reply)
    elsewhere = {"elsewhere": to} if to != reply.conversation else {}
    if not state.open:
        return elsewhere
    due = {"due_ms": milliseconds(state.next_at)} if state.next_at else {}
    return {"channel": reply.channel, "open_in": to} | due | elsewhere


DELIVERIES = Collection(
    "deliveries",
    Delivery,
    fields=_fields,
    indexes=(Index(("channel", "due_ms")), Index(("open_in",)), Index(("elsewhere",))),
)


async def due(database: Database, channel: str, now: datetime, limit: int) -> list[Document[Delivery]]:
    """Up to `limit` replies of a channel that somebody has to look at, longest waiting first."""
    query = {"channel": channel, "due_ms": {"$lte": milliseconds(now)}}
    return await database.find(DELIVERIES, query, sort="due_ms", limit=limit)


def in_order(documents: Iterable[Document[Delivery]]) -> list[Document[Delivery]]:
    """Replies of one conversation, in the order in which they leave.

    Those of one lane are numbered. Where a case goes on in another (a merged case, M4), the lane that began first goes first.
    """
    found = list(documents)
    begun: dict[str, datetime] = {}
    for document in found:
        if document.state:
            accepted = document.state.accepted_at
            begun[document.lane] = min(accepted, begun.get(document.lane, accepted))
    return sorted(found, key=lambda each: (begun[each.lane], each.lane, each.number))
