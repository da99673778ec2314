"""The parts of a case as the desk shows them: promises, consults, replies, clocks, approvals, handovers and more."""

from typing import Literal

from pydantic import Field

from schemas.base import Model, UtcDatetime
from schemas.events.approval import ApprovalSubject
from schemas.events.followup import ClockKind
from schemas.events.message import Attachment
from schemas.events.reply import Pledge, ReplyKind

ReplyState = Literal["draft", "discarded", "held", "scheduled", "queued", "cancelled", "sent", "failed", "uncertain"]


class Promise(Model):
    """What was promised by when (F1)."""

    id: str
    what: str
    owner: str
    made_at: UtcDatetime
    due_at: UtcDatetime
    kept: bool = False
    late: bool = False
    withdrawn: bool = False
    """The reply that made it never left: the customer was promised nothing."""


class ConsultOffer(Model):
    """The question as it is put to one specialist; several may have it at a time."""

    specialist: str
    country: str = ""
    state: Literal["offered", "accepted", "declined", "expired", "ended"] = "offered"
    expires_at: UtcDatetime | None = None

    @property
    def live(self) -> bool:
        """Whether the specialist can still take it up."""
        return self.state in ("offered", "accepted")


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
    """Who has it: the one who accepted or answered, or the only one to whom it is offered."""
    country: str = ""
    offered_at: UtcDatetime | None = None
    offers: dict[str, ConsultOffer] = Field(default_factory=dict)
    """By the request to routing, in the order in which they were made."""
    answer: str = ""
    answered_at: UtcDatetime | None = None
    attachments: tuple[Attachment, ...] = ()
    """What goes with the question."""
    source: str = ""
    target: str = ""
    """For an interpreter: the question is a text in the one language, the answer the same in the other."""
    note: str = ""
    """What the interpreter should know."""
    stars: int = 0
    """How much the answer helped, 1 to 5; 0: not rated."""
    withdrawn: bool = False

    @property
    def open(self) -> bool:
        return self.answered_at is None and not self.withdrawn

    def with_offer(self, request_id: str, offer: ConsultOffer) -> "Consult":
        """The consult with this offer as it is now; who has it follows from all of them."""
        offers = self.offers | {request_id: offer}
        live = [each for each in offers.values() if each.live]
        holder = next((each for each in live if each.state == "accepted"), live[0] if len(live) == 1 else None)
        known = {"specialist": holder.specialist, "country": holder.country} if holder else {"specialist": ""}
        return self.model_copy(update={"offers": offers, **known})

    @property
    def asked(self) -> tuple[ConsultOffer, ...]:
        """The offers that can still be taken up."""
        return tuple(each for each in self.offers.values() if each.live)


class Reply(Model):
    """What was said to the customer, and what became of it."""

    id: str
    kind: ReplyKind
    state: ReplyState = "queued"
    reason: str = ""
    author: str = ""
    text: str = ""
    """Of the latest draft, without a signature; of one that never was a draft as it left."""
    version: int = 0
    promise: Pledge | None = None
    """What it promises when it leaves."""
    keeps_promise: str = ""
    attachments: tuple[Attachment, ...] = ()
    """Of the latest draft."""
    takes_up: str = ""
    """The reply that did not leave, whose words go on in this one."""
    queued_at: UtcDatetime | None = None
    send_at: UtcDatetime | None = None
    cancelling: bool = False
    """Somebody asked delivery not to send it; delivery has not answered yet."""
    prepared: bool = False
    """Nobody wrote it: it lies ready for the owner (O5)."""
    by_itself: bool = False
    """It leaves at its time without anybody having sent it off."""


class Clock(Model):
    """One clock of followup's (F3)."""

    kind: ClockKind
    subject_id: str
    due_at: UtcDatetime
    warned: bool = False
    breached: bool = False
    stopped: bool = False
    paused: bool = False


class Approval(Model):
    """Four eyes on a reply or a grant (P1, M1)."""

    id: str
    subject: ApprovalSubject
    subject_id: str
    asked_by: str
    due_at: UtcDatetime
    waiting: bool = True


class Feedback(Model):
    """What a coach said about a sent reply (P3)."""

    id: str
    reply_id: str
    author: str
    by: str
    text: str
    praise: bool = False
    seen: bool = False


class Handover(Model):
    """The case, offered to another agent (O6)."""

    id: str
    to: str
    by: str = ""
    reason: str
    note: str
    bulk_id: str = ""
    expires_at: UtcDatetime


class Refusal(Model):
    """The assignment, refused: the owner remains until routing has found somebody else (O1)."""

    owner: str
    by: str
    reason: str
    refused_at: UtcDatetime


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
    reason: str = ""
    state: Literal["proposed", "made", "refused"] = "proposed"
