"""A case as the desk shows it. Everything that can be computed is: the facts may come in any order across topics."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import Model, UtcDatetime
from schemas.events.followup import ClockKind
from schemas.events.message import Author, Classification, Visibility
from schemas.masking import masked_text
from schemas.organisation_clocks import TIMED_CLOCKS
from services.desk.domain.case_parts import (
    Approval,
    Clock,
    Consult,
    Cover,
    Feedback,
    Grant,
    Handover,
    Promise,
    Refusal,
    Reply,
)
from services.desk.domain.timeline import Entry, bounded, with_entry

Status = Literal["unopened", "new", "owned", "waiting-for-specialist", "waiting-for-customer", "resolved", "closed"]
OPEN: tuple[Status, ...] = ("new", "owned", "waiting-for-specialist", "waiting-for-customer")


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
    feedback: dict[str, Feedback] = Field(default_factory=dict)
    handover: Handover | None = None
    """The one that waits for an answer."""
    cover: Cover | None = None
    refusal: Refusal | None = None
    """Routing looks for another owner, because this one refused."""
    handed_over: bool = False
    """Whether the owner has it from a colleague rather than from routing."""
    special: str = ""
    """What makes it a special story (F6), in the words of whoever marked it."""
    merged_into: str = ""
    split_from: str = ""
    split_off: dict[str, str] = Field(default_factory=dict)
    """Messages that go on in another case, and in which one."""
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
        return tuple(promise for promise in self.promises if not (promise.kept or promise.withdrawn))

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
            clock.breached
            and not clock.stopped
            and not clock.paused
            and (clock.kind in TIMED_CLOCKS or clock.subject_id in running)
            for clock in self.clocks.values()
            if clock.kind != "closing"
        )

    @property
    def troubled_replies(self) -> tuple[Reply, ...]:
        """Replies that failed or of which nobody knows: the owner must look (rule 4).

        Nobody must any more once something else has left, or the words go on in a draft.
        """
        sent = [each.queued_at for each in self.replies.values() if each.state == "sent" and each.queued_at]
        latest = max(sent, default=None)
        taken_up = {each.takes_up for each in self.replies.values() if each.state != "discarded"}
        return tuple(
            each
            for each in self.replies.values()
            if each.state in ("failed", "uncertain")
            and each.id not in taken_up
            and not (latest and each.queued_at and each.queued_at < latest)
        )

    @property
    def refusable(self) -> bool:
        """Whether the assignment can still be refused: only what routing assigned, before a word went to the customer (O1)."""
        unsaid = ("draft", "discarded", "cancelled", "failed")
        said = any(each.author == self.owner and each.state not in unsaid for each in self.replies.values())
        free = not (self.refusal or self.handed_over or self.handover or said)
        return bool(self.owner) and self.status in OPEN and free

    def acting_at(self, now: datetime) -> str:
        """Who acts in the case at this moment besides the owner; empty: nobody (rule 1)."""
        return self.cover.person if self.cover and self.cover.starts_at <= now < self.cover.ends_at else ""

    @property
    def drafts(self) -> tuple[Reply, ...]:
        """What somebody wrote and nobody sent, the latest last."""
        known = self.replies.values()
        said = any(reply.state not in ("draft", "discarded") for reply in known)
        return tuple(each for each in known if each.state == "draft" and each.text and not (each.prepared and said))

    @property
    def leaving_replies(self) -> tuple[Reply, ...]:
        """What may still be kept from leaving."""
        return tuple(reply for reply in self.replies.values() if reply.state in ("held", "scheduled", "queued"))

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
