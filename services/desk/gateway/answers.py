"""What the cases service answers, as far as the pages show it. Members that are not named here are not read."""

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from schemas.events.customer import Identity
from schemas.events.message import Attachment

T = TypeVar("T")


class Listed(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    cursor: str | None = None


class Warned(BaseModel):
    """Something to know before a reply leaves."""

    kind: str
    text: str
    reach: int | None = None
    reasons: tuple[str, ...] = ()


class Hint(BaseModel):
    """Advice on some words of a reply (V2)."""

    rule: str
    kind: str
    start: int
    end: int
    words: str
    why: dict[str, str]
    better: str
    blocks: bool


class Proposed(BaseModel):
    """A promise that the words make (F1)."""

    what: str
    due_at: UtcDatetime
    words: str


class Preview(BaseModel):
    """A reply as the customer would get it."""

    text: str = ""
    length: int = 0
    limit: int = 0
    parts: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()
    advice: tuple[Hint, ...] = ()
    promises: tuple[Proposed, ...] = ()


class HoldingReply(BaseModel):
    """Words that the customer has not had yet."""

    text: str | None
    language: str


class OpenPromise(BaseModel):
    """What a customer waits for."""

    what: str
    due_at: UtcDatetime
    case_id: str = ""
    owner: str = ""
    broken: bool = False


class OpenQuestion(BaseModel):
    """A consult whose answer has not come yet."""

    question: str
    specialist: str


class OfferedCase(BaseModel):
    """One case that somebody is asked to take over (O6)."""

    case_id: str
    handover_id: str
    bulk_id: str
    owner: str
    offered_by: str
    reason: str
    note: str
    expires_at: UtcDatetime
    customer: str
    brand: str
    language: str
    topic: str
    status: str
    unanswered: bool
    first_reply_due_at: UtcDatetime | None
    last_message: str
    promises: tuple[OpenPromise, ...]
    consults: tuple[OpenQuestion, ...]


class Totals(BaseModel):
    """All of them together."""

    cases: int
    unanswered: int
    open_promises: int
    open_consults: int
    next_due_at: UtcDatetime | None
    next_expiry_at: UtcDatetime | None


class Summary(BaseModel):
    """What one person is asked to take over."""

    totals: Totals
    cases: tuple[OfferedCase, ...]


class PartOfBulk(BaseModel):
    """What became of one case of many. `kind` and `detail` say why nothing did."""

    case_id: str
    person: str
    kind: str = ""
    detail: str = ""


class BulkAnswer(BaseModel):
    """What became of a command on many cases."""

    done: tuple[PartOfBulk, ...]
    refused: tuple[PartOfBulk, ...]


class Waiting(BaseModel):
    """Something that waits for four eyes (P1, M1)."""

    approval_id: str
    case_id: str
    brand: str
    subject: Literal["reply", "grant"]
    subject_id: str
    asked_by: str
    owner: str
    reasons: tuple[str, ...]
    requested_at: UtcDatetime
    due_at: UtcDatetime
    late: bool
    approver: str = ""
    """Whom routing expects to act; whoever may approve, may still."""


class KindNow(BaseModel):
    """What somebody may grant of one kind."""

    kind: str
    currency: str
    at_once: str
    now: str


class LimitNow(BaseModel):
    """A limit to a sum, and what is left of it."""

    currency: str
    limit: str
    left: str


class MandateNow(BaseModel):
    """What somebody may still grant without asking (M1)."""

    level: str | None
    kinds: list[KindNow]
    per_case: LimitNow | None = None
    per_period: LimitNow | None = None


class Answer(BaseModel):
    """An earlier answer of a specialist."""

    id: str
    question: str
    answer: str
    language: str
    specialist: str
    attachments: tuple[Attachment, ...] = ()


class FoundAnswer(BaseModel):
    """One that may serve again."""

    score: float
    answer: Answer


class FoundAnswers(BaseModel):
    """The best first."""

    items: list[FoundAnswer]


class EarlierCase(BaseModel):
    """A case of a customer."""

    case_id: str
    brand: str
    channel: str
    status: str
    topic: str
    owner: str
    opened_at: UtcDatetime
    merged_into: str
    split_from: str


class Mood(BaseModel):
    """How a message of a customer sounded (U1)."""

    at: UtcDatetime
    sentiment: Literal["positive", "neutral", "negative"]


class CustomerNow(BaseModel):
    """Who a customer is to us, over all linked identities (U2)."""

    identities: tuple[Identity, ...]
    """The one that was asked for comes first."""
    languages: tuple[str, ...] = ()
    reach: int | None = None
    cases: tuple[EarlierCase, ...] = ()
    open_promises: tuple[OpenPromise, ...] = ()
    sentiment: tuple[Mood, ...] = ()


class PromiseInLedger(BaseModel):
    """A promise, and what became of it (F1)."""

    promise_id: str
    case_id: str
    brand: str
    owner: str
    made_by: str
    what: str
    state: Literal["open", "broken", "kept", "late", "withdrawn"]
    made_at: UtcDatetime | None
    due_at: UtcDatetime
    kept_at: UtcDatetime | None


class Shares(BaseModel):
    """How many promises are in each state."""

    open: int
    broken: int
    kept: int
    late: int
    withdrawn: int = 0
    kept_in_time: float | None


class Ledger(Listed[PromiseInLedger]):
    """A page of promises."""

    totals: Shares | None = Field(default=None)
