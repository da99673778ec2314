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


class PromiseKept(PromiseEvent):
    """A sent reply reported the result to the customer (F2)."""

    type: ClassVar[str] = "promise.kept.v1"
    owner: Identifier
    reply_id: Identifier
    late: bool
