"""What the API answers with: the read models, masked (M3)."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from schemas.events.followup import ClockKind
from schemas.events.message import Classification
from schemas.masking import masked_text
from schemas.organisation import Person
from services.desk.domain import CaseView
from services.desk.domain.board import Counts, Row
from services.desk.domain.case_parts import Consult, Promise, Reply
from services.desk.domain.case_view import Status
from services.desk.domain.masking import Profile, profile
from services.desk.domain.next_thing import NextThing, Reason
from services.desk.domain.timeline import Entry
from services.desk.store.consults import Asked

CONTEXT_MESSAGES = 6
"""So many of the customer's latest messages a specialist needs to understand the question."""


class NextShown(BaseModel):
    """What a case needs next."""

    reason: Reason
    at: UtcDatetime | None = Field(description="when the clock is due, else since when it waits")
    clock: ClockKind | None = Field(description="which clock `at` is the due time of, if any")


class CaseInBrief(BaseModel):
    """A case among others."""

    id: str
    brand: str
    channel: str
    language: str
    topic: str
    status: Status
    owner: str
    customer: str
    urgency: str
    opened_at: UtcDatetime
    updated_at: UtcDatetime


class CaseLine(CaseInBrief):
    """One case in a list."""

    last_words: str
    next_due: UtcDatetime | None
    breached: bool
    troubled: bool = Field(description="a reply failed, or nobody knows whether it arrived")
    sentiment: str
    next: NextShown | None = Field(
        None, description="with `order=needs`: what it needs next, of the reader or else of its owner"
    )

    @classmethod
    def of(cls, row: Row, thing: NextThing | None = None) -> "CaseLine":
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "next"}
        shown = NextShown(reason=thing.reason, at=thing.at, clock=thing.clock) if thing else None
        return cls.model_validate(fields | {"next": shown})


class CaseList(BaseModel):
    """A page of the list; `next` asks for the following one (`after=`)."""

    cases: list[CaseLine]
    total: int | None = Field(description="how many there are; not counted for closed cases")
    counts: "CountsShown"
    next: str = ""


class CountsShown(BaseModel):
    """What needs attention, over all open cases that the reader may see."""

    open: int
    unowned: int
    breaching: int = Field(description="first replies due within the hour, or late")
    promises_due: int = Field(description="promises due within a day, or late")

    @classmethod
    def of(cls, counts: Counts) -> "CountsShown":
        return cls(
            open=counts.open, unowned=counts.unowned, breaching=counts.breaching, promises_due=counts.promises_due
        )


class CaseShown(BaseModel):
    """One case with its timeline."""

    id: str
    conversation: str
    brand: str
    channel: str
    visibility: str
    language: str
    topic: str
    status: Status
    owner: str
    customer: Profile | None
    reach: int | None
    understood: Classification | None
    opened_at: UtcDatetime
    updated_at: UtcDatetime
    next_due: UtcDatetime | None
    first_reply_due: UtcDatetime | None
    first_reply_sent_at: UtcDatetime | None
    breached: bool
    previous_case: str
    promises: tuple[Promise, ...]
    consults: tuple[Consult, ...]
    replies: tuple[Reply, ...]
    timeline: tuple[Entry, ...]
    omitted: int = Field(description="entries that the timeline no longer holds")

    @classmethod
    def of(cls, view: CaseView) -> "CaseShown":
        fields = {name: getattr(view, name) for name in cls.model_fields if name not in ("customer", "replies")}
        customer = profile(view.customer, revealed=False) if view.customer else None
        return cls.model_validate(fields | {"customer": customer, "replies": tuple(view.replies.values())})


class PersonShown(BaseModel):
    """Somebody of the team."""

    id: str
    name: str
    role: str
    country: str
    time_zone: str
    languages: dict[str, str]
    skills: dict[str, int]
    brands: tuple[str, ...]

    @classmethod
    def of(cls, person: Person) -> "PersonShown":
        return cls.model_validate({name: getattr(person, name) for name in cls.model_fields})


class ContextLine(BaseModel):
    """A message of the customer's, as far as a specialist needs it."""

    text: str
    at: datetime


class ConsultShown(BaseModel):
    """An open question to a specialist, with the context needed and no more."""

    consult_id: str
    case_id: str
    asked_by: str
    question: str
    skill: str
    language: str
    brand: str
    topic: str
    asked_at: UtcDatetime
    due_at: UtcDatetime
    context: list[ContextLine]

    @classmethod
    def of(cls, asked: Asked) -> "ConsultShown":
        consult, view = asked.consult, asked.view
        return cls(
            consult_id=consult.id,
            case_id=view.id,
            asked_by=consult.asked_by,
            question=consult.question,
            skill=consult.skill,
            language=consult.language,
            brand=view.brand,
            topic=view.topic,
            asked_at=consult.asked_at,
            due_at=consult.due_at,
            context=context_of(view),
        )


def context_of(view: CaseView) -> list[ContextLine]:
    """The customer's latest messages, without addresses and numbers to reach them at."""
    messages = [entry for entry in view.timeline if entry.kind == "message"]
    return [ContextLine(text=masked_text(each.text), at=each.at) for each in messages[-CONTEXT_MESSAGES:]]
