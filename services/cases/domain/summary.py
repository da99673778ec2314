"""What somebody who is asked to take cases over has to know, case by case (O6)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.base import UtcDatetime
from services.cases.domain.case import Case, Status

SHORT = 280
"""So much of a customer's words is shown, in characters."""


class OpenPromise(BaseModel):
    """What the customer still waits for."""

    model_config = ConfigDict(frozen=True)

    what: str
    due_at: UtcDatetime


class OpenQuestion(BaseModel):
    """A consult whose answer has not come yet."""

    model_config = ConfigDict(frozen=True)

    consult_id: str
    question: str
    specialist: str


class OfferedCase(BaseModel):
    """One case that is offered."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    handover_id: str
    bulk_id: str
    owner: str
    offered_by: str
    reason: str
    note: str
    expires_at: UtcDatetime
    customer: str
    """Their name, or what else they are known by."""
    brand: str
    channel: str
    language: str
    topic: str
    status: Status
    unanswered: bool
    first_reply_due_at: UtcDatetime | None
    """Of a case without a first reply."""
    messages: int
    last_message: str
    last_message_at: UtcDatetime | None
    promises: tuple[OpenPromise, ...]
    consults: tuple[OpenQuestion, ...]


class Totals(BaseModel):
    """All of them together."""

    model_config = ConfigDict(frozen=True)

    cases: int
    unanswered: int
    messages: int
    open_promises: int
    open_consults: int
    next_due_at: UtcDatetime | None
    """The earliest moment that was promised to one of the customers."""
    next_expiry_at: UtcDatetime | None
    """When the first of the offers ends."""


class Summary(BaseModel):
    """One summary per receiving person: what they are asked to take over."""

    model_config = ConfigDict(frozen=True)

    to: str
    totals: Totals
    cases: tuple[OfferedCase, ...]
    """Those with the earliest promise first."""


def summary(to: str, cases: Sequence[Case]) -> Summary:
    """The summary of the cases that are offered to one person; others among them are left out."""
    offered = sorted((_offered(case) for case in cases if _is_offered_to(case, to)), key=_urgency)
    due = [moment for each in offered if (moment := _next_due(each))]
    totals = Totals(
        cases=len(offered),
        unanswered=sum(each.unanswered for each in offered),
        messages=sum(each.messages for each in offered),
        open_promises=sum(len(each.promises) for each in offered),
        open_consults=sum(len(each.consults) for each in offered),
        next_due_at=min(due, default=None),
        next_expiry_at=min((each.expires_at for each in offered), default=None),
    )
    return Summary(to=to, totals=totals, cases=tuple(offered))


def _is_offered_to(case: Case, person: str) -> bool:
    return bool(case.pending_handover and case.pending_handover.to == person)


def _offered(case: Case) -> OfferedCase:
    handover = case.pending_handover
    assert handover is not None  # noqa: S101 - `summary` has looked
    promises = sorted(case.open_promises, key=lambda promise: promise.due_at)
    return OfferedCase(
        case_id=case.id,
        handover_id=handover.id,
        bulk_id=handover.bulk_id,
        owner=case.owner,
        offered_by=handover.by,
        reason=handover.reason,
        note=handover.note,
        expires_at=handover.expires_at,
        customer=case.customer.name or case.customer.handle or case.customer.id,
        brand=case.brand,
        channel=case.channel,
        language=case.language,
        topic=case.topic,
        status=case.status,
        unanswered=case.unanswered,
        first_reply_due_at=None if case.first_reply_sent else case.first_reply_due_at,
        messages=case.messages,
        last_message=_short(case.heard[-1].message.text) if case.heard else "",
        last_message_at=case.last_message_at,
        promises=tuple(OpenPromise(what=each.what, due_at=each.due_at) for each in promises),
        consults=tuple(
            OpenQuestion(consult_id=each.id, question=each.question, specialist=each.specialist)
            for each in case.open_consults
        ),
    )


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHORT else f"{words[: SHORT - 1]}…"


def _next_due(offered: OfferedCase) -> datetime | None:
    """When the customer expects to hear from us next, as far as somebody has said so."""
    moments = [*(promise.due_at for promise in offered.promises), offered.first_reply_due_at]
    return min((moment for moment in moments if moment), default=None)


def _urgency(offered: OfferedCase) -> tuple[bool, datetime, str]:
    due = _next_due(offered)
    return due is None, due or offered.expires_at, offered.case_id
