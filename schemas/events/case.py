"""What happens to a case: opened, owned, covered, merged, split, resolved, closed, reopened."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Language, Model, UtcDatetime
from schemas.events.message import Attachment, Author, Classification, Message, Visibility

ClosingCause = Literal["quiet", "thanks", "merged"]
Mark = Literal["special-story"]
EscalationCause = Literal[
    "promise-broken", "approval-late", "handover-refused", "nobody-can-answer", "assignment-refused"
]
CoverCause = Literal["message", "consult-answered", "promise-due"]
OwnerChangeCause = Literal["handover", "refused-assignment"]


class CaseEvent(Event):
    """Common to all facts about a case: which case, in which conversation, of which brand."""

    case_id: Identifier
    conversation: Identifier
    brand: Identifier


class CaseOpened(CaseEvent):
    """The first message of a new case arrived. `previous_case` is the closed case of the same conversation, if any."""

    type: ClassVar[str] = "case.opened.v1"
    channel: Identifier
    visibility: Visibility
    customer: Author
    pool: Identifier
    language: Language
    opened_at: UtcDatetime
    first_reply_due_at: UtcDatetime
    previous_case: str = ""
    previous_owner: str = ""
    split_from: str = ""
    """The case that a person split this one off from."""
    test: bool = False
    """The customer is a test contact of our own (F11)."""


class CaseMessageAdded(CaseEvent):
    """A customer's message now belongs to this case (the first one too)."""

    type: ClassVar[str] = "case.message-added.v1"
    message: Message
    classification: Classification


class CaseAssigned(CaseEvent):
    """The case has its one owner (O1)."""

    type: ClassVar[str] = "case.assigned.v1"
    owner: Identifier
    request_id: Identifier
    assigned_at: UtcDatetime


class CaseResolved(CaseEvent):
    """The owner holds the question answered; no promise is open (F2)."""

    type: ClassVar[str] = "case.resolved.v1"
    owner: Identifier
    resolved_at: UtcDatetime
    closes_at: UtcDatetime


class CaseReopened(CaseEvent):
    """The customer wrote again before the quiet period ended; the owner stays the owner."""

    type: ClassVar[str] = "case.reopened.v1"
    owner: Identifier
    message_id: Identifier


class CaseClosed(CaseEvent):
    """The quiet period after the resolution has passed; what comes later is a new case."""

    type: ClassVar[str] = "case.closed.v1"
    owner: Identifier
    cause: ClosingCause = "quiet"
    closed_at: UtcDatetime | None = None
    """None: at the end of the quiet period."""


class CaseThanked(CaseEvent):
    """Its customer thanked after it was closed, and asked nothing: nobody has to answer, and no case is opened (rule 6)."""

    type: ClassVar[str] = "case.thanked.v1"
    message: Message
    classification: Classification


class CaseAssignmentRefused(CaseEvent):
    """Whom routing gave the case does not take it, and says why. They remain the owner until routing has found another (O1)."""

    type: ClassVar[str] = "case.assignment-refused.v1"
    owner: Identifier
    by: Identifier
    """The owner, or a lead for them."""
    reason: str
    request_id: Identifier
    """Under which routing looks for somebody else."""
    refused_at: UtcDatetime
    escalates_at: UtcDatetime
    """When the leads are told if nobody has been found by then."""


class CaseOwnerChanged(CaseEvent):
    """A handover was accepted or forced (O6), or routing found another owner for one who refused: the one owner is new."""

    type: ClassVar[str] = "case.owner-changed.v1"
    owner: Identifier
    previous_owner: Identifier
    handover_id: Identifier
    """Of a refused assignment: the request under which routing found the new owner."""
    by: Identifier
    reason: str
    cause: OwnerChangeCause = "handover"
    forced: bool = False
    """A lead decided it (`by`), without asking the new owner."""
    note: str = ""
    """What the new owner should know."""
    changed_at: UtcDatetime


class CaseCoverWanted(CaseEvent):
    """The owner is away and there is something to do: routing looks for somebody who acts for them (rule 1)."""

    type: ClassVar[str] = "case.cover-wanted.v1"
    owner: Identifier
    request_id: Identifier
    cause: CoverCause
    subject_id: Identifier
    """The message, consult or promise that somebody has to see to."""
    wanted_at: UtcDatetime
    due_at: UtcDatetime
    """By when somebody should be there."""
    until: UtcDatetime
    """When the owner is back, or when it has to be looked at anew."""


class CaseCoverUnwanted(CaseEvent):
    """Nobody has to be found any more: somebody was named, the owner is back, or the work is done."""

    type: ClassVar[str] = "case.cover-unwanted.v1"
    owner: Identifier
    request_id: Identifier
    ended_at: UtcDatetime


