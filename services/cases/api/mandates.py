"""What somebody may grant without asking, now (M1), and where channels differ from their brand (M2)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from schemas.organisation import Person
from schemas.organisation_mandates import Mandates
from schemas.organisation_values import Money
from schemas.parity import Deviation, parity
from services.cases.api.acting import All, Commands, Reading, may
from services.cases.api.grants import AllAllowances
from services.cases.api.standing import Standing
from services.cases.domain import Case
from services.cases.domain.allowance import Allowance, begins, left
from services.cases.domain.mandate import NO_LIMITS, mandate, smallest
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()


class KindNow(BaseModel):
    """One kind of grant. Amounts are exact, in the currency's main unit."""

    kind: str
    currency: str
    at_once: str = Field(description="The most in one grant.")
    now: str = Field(description="The most that would need nobody's approval now, by all limits together.")


class LimitNow(BaseModel):
    """A limit to the sum, and what is left of it."""

    currency: str
    limit: str
    left: str
    since: datetime | None = Field(default=None, description="The beginning of the period that ends now.")


class MandateNow(BaseModel):
    """What somebody may still grant for a brand without asking."""

    person: str
    brand: str
    level: str | None = Field(description="None: everything needs approval.")
    kinds: list[KindNow]
    per_case: LimitNow | None = Field(default=None, description="`left` is that of the named case; else of a new one.")
    per_period: LimitNow | None = None


class Parity(BaseModel):
    """Where channels differ from their brand."""

    deviations: list[Deviation]


@router.get("/people/{person}/mandate")
@may("colleague")
async def show_mandate(
    person: str,
    actor: Reading,
    cases: All,
    allowances: AllAllowances,
    brand: Annotated[str, Query(min_length=1, max_length=60, description="For this brand.")],
    case_id: Annotated[str, Query(max_length=200, description="In this case, on its channel.")] = "",
) -> MandateNow:
    """What the person may still grant: per kind, per case, per period. One's own; a coach or a lead sees everybody's."""
    standing = await cases.standing(actor, person)
    if person != actor.person and not standing.is_superior:
        raise Problem(
            403, "not-allowed", f"only a coach or a lead sees the mandate of others; yours is that of {actor.person}"
        )
    standing.brand_query(brand)
    case = (await cases.find(case_id, actor)).state if case_id else None
    if case and case.brand != brand:
        raise Problem(422, "unknown-brand", f"case {case.id} is of {case.brand}, not of {brand}")
    allowance = await allowances.look(person, brand)
    return _now(person, brand, case, allowance, cases, standing)


def _now(
    id_: str, brand: str, case: Case | None, allowance: Allowance | None, cases: Commands, standing: Standing
) -> MandateNow:
    terms, now = cases.terms(brand, standing), cases.now()
    person = standing.known.get(id_) or cases.organisation.by_id["people"].get(id_)
    if person is None or brand not in person.brands:
        raise Problem(404, "person-not-found", f"nobody named {id_!r} works for {brand}")
    policy: Mandates = (terms.on(case.channel) if case else terms).brand.policy
    limits = policy.mandate_limits.get(person.mandate or "", NO_LIMITS)
    per_case, per_period, room = limits.per_case, limits.per_period, left(allowance, limits, now)
    rest = mandate(policy, person, "", per_case.currency, case).left_in_case if per_case else None
    return MandateNow(
        person=person.id,
        brand=brand,
        level=person.mandate,
        kinds=_kinds(policy, person, case, room),
        per_case=_limit(per_case, rest) if per_case and rest is not None else None,
        per_period=_limit(per_period, room.amount, begins(limits, now)) if per_period and room else None,
    )


def _kinds(policy: Mandates, person: Person, case: Case | None, room: Money | None) -> list[KindNow]:
    found = []
    for kind, most in policy.mandates.get(person.mandate or "", {}).items():
        alone = mandate(policy, person, kind, most.currency, case).alone
        if room and room.currency == most.currency:
            alone = min(alone, room.amount)
        amounts = {"at_once": _text(most.amount, most.currency), "now": _text(alone, most.currency)}
        found.append(KindNow(kind=kind, currency=most.currency, **amounts))
    return found


def _limit(limit: Money, rest: Decimal, since: datetime | None = None) -> LimitNow:
    amounts = {"limit": _text(limit.amount, limit.currency), "left": _text(max(Decimal(0), rest), limit.currency)}
    return LimitNow(currency=limit.currency, **amounts, since=since)


def _text(amount: Decimal, currency: str) -> str:
    return str(amount.quantize(smallest(currency)))


@router.get("/parity")
@may("colleague")
async def parity_report(
    actor: Reading,
    cases: All,
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
) -> Parity:
    """Where channels of the brands that you serve differ in hours, targets or mandate, how much, and why (M2)."""
    standing = await cases.standing(actor)
    standing.brand_query(brand)
    brands = (brand,) if brand else tuple(sorted(standing.brands))
    return Parity(deviations=list(parity(cases.organisation, brands)))
