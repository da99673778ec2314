"""What is known of a case. Frozen; it changes only by folding events into it (`evolve`)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import UtcDatetime
from schemas.events.message import Author, Intent, Sentiment, Urgency, Visibility
from services.cases.domain.covering import Cover, CoverSearch
from services.cases.domain.promised import Promise
from services.cases.domain.records import (
    Absorbed,
    Approval,
    Consult,
    Corrected,
    Feedback,
    Frozen,
    Grant,
    Handover,
    Heard,
    Note,
    OwnerChange,
    Reply,
    SavedConsult,
    Special,
)
from services.cases.domain.refused import RefusedAssignment
from services.cases.domain.surveyed import Surveyed

Status = Literal["new", "owned", "waiting-for-specialist", "waiting-for-customer", "resolved", "closed"]
HEARD_LIMIT = 200
"""So many of the latest messages stay with the case; all are in its topic."""


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
    """The earliest that holds: its own, or that of a case which goes on in this one (O4)."""
    previous_case: str = ""
    split_from: str = ""
    owner: str = ""
    owner_request: str = ""
    """The request to routing by which the owner has the case, and the room that it takes."""
    share: float = 1
    """How much of that room it takes at this moment: less than all while it waits, where the brand says so (P5)."""
    next_owner_request: str = ""
    """The one under which routing looks for somebody else, because the owner refused the case."""
    refused_assignments: tuple[RefusedAssignment, ...] = ()
    cover: Cover | None = None
    cover_search: CoverSearch | None = None
    topic: str = ""
    skill: str = ""
    intent: Intent = "remark"
    sentiment: Sentiment = "neutral"
    urgency: Urgency = "normal"
    """What the case is about and how it sounds as a whole; each message is read again in it (`rereading`)."""
    last_external_id: str = ""
    last_message_at: UtcDatetime | None = None
    messages: int = 0
    heard: tuple[Heard, ...] = ()
    """The latest `HEARD_LIMIT` messages and all that were split off, in the order of their arrival."""
    let_go: int = 0
    """How many messages came before these."""
    unanswered: bool = True
    """Whether the customer said something after our last answer."""
    first_reply_sent: bool = False
    consults: dict[str, Consult] = Field(default_factory=dict)
    saved_consults: tuple[SavedConsult, ...] = ()
    """Answers of the library that served instead of a consult."""
    promises: dict[str, Promise] = Field(default_factory=dict)
    replies: dict[str, Reply] = Field(default_factory=dict)
    handovers: dict[str, Handover] = Field(default_factory=dict)
    owner_changes: tuple[OwnerChange, ...] = ()
    approvals: dict[str, Approval] = Field(default_factory=dict)
    grants: dict[str, Grant] = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    special: Special | None = None
    feedback: dict[str, Feedback] = Field(default_factory=dict)
    corrected: dict[str, Corrected] = Field(default_factory=dict)
    """Messages whose classification a person set right (U3), by message."""
    absorbed: dict[str, Absorbed] = Field(default_factory=dict)
    merged_into: str = ""
    merged_into_conversation: str = ""
    split_off: dict[str, str] = Field(default_factory=dict)
    """Messages that go on in another case, by that case's id; they stay readable here."""
    escalations: tuple[str, ...] = ()
    """What was escalated, as `cause:subject`, each once."""
    resolved: bool = False
    closed: bool = False
    closes_at: UtcDatetime | None = None
    closed_at: UtcDatetime | None = None
    surveyed: Surveyed | None = None
    """The survey about this case that its customer was sent (F5)."""

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
        return tuple(promise for promise in self.promises.values() if promise.open)

    @property
    def pending_handover(self) -> Handover | None:
        """The handover that waits for an answer; there is at most one, and none in a closed case."""
        if self.closed:
            return None
        return next((each for each in self.handovers.values() if each.status == "offered"), None)

    def cover_at(self, now: datetime) -> str:
        """Who acts for the owner at that moment, if anybody (rule 1)."""
        cover = self.cover
        return cover.person if cover and cover.starts_at <= now < cover.ends_at else ""
