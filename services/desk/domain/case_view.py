"""A case as the desk shows it. Everything that can be computed is: the facts may come in any order across topics."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import Model, UtcDatetime
from schemas.events.approval import ApprovalSubject
from schemas.events.followup import ClockKind
from schemas.events.message import Author, Classification, Visibility
from schemas.events.reply import ReplyKind
from services.desk.domain.masking import masked_text
from services.desk.domain.timeline import Entry, bounded, with_entry

Status = Literal["unopened", "new", "owned", "waiting-for-specialist", "waiting-for-customer", "resolved", "closed"]
OPEN: tuple[Status, ...] = ("new", "owned", "waiting-for-specialist", "waiting-for-customer")
ReplyState = Literal["draft", "discarded", "held", "scheduled", "queued", "sent", "failed", "uncertain"]


class Promise(Model):
    """What was promised by when (F1)."""

    id: str
    what: str
    owner: str
    made_at: UtcDatetime
    due_at: UtcDatetime
    kept: bool = False
    late: bool = False


class Consult(Model):
    """A question to a specialist (O2)."""

    id: str
    asked_by: str
    question: str
    skill: str
    language: str
    asked_at: UtcDatetime
    due_at: UtcDatetime
    specialist: str = ""
    country: str = ""
    offered_at: UtcDatetime | None = None
    answer: str = ""
    answered_at: UtcDatetime | None = None
    withdrawn: bool = False

    @property
    def open(self) -> bool:
        return self.answered_at is None and not self.withdrawn


class Reply(Model):
    """What was said to the customer, and what became of it."""

    id: str
    kind: ReplyKind
    state: ReplyState = "queued"
    reason: str = ""
    author: str = ""
    text: str = ""
    """Of a draft, while it is one."""
    version: int = 0
    send_at: UtcDatetime | None = None


class Clock(Model):
    """One clock of followup's (F3)."""

    kind: ClockKind
    subject_id: str
    due_at: UtcDatetime
    warned: bool = False
    breached: bool = False
    stopped: bool = False


class Approval(Model):
    """Four eyes on a reply or a grant (P1, M1)."""

    id: str
    subject: ApprovalSubject
    subject_id: str
    asked_by: str
    due_at: UtcDatetime
    waiting: bool = True


class Handover(Model):
    """The case, offered to another agent (O6)."""

    id: str
    to: str
    reason: str
    note: str
    expires_at: UtcDatetime


class Cover(Model):
    """Who acts for the owner, from when to when."""

    person: str
    starts_at: UtcDatetime
    ends_at: UtcDatetime


class Grant(Model):
    """Money or goods for the customer (M1)."""

    id: str
    kind: str
    amount: str
    currency: str
    by: str
    state: Literal["proposed", "made", "refused"] = "proposed"


class CaseView(Model):
    """One case: who owns it, what is due, what happened. `unopened` until its first own event arrived."""

    id: str
    conversation: str = ""
    brand: str = ""
    channel: str = ""
    visibility: Visibility = "private"
    customer: Author | None = None
    pool: str = ""
    language: str = "und"
    opened_at: UtcDatetime | None = None
    updated_at: UtcDatetime | None = None
    """When the desk last learnt something of it."""
    owner: str = ""
    previous_case: str = ""
    understood: Classification | None = None
    """Of the customer's latest message."""
    topic: str = ""
    reach: int | None = None
    last_words: str = ""
    """How the customer's latest message begins."""
    first_reply_due_at: UtcDatetime | None = None
    first_reply_sent_at: UtcDatetime | None = None
    unanswered: bool = True
    """Whether the customer said something after our last answer."""
    promises: tuple[Promise, ...] = ()
    consults: tuple[Consult, ...] = ()
    replies: dict[str, Reply] = Field(default_factory=dict)
    clocks: dict[str, Clock] = Field(default_factory=dict)
    approvals: dict[str, Approval] = Field(default_factory=dict)
    grants: dict[str, Grant] = Field(default_factory=dict)
    handover: Handover | None = None
    """The one that waits for an answer."""
    cover: Cover | None = None
    special: str = ""
    """What makes it a special story (F6), in the words of whoever marked it."""
    merged_into: str = ""
    split_from: str = ""
    resolved: bool = False
    closes_at: UtcDatetime | None = None
    closed: bool = False
    timeline: tuple[Entry, ...] = ()
    omitted: int = 0
    """Entries that the timeline no longer holds."""

    @property
    def status(self) -> Status:
        """The state of design 4; follows from everything else."""
        if self.opened_at is None:
            return "unopened"
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
    def called(self) -> str:
        """What the customer is called, masked where that is an address (M3); empty when nobody knows."""
        return masked_text(self.customer.name or self.customer.handle) if self.customer else ""

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        return tuple(promise for promise in self.promises if not promise.kept)

    @property
    def open_consults(self) -> tuple[Consult, ...]:
        return tuple(consult for consult in self.consults if consult.open)

    @property
    def first_reply_open(self) -> bool:
        """Whether the customer still waits for the first word (O4)."""
        return self.opened_at is not None and self.first_reply_sent_at is None and self.status in OPEN

    def clock_of(self, kind: ClockKind, subject_id: str) -> Clock | None:
        """Followup's latest clock on this."""
        found = [clock for clock in self.clocks.values() if clock.kind == kind and clock.subject_id == subject_id]
        return found[-1] if found else None

    @property
    def first_reply_due(self) -> datetime | None:
        """When the first reply is due, by followup's clock or else by the case itself; None once it is sent."""
        if not self.first_reply_open:
            return None
        clock = self.clock_of("first-response", self.id)
        return clock.due_at if clock else self.first_reply_due_at

    @property
    def next_due(self) -> datetime | None:
        """What needs the owner next: the first reply or the first promise (F3)."""
        if self.status not in OPEN:
            return None
        dues = [promise.due_at for promise in self.open_promises]
        return min([*dues, *([self.first_reply_due] if self.first_reply_due else [])], default=None)

    @property
    def breached(self) -> bool:
        """Whether a clock that still runs has passed its due time, as followup saw it."""
        running = {self.id if self.first_reply_open else "", *(promise.id for promise in self.open_promises)}
        return any(
            clock.breached and not clock.stopped and clock.subject_id in running
            for clock in self.clocks.values()
            if clock.kind != "closing"
        )

    @property
    def troubled_replies(self) -> tuple[Reply, ...]:
        """Replies that failed or of which nobody knows: the owner must look (rule 4)."""
        return tuple(reply for reply in self.replies.values() if reply.state in ("failed", "uncertain"))

    @property
    def waiting_approvals(self) -> tuple[Approval, ...]:
        """What a coach or lead has to look at, the most urgent first."""
        return tuple(
            sorted((each for each in self.approvals.values() if each.waiting), key=lambda each: (each.due_at, each.id))
        )

    def saw(self, entry: Entry, **changes: object) -> "CaseView":
        """This case after one more event."""
        timeline, dropped = bounded(with_entry(self.timeline, entry))
        return self.model_copy(update=changes | {"timeline": timeline, "omitted": self.omitted + dropped})
