"""Grants: inside the mandate nobody is asked, above it there is one approval (M1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Event
from schemas.events.grant import GrantLimit, GrantMade, GrantProposed, GrantRefused
from schemas.organisation_mandates import MandateLimits
from schemas.organisation_values import Money
from services.cases.domain import grant_refusals
from services.cases.domain.allowance import LASTS
from services.cases.domain.case import Case
from services.cases.domain.commands import approvals
from services.cases.domain.commands.acting import Words, facts, require_acting, require_unresolved
from services.cases.domain.evolve import evolve
from services.cases.domain.mandate import approves_up_to, exact, mandate, policy_in, smallest
from services.cases.domain.records import Approval
from services.cases.domain.terms import Terms

MAX_REASON = 500


class ProposeGrant(BaseModel):
    """Give the customer something (M1)."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(
        description="A kind of the brand's policy.", examples=["refund", "voucher", "replacement", "gesture"]
    )
    amount: Annotated[str, StringConstraints(max_length=40)] = Field(
        description="In the currency's main unit, exact: a text, not a number.", examples=["12.50"]
    )
    currency: Annotated[str, StringConstraints(min_length=1, max_length=10)] = Field(
        description="Three letters of ISO 4217.", examples=["EUR"]
    )
    reason: Annotated[Words, StringConstraints(max_length=MAX_REASON)]


@dataclass(frozen=True, slots=True)
class Period:
    """What the person's allowance says to the grant. Without a limit per period there is none."""

    left: Money
    """What was left before this grant."""
    reserved_at: datetime | None
    """Since when there is room for this grant; None: there is not enough."""


def check_grant(case: Case, command: ProposeGrant, actor: str, terms: Terms, now: datetime) -> Money:
    """The exact amount. Raises Refused when the grant is not possible at all, whoever approves it."""
    require_acting(case, actor, now)
    require_unresolved(case)
    policy = policy_in(case, terms)
    amount = exact(policy, command.kind, command.amount, command.currency)
    if amount.amount > (most := policy.most(command.kind, amount.currency)):
        raise grant_refusals.AboveEveryMandate(
            f"nobody of the brand may grant or approve {amount} as {command.kind}; the most is {most} {amount.currency}"
        )
    return amount


def room_needed(
    case: Case, command: ProposeGrant, actor: str, terms: Terms, now: datetime
) -> tuple[Money, MandateLimits] | None:
    """For what the person's allowance must have room before the case is asked. Raises Refused.

    None: no limit per period holds, or the grant needs approval anyway.
    """
    amount = check_grant(case, command, actor, terms, now)
    own = mandate(policy_in(case, terms), terms.person(actor), command.kind, amount.currency, case)
    if own.exceeded_by(amount.amount) or not own.has_period(amount):
        return None
    return amount, own.limits


def propose_grant(
    case: Case,
    command: ProposeGrant,
    actor: str,
    terms: Terms,
    grant_id: str,
    now: datetime,
    period: Period | None = None,
) -> list[Event]:
    """Inside the mandate it is granted at once; above it, it waits for one approval (M1)."""
    if grant_id in case.grants:
        return []
    amount = check_grant(case, command, actor, terms, now)
    own = mandate(policy_in(case, terms), terms.person(actor), command.kind, amount.currency, case)
    above = own.exceeded_by(amount.amount)
    if not above and own.has_period(amount):
        above = _above_period(period, now)
    proposed = GrantProposed(
        **facts(case),
        grant_id=grant_id,
        kind=command.kind,
        amount=str(amount.amount),
        currency=amount.currency,
        by=actor,
        reason=command.reason,
        limit=_limit(own.alone, period, amount.currency),
        above=above,
        proposed_at=now,
    )
    if above:
        proposing = evolve(case, proposed)
        return [proposed, *approvals.request_approval(proposing, "grant", grant_id, actor, ("mandate",), terms, now)]
    made = GrantMade(
        **facts(case),
        grant_id=grant_id,
        kind=command.kind,
        amount=str(amount.amount),
        currency=amount.currency,
        by=actor,
        granted_at=now,
    )
    return [proposed, made]


def _above_period(period: Period | None, now: datetime) -> tuple[GrantLimit, ...]:
    if period is None or (period.reserved_at and now - period.reserved_at > LASTS):
        raise grant_refusals.TooLongAgo("it took too long to ask the case; nothing was granted, try again")
    return () if period.reserved_at else ("period",)


def _limit(alone: Decimal, period: Period | None, currency: str) -> str:
    """What the person might have granted alone, as an amount with its currency; empty: nothing."""
    amount = min(alone, period.left.amount) if period else alone
    return f"{amount.quantize(smallest(currency))} {currency}" if amount else ""


def _approved(
    case: Case, approval: Approval, _: approvals.Approve, actor: str, terms: Terms, now: datetime
) -> Sequence[Event]:
    """Whoever approves answers for it with a mandate of their own; a lead without one, with the largest of the brand."""
    grant = case.grants[approval.subject_id]
    most = approves_up_to(policy_in(case, terms), terms.person(actor), grant.kind, grant.currency)
    if Decimal(grant.amount) > most:
        own = f"goes up to {most} {grant.currency}" if most else "has none of it"
        raise grant_refusals.MandateTooSmall(
            f"{actor}'s mandate for {grant.kind} {own}; {grant.amount} {grant.currency} is for somebody with more"
        )
    made = GrantMade(
        **facts(case),
        grant_id=grant.id,
        kind=grant.kind,
        amount=grant.amount,
        currency=grant.currency,
        by=grant.by,
        approved_by=actor,
        granted_at=now,
    )
    return [made]


def _ended(case: Case, approval: Approval, by: str, reason: str, _: datetime) -> Sequence[Event]:
    """Refused by a coach or lead, or withdrawn: nothing was granted."""
    return [GrantRefused(**facts(case), grant_id=approval.subject_id, by=by, reason=reason)]


approvals.SUBJECTS["grant"] = approvals.Subject(given=_approved, ended=_ended)
