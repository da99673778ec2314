"""How a reply left: sent, failed, or not known (rule 4)."""

from typing import ClassVar

from schemas.base import Event, Identifier, UtcDatetime


class DeliveryEvent(Event):
    """Common to what delivery reports about one reply."""

    reply_id: Identifier
    case_id: Identifier
    conversation: Identifier


class DeliverySent(DeliveryEvent):
    """The channel accepted the reply. `receipt` is the channel's own id for it, or for the first message of a long one."""

    type: ClassVar[str] = "delivery.sent.v1"
    receipt: str
    sent_at: UtcDatetime
    attempts: int = 1
    receipts: tuple[str, ...] = ()
    """The channel's ids of the messages of a long reply, in order; empty where it was one."""


class DeliveryFailed(DeliveryEvent):
    """The channel refused it for good, or the last attempt failed."""

    type: ClassVar[str] = "delivery.failed.v1"
    reason: str
    attempts: int = 1
    receipts: tuple[str, ...] = ()
    """Of the messages of a long reply that had left before; the reason counts them in words."""


class DeliveryUncertain(DeliveryEvent):
    """An attempt may or may not have reached the customer; it is not repeated."""

    type: ClassVar[str] = "delivery.uncertain.v1"
    reason: str
    receipts: tuple[str, ...] = ()
    """Of the messages of a long reply that had certainly left before."""


class DeliveryCancelled(DeliveryEvent):
    """The owner cancelled it before anything of it was sent."""

    type: ClassVar[str] = "delivery.cancelled.v1"
