"""Handovers: explicit, with a reason, accepted by the new owner; until then the old owner remains (O6, rule 1)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Event, Identifier
from schemas.events.case import CaseEscalated
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverForced,
    HandoverOffered,
    HandoverWithdrawn,
)
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import MAX_TEXT, facts, require_open
from services.cases.domain.commands.ownership import (
    Reason,
    is_superior,
    owner_changed,
    require_acting_or,
    require_can_own,
    require_owned,
    require_superior,
)
from services.cases.domain.records import Handover
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer

MOST_MINUTES = 60 * 24 * 7

Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]


class OfferHandover(BaseModel):
    """Ask somebody to take the case over. `minutes` on the clock until the offer ends; by default the brand's policy."""

    to: Identifier
    reason: Reason
    note: Remark = ""
    minutes: int | None = Field(default=None, gt=0, le=MOST_MINUTES)


class DeclineHandover(BaseModel):
    """Why not."""

    reason: Reason


class ForceHandover(BaseModel):
    """Give the case to somebody without asking them, and say why."""

    to: Identifier
    reason: Reason
    note: Remark = ""


def offer_handover(
    case: Case,
    command: OfferHandover,
    actor: str,
    handover_id: str,
    terms: Terms,
    now: datetime,
    bulk_id: str = "",
) -> list[Event]:
    """The owner, the cover, a coach or a lead offers the case; the owner stays the owner (rule 1)."""
    require_acting_or(case, terms, actor, now, "coach", "lead")
    if pending := case.pending_handover:
        raise refusals.HandoverIsPending(f"the case is offered to {pending.to} already, by {pending.by}")
    require_can_own(case, terms, command.to)
    minutes = terms.brand.policy.handover_minutes if command.minutes is None else command.minutes
    offered = HandoverOffered(
        **facts(case),
        handover_id=handover_id,
        owner=case.owner,
        to=command.to,
        by=actor,
        reason=command.reason,
        note=command.note,
        bulk_id=bulk_id,
        offered_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )
    return [offered]


def accept_handover(case: Case, handover_id: str, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """The new owner takes the case with the whole story (O6)."""
    handover = _offered_to(case, handover_id, actor, now)
    require_can_own(case, terms, actor)  # who was demoted meanwhile can not
    accepted = HandoverAccepted(**facts(case), handover_id=handover_id, by=actor)
    changed = owner_changed(case, actor, handover_id, actor, (handover.reason, handover.note), now)
    return [accepted, *changed]


def decline_handover(case: Case, handover_id: str, command: DeclineHandover, actor: str, now: datetime) -> list[Event]:
    """The owner stays the owner, and the leads hear of it: whoever wanted to hand over may be gone."""
    handover = _offered_to(case, handover_id, actor, now)
    declined = HandoverDeclined(**facts(case), handover_id=handover_id, by=actor, reason=command.reason)
    return [declined, _escalated(case, handover, f"{actor} declined: {command.reason}", now)]


def withdraw_handover(case: Case, handover_id: str, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """Whoever offered it, the owner or a lead takes the offer back."""
    handover = _pending(case, handover_id, now)
    if actor not in (handover.by, case.owner) and not is_superior(case, terms, actor, "lead"):
        raise refusals.NotAllowed(
            f"only {handover.by}, who offered it, the owner or a lead of {case.brand} can do this"
        )
    return [HandoverWithdrawn(**facts(case), handover_id=handover_id, by=actor)]


def force_handover(
    case: Case, command: ForceHandover, actor: str, handover_id: str, terms: Terms, now: datetime
) -> list[Event]:
    """A lead gives the case to somebody without asking, and says why; an offer that was pending ends."""
    require_owned(case)
    require_superior(case, terms, actor, "lead")
    require_can_own(case, terms, command.to)
    pending = case.pending_handover
    ended = [HandoverWithdrawn(**facts(case), handover_id=pending.id, by=actor)] if pending else []
    forced = HandoverForced(
        **facts(case),
        handover_id=handover_id,
        to=command.to,
        by=actor,
        reason=command.reason,
    )
    changed = owner_changed(case, command.to, handover_id, actor, (command.reason, command.note), now, forced=True)
    return [*ended, forced, *changed]


def expire_handover(case: Case, _: Terms, now: datetime) -> list[Event]:
    """Nobody said yes in time: the owner stays the owner, and the leads hear of it."""
    handover = case.pending_handover
    if handover is None:
        return []
    expired = HandoverExpired(**facts(case), handover_id=handover.id, to=handover.to)
    return [expired, _escalated(case, handover, f"{handover.to} did not answer in time", now)]


def handover_timers(case: Case) -> Iterator[Timer]:
    """When the offer of the case ends unanswered."""
    if handover := case.pending_handover:
        yield Timer(handover.expires_at, f"handover-expired:{handover.id}", expire_handover)


def _pending(case: Case, handover_id: str, now: datetime) -> Handover:
    require_open(case)
    handover = case.handovers.get(handover_id)
    if handover is None:
        raise refusals.HandoverNotPending(f"the case has no handover {handover_id}")
    if handover.status != "offered":
        raise refusals.HandoverNotPending(f"the handover was {handover.status} already; the owner is {case.owner}")
    if now >= handover.expires_at:
        raise refusals.HandoverNotPending(f"the handover has expired; the owner is {case.owner}")
    return handover


def _offered_to(case: Case, handover_id: str, actor: str, now: datetime) -> Handover:
    handover = _pending(case, handover_id, now)
    if actor != handover.to:
        raise refusals.NotOfferedToYou(f"the case is offered to {handover.to}; only they can answer")
    return handover


def _escalated(case: Case, handover: Handover, text: str, now: datetime) -> CaseEscalated:
    return CaseEscalated(
        **facts(case),
        cause="handover-refused",
        subject_id=handover.id,
        owner=case.owner,
        text=text,
        escalated_at=now,
    )
