"""The parts of a case: consults, replies, handovers and more. Frozen; they change only by folding events."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import UtcDatetime
from schemas.events.approval import ApprovalReason, ApprovalSubject
from schemas.events.case import LastWord, OwnerChangeCause
from schemas.events.consult import Interpretation
from schemas.events.grant import GrantLimit
from schemas.events.message import Attachment, Author, Classification, Message
from schemas.events.reply import Pledge, ReplyKind

OfferStatus = Literal["offered", "accepted", "declined", "expired", "ended"]
ReplyStatus = Literal["draft", "held", "scheduled", "queued", "sent", "failed", "uncertain", "discarded", "cancelled"]
"""draft: nobody outside has seen it; held: it waits for four eyes; scheduled: it leaves at its time; cancelled: delivery kept
it back, and its words go on in another draft."""
VERSIONS_LIMIT = 50
"""So many of the latest versions stay with a reply; all are in the topic."""
HandoverStatus = Literal["offered", "accepted", "declined", "expired", "withdrawn"]
ApprovalStatus = Literal["waiting", "given", "refused", "withdrawn"]
GrantStatus = Literal["proposed", "made", "refused"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Heard(Frozen):
    """A customer's message in the case, with what was understood of it."""

    message: Message
    classification: Classification


class Corrected(Frozen):
    """A person said what a message really is (U3)."""

    by: str
    at: UtcDatetime


class Offer(Frozen):
    """A consult, put to one specialist."""

    specialist: str
    request_id: str
    country: str = ""
    status: OfferStatus = "offered"
    expires_at: UtcDatetime | None = None
    reason: str = ""
    """Why it was declined."""


class Round(Frozen):
    """The specialist asked back, or the owner told more."""

    by: str
    text: str
    asked_back: bool
    attachments: tuple[Attachment, ...] = ()


class LateAnswer(Frozen):
    """An answer of somebody who was asked, given when it was no longer waited for: kept and shown (rule 3)."""

    id: str
    specialist: str
    answer: str
    country: str = ""
    attachments: tuple[Attachment, ...] = ()
    answered_at: UtcDatetime | None = None


class Consult(Frozen):
    """A question to a specialist; open until answered or withdrawn."""

    id: str
    question: str
    language: str
    skill: str = ""
    specialist: str = ""
    """Who has it: the only one it is offered to, the one who accepted, the one who answered."""
    country: str = ""
    request_id: str = ""
    asked_by: str = ""
    due_at: UtcDatetime | None = None
    wanted_specialist: str = ""
    wanted_country: str = ""
    places: int = 1
    attachments: tuple[Attachment, ...] = ()
    interpretation: Interpretation | None = None
    """Set where the question is a text to be put into another language."""
    offers: dict[str, Offer] = Field(default_factory=dict)
    """By the id of the request to routing, in the order in which they were made."""
    requests: tuple[str, ...] = ()
    """Every request to routing for this consult, answered or not."""
    waiting: tuple[str, ...] = ()
    """Those of the requests for which routing has found nobody yet."""
    rounds: tuple[Round, ...] = ()
    answer: str = ""
    answer_attachments: tuple[Attachment, ...] = ()
    answered_at: UtcDatetime | None = None
    late_answers: tuple[LateAnswer, ...] = ()
    stars: int = 0
    """How much the answer helped, 1 to 5; 0: not rated."""
    rating: str = ""
    """What the owner said with the stars."""
    rated_at: UtcDatetime | None = None
    open: bool = True


class SavedConsult(Frozen):
    """An earlier answer that served again; nobody had to be asked."""

    answer_id: str
    specialist: str
    by: str
    question: str
    saved_at: UtcDatetime | None = None


class Draft(Frozen):
    """One version of a reply."""

    version: int
    author: str
    text: str
    drafted_at: UtcDatetime