class CaseCoverNamed(CaseEvent):
    """Somebody acts for the owner while the owner is away; the owner stays the owner (rule 1)."""

    type: ClassVar[str] = "case.cover-named.v1"
    owner: Identifier
    cover: Identifier
    by: Identifier
    reason: str
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    request_id: str = ""
    """The request under which routing found the cover, who has the work until it ends; empty: a person named them."""


class CaseCoverEnded(CaseEvent):
    """The owner is back, or the time of the cover is over. `by` is empty when time ended it."""

    type: ClassVar[str] = "case.cover-ended.v1"
    owner: Identifier
    cover: Identifier
    by: str = ""
    ended_at: UtcDatetime


class CaseNoteAdded(CaseEvent):
    """A colleague wrote something that the customer never sees (rule 2)."""

    type: ClassVar[str] = "case.note-added.v1"
    note_id: Identifier
    author: Identifier
    text: str
    attachments: tuple[Attachment, ...] = ()
    added_at: UtcDatetime


class CaseMarked(CaseEvent):
    """Somebody saw something special in it (F6). `text` says what."""

    type: ClassVar[str] = "case.marked.v1"
    mark: Mark
    by: Identifier
    text: str
    marked_at: UtcDatetime


class CaseUnmarked(CaseEvent):
    """The mark was a mistake."""

    type: ClassVar[str] = "case.unmarked.v1"
    mark: Mark
    by: Identifier


class CaseWeighed(CaseEvent):
    """The case takes this share of its room from now on: it waits for the customer or a specialist, or waits no longer (P5)."""

    type: ClassVar[str] = "case.weighed.v1"
    owner: Identifier
    share: float = Field(gt=0, le=1)


class CaseEscalated(CaseEvent):
    """Something did not go as promised; the leads of the brand are told. The owner stays the owner."""

    type: ClassVar[str] = "case.escalated.v1"
    cause: EscalationCause
    subject_id: Identifier
    """The promise, approval, handover, consult or request for an owner that it is about."""
    owner: str = ""
    text: str = ""
    escalated_at: UtcDatetime


class LastWord(Model):
    """Where a customer wrote last: the conversation on which an answer is to go out (M4)."""

    conversation: Identifier
    channel: Identifier
    customer: Author
    external_id: str = ""
    """The channel's own id of that message."""
    visibility: Visibility = "private"
    written_at: UtcDatetime


class CaseMerged(CaseEvent):
    """This case goes on in another one of the same customer and owner; what comes later is forwarded there."""

    type: ClassVar[str] = "case.merged.v1"
    into: Identifier
    into_conversation: Identifier
    by: Identifier
    reason: str
    merged_at: UtcDatetime
    channel: str = ""
    customer: Author | None = None
    last_word: LastWord | None = None
    messages: int = 0
    """How many messages the case has had."""
    unanswered: bool = True
    """Whether the customer still waits for an answer to one of them."""
    first_reply_due_at: UtcDatetime | None = None
    """When the customer has to hear from us; none: the first reply was sent."""


class CaseAbsorbed(CaseEvent):
    """Another case goes on in this one, which can be answered on that conversation too (M4)."""

    type: ClassVar[str] = "case.absorbed.v1"
    source_case: Identifier
    source_conversation: Identifier
    source_channel: Identifier
    source_customer: Author
    by: Identifier
    reason: str
    absorbed_at: UtcDatetime
    last_word: LastWord | None = None
    messages: int = 0
    unanswered: bool = True
    first_reply_due_at: UtcDatetime | None = None
    """When the customer has to hear from us now, where that is earlier than it was, or a first reply was not due any more."""


class CaseMergeRefused(CaseEvent):
    """The case that `case_id` was merged into had ended by then: it can not go on there, and will go on by itself."""

    type: ClassVar[str] = "case.merge-refused.v1"
    into: Identifier
    reason: str


class CaseUnmerged(CaseEvent):
    """The case is open again, with the owner it had: it could not go on in the other one."""

    type: ClassVar[str] = "case.unmerged.v1"
    owner: Identifier
    into: Identifier
    reason: str
    first_reply_due_at: UtcDatetime | None = None
    """When the customer has to hear from us; none: the first reply was sent before."""


class CaseMessageForwarded(CaseEvent):
    """A message to a merged case, on its way to the case (and the conversation) that it was merged into."""

    type: ClassVar[str] = "case.message-forwarded.v1"
    source_case: Identifier
    message: Message
    classification: Classification
    through: tuple[str, ...] = ()
    """The merged cases it came through before this one, in order."""


class CaseSplit(CaseEvent):
    """Some of the messages are another matter: they go on in a new case, with the same owner when possible."""

    type: ClassVar[str] = "case.split.v1"
    new_case: Identifier
    messages: tuple[str, ...]
    """Ids of the messages that the new case is about; they stay readable here."""
    by: Identifier
    reason: str
    split_at: UtcDatetime
