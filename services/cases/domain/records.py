"""The parts of a case: consults, promises, replies, handovers and more. Frozen; they change only by folding events."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import UtcDatetime
from schemas.events.approval import ApprovalReason, ApprovalSubject
from schemas.events.message import Attachment, Author, Classification, Message
from schemas.events.reply import ReplyKind

OfferStatus = Literal["offered", "accepted", "declined", "expired", "ended"]
ReplyStatus = Literal["draft", "held", "scheduled", "queued", "sent", "failed", "uncertain", "discarded"]
"""draft: nobody outside has seen it; held: it waits for four eyes; scheduled: it leaves at its time."""
HandoverStatus = Literal["offered", "accepted", "declined", "expired", "withdrawn"]
ApprovalStatus = Literal["waiting", "given", "refused", "withdrawn"]
GrantStatus = Literal["proposed", "made", "refused"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Heard(Frozen):
    """A customer's message in the case, with what was understood of it."""

    message: Message
    classification: Classification


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
    offers: dict[str, Offer] = Field(default_factory=dict)
    """By the id of the request to routing, in the order in which they were made."""
    requests: tuple[str, ...] = ()
    """Every request to routing for this consult, answered or not."""
    rounds: tuple[Round, ...] = ()
    answer: str = ""
    answer_attachments: tuple[Attachment, ...] = ()
    answered_at: UtcDatetime | None = None
    late_answers: tuple[str, ...] = ()
    stars: int = 0
    open: bool = True


class Promise(Frozen):
    """What was promised by when (F1)."""

    id: str
    what: str
    due_at: UtcDatetime
    made_at: UtcDatetime | None = None
    owner: str = ""
    reply_id: str = ""
    kept: bool = False
    kept_at: UtcDatetime | None = None
    broken: bool = False


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
    versions: tuple[Draft, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    keeps_promise: str = ""
    send_at: UtcDatetime | None = None
    sent_at: UtcDatetime | None = None
    cancelling: bool = False
    """Somebody asked delivery not to send it; delivery has not answered yet."""
    messages: int = 0
    """How many messages of the customer it can have answered: those that were there when it was written."""


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


class Cover(Frozen):
    """Who acts for the owner between two moments (rule 1)."""

    person: str
    by: str
    reason: str
    starts_at: UtcDatetime
    ends_at: UtcDatetime


class Approval(Frozen):
    """Four eyes on a reply or a grant (M1, P1)."""

    id: str
    subject: ApprovalSubject
    subject_id: str
    asked_by: str
    reasons: tuple[ApprovalReason, ...]
    requested_at: UtcDatetime
    due_at: UtcDatetime
    status: ApprovalStatus = "waiting"
    by: str = ""
    comment: str = ""
    late: bool = False


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