class Reply(Frozen):
    """What was said to the customer, is on its way, or is only a draft."""

    id: str
    kind: ReplyKind
    author: str
    status: ReplyStatus = "queued"
    text: str = ""
    """As sent, with its signature; for a draft its latest version, without."""
    signature: str = ""
    parts: tuple[str, ...] = ()
    versions: tuple[Draft, ...] = ()
    """The latest `VERSIONS_LIMIT` of them, oldest first."""
    attachments: tuple[Attachment, ...] = ()
    keeps_promise: str = ""
    takes_up: str = ""
    """The reply that did not leave, whose words go on in this one."""
    promise: Pledge | None = None
    """What it promises when it leaves; recorded as a promise from then on."""
    send_at: UtcDatetime | None = None
    sent_at: UtcDatetime | None = None
    cancelling: bool = False
    """Somebody asked delivery not to send it; delivery has not answered yet."""
    cancelled_by: str = ""
    messages: int = 0
    """How many messages of the customer it can have answered: those that were there when it was written."""
    prepared: bool = False
    """Nobody wrote it: it lay ready for the owner (O5)."""
    by_itself: bool = False
    """It leaves at its time, if it does, without anybody having sent it off."""

    @property
    def leaves_by_itself(self) -> bool:
        """Whether it will leave without anybody having sent it off."""
        return self.by_itself and self.status == "scheduled"

    @property
    def on_its_way(self) -> bool:
        """Whether it may still reach the customer without anybody doing more for it."""
        return self.status in ("held", "scheduled", "queued")

    @property
    def version(self) -> int:
        """The number of the latest version; 0 for a reply that never was a draft."""
        return self.versions[-1].version if self.versions else 0


class Handover(Frozen):
    """The case, offered to another agent (O6)."""

    id: str
    to: str
    by: str
    reason: str
    note: str = ""
    bulk_id: str = ""
    offered_at: UtcDatetime
    expires_at: UtcDatetime
    status: HandoverStatus = "offered"
    answer: str = ""
    """Why it was declined."""


class OwnerChange(Frozen):
    """When the case went from one owner to the next, and why (O6)."""

    handover_id: str
    previous: str
    owner: str
    by: str
    reason: str
    note: str = ""
    cause: OwnerChangeCause = "handover"
    forced: bool = False
    changed_at: UtcDatetime


class Approval(Frozen):
    """Four eyes on a reply or a grant (M1, P1)."""

    id: str
    subject: ApprovalSubject
    subject_id: str
    asked_by: str
    reasons: tuple[ApprovalReason, ...]
    requested_at: UtcDatetime
    due_at: UtcDatetime
    send_at: UtcDatetime | None = None
    """When a reply is to leave, if not at once."""
    status: ApprovalStatus = "waiting"
    by: str = ""
    comment: str = ""
    late: bool = False
    request_id: str = ""
    """The request to routing for who is expected to act."""
    approver: str = ""
    """Who that is; empty while routing looks. Every other coach and lead of the brand may act all the same."""
    approver_until: UtcDatetime | None = None
    """When it is passed on."""
    idle: tuple[str, ...] = ()
    """Who was expected to act, was there, and did not."""


class Grant(Frozen):
    """Money or goods for the customer (M1). The amount is exact, in the currency's main unit."""

    id: str
    kind: str
    amount: str
    currency: str
    by: str
    reason: str
    status: GrantStatus = "proposed"
    approved_by: str = ""
    limit: str = ""
    """What the person might have granted alone."""
    above: tuple[GrantLimit, ...] = ()
    proposed_at: UtcDatetime
    granted_at: UtcDatetime | None = None


class Note(Frozen):
    """What a colleague wrote; the customer never sees it."""

    id: str
    author: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    added_at: UtcDatetime


class Special(Frozen):
    """Why somebody marked the case (F6)."""

    by: str
    text: str
    marked_at: UtcDatetime


class Absorbed(Frozen):
    """A case that goes on in this one, and where its customer can be answered (M4)."""

    case_id: str
    conversation: str
    channel: str
    customer: Author
    last_word: LastWord | None = None


class Feedback(Frozen):
    """What a coach said about a reply (P3)."""

    id: str
    reply_id: str
    author: str
    by: str
    text: str
    praise: bool = False
    seen: bool = False
    given_at: UtcDatetime
