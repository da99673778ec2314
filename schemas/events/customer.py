"""A customer across channels: identities that a person has linked, never a program silently (U2)."""

from typing import ClassVar

from schemas.base import Event, Identifier, Model, UtcDatetime


class Identity(Model):
    """How one channel knows a customer."""

    brand: Identifier
    channel: Identifier
    author: Identifier
    """The channel's own id of the author."""


class CustomerEvent(Event):
    """Common to all facts about a customer."""

    customer_id: Identifier


class IdentityLinked(CustomerEvent):
    """A colleague says that this is the same customer, and why."""

    type: ClassVar[str] = "identity.linked.v1"
    identity: Identity
    by: Identifier
    reason: str
    linked_at: UtcDatetime


class IdentityUnlinked(CustomerEvent):
    """It was somebody else after all."""

    type: ClassVar[str] = "identity.unlinked.v1"
    identity: Identity
    by: Identifier
    reason: str
    unlinked_at: UtcDatetime
