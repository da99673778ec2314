"""What is known of a case. Frozen; it changes only by folding events into it (`evolve`)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import UtcDatetime
from schemas.events.message import Author, Visibility
from schemas.events.reply import ReplyKind

Status = Literal["new", "owned", "waiting-for-specialist", "waiting-for-customer", "resolved", "closed"]
ReplyStatus = Literal["queued", "sent", "failed", "uncertain"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Consult(Frozen):
    """A question to a specialist; open until answered or withdrawn."""

    id: str
    question: str
    language: str
    skill: str = ""
    specialist: str = ""
    country: str = ""
    request_id: str = ""
    answer: str = ""
    open: bool = True


class Promise(Frozen):
    """What was promised by when (F1)."""

    id: str
    what: str
    due_at: UtcDatetime
    kept: bool = False


class Reply(Frozen):
    """What was said to the customer, or is on its way."""

    id: str
    kind: ReplyKind
    author: str
    status: ReplyStatus = "queued"
    keeps_promise: str = ""
    messages: int = 0
    """How many messages of the customer it can have answered: those that were there when it was written."""


class Case(Frozen):
    """One customer's matter, from the first message to the last, with one owner (O1)."""

    id: str
    conversation: str
    brand: str
    channel: str
    visibility: Visibility
    pool: str
    customer: Author
    language: str
    opened_at: UtcDatetime
    first_reply_due_at: UtcDatetime
    previous_case: str = ""
    owner: str = ""
    owner_request: str = ""
    topic: str = ""
    skill: str = ""
    last_external_id: str = ""
    last_message_at: UtcDatetime | None = None
    messages: int = 0
    unanswered: bool = True
    """Whether the customer said something after our last answer."""
    first_reply_sent: bool = False
    consults: dict[str, Consult] = Field(default_factory=dict)
    promises: dict[str, Promise] = Field(default_factory=dict)
    replies: dict[str, Reply] = Field(default_factory=dict)
    resolved: bool = False
    closed: bool = False
    closes_at: UtcDatetime | None = None

    @property
    def status(self) -> Status:
        """The state of design 4; follows from everything else."""
        if self.closed:
            return "closed"
        if self.resolved:
            return "resolved"
        if not self.owner:
            return "new"
        if self.open_consults:
            return "waiting-for-specialist"
        return "owned" if self.unanswered else "waiting-for-customer"

    @property
    def open_consults(self) -> tuple[Consult, ...]:
        return tuple(consult for consult in self.consults.values() if consult.open)

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        return tuple(promise for promise in self.promises.values() if not promise.kept)
