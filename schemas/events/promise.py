"""A promise: what, to whom, by when, by which owner (F1)."""

from typing import ClassVar

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent


class PromiseEvent(CaseEvent):
    """Common to all facts about a promise."""

    promise_id: Identifier


class PromiseMade(PromiseEvent):
    """The owner promised the customer something by a moment. It has a clock."""

    type: ClassVar[str] = "promise.made.v1"
    owner: Identifier
    what: str
    due_at: UtcDatetime
    made_at: UtcDatetime | None = None
    reply_id: str = ""
    """The reply that made it, if any."""


class PromiseKept(PromiseEvent):
    """A sent reply reported the result to the customer (F2)."""

    type: ClassVar[str] = "promise.kept.v1"
    owner: Identifier
    reply_id: Identifier
    late: bool
    kept_at: UtcDatetime | None = None


class PromiseWithdrawn(PromiseEvent):
    """The reply that made it was kept back or refused before any of it left: the customer was never told. Its clock stops."""

    type: ClassVar[str] = "promise.withdrawn.v1"
    owner: Identifier
    reply_id: Identifier
    """The reply that made it."""
    reason: str
    withdrawn_at: UtcDatetime


class PromiseBroken(PromiseEvent):
    """Its time came and no result was reported. It stays open: the customer still waits (F1)."""

    type: ClassVar[str] = "promise.broken.v1"
    owner: Identifier
    due_at: UtcDatetime
