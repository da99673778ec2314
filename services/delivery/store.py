"""How deliveries are stored: one document a reply; the lane is the conversation, in which replies are numbered in order."""

from collections.abc import Mapping
from typing import Any

from services.chassis.documents import Collection, Index
from services.delivery.domain.delivery import Delivery


def _fields(state: Delivery) -> Mapping[str, Any]:
    """Only what is still open can be found by channel or as part of a queue."""
    if not state.open:
        return {}
    reply = state.reply
    return {"channel": reply.channel, "open_in": reply.conversation, "next_at": state.next_at}


DELIVERIES = Collection(
    "deliveries", Delivery, fields=_fields, indexes=(Index(("channel", "next_at")), Index(("open_in",)))
)
