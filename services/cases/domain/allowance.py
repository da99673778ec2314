"""What one person granted for one brand in a period, over all cases: reserved before a case is asked, settled after it (M1).

A reservation that was never settled (its maker crashed in between) is settled by what the case says, when it is next looked at.
One allowance per person and brand, whatever the level: who is promoted does not begin a period anew.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from schemas.base import UtcDatetime
from schemas.ids import derive
from schemas.organisation_mandates import MandateLimits
from schemas.organisation_values import Money
from services.cases.domain.case import Case
from services.cases.domain.records import Frozen

LASTS = timedelta(seconds=30)
"""So long a case may be asked on the strength of a reservation."""
STALE = timedelta(seconds=120)
"""After this no case can still be asked: clocks of two instances may differ, and a write may take its time."""


class Reservation(Frozen):
    """Part of the allowance, taken by one grant."""

    case_id: str
    amount: str
    currency: str
    at: UtcDatetime
    """When it was reserved; once it is settled, when it was granted."""
    settled: bool = False


class Allowance(Frozen):
    """One person's, for one brand."""

    person: str
    brand: str
    grants: dict[str, Reservation] = Field(default_factory=dict)
    """By the id of the grant."""

    def used(self, currency: str, since: datetime) -> Decimal:
        """What was granted or is reserved since that moment."""
        counted = [each for each in self.grants.values() if each.currency == currency and each.at > since]
        return sum((Decimal(each.amount) for each in counted), Decimal(0))

    def stale(self, now: datetime) -> dict[str, Reservation]:
        """Reservations about which the cases have to be asked."""
        return {id_: each for id_, each in self.grants.items() if not each.settled and each.at <= now - STALE}


def allowance_id(person: str, brand: str) -> str:
    """The id of a person's allowance for a brand."""
    return derive("allowance", person, brand)


def left(allowance: Allowance | None, limits: MandateLimits, now: datetime) -> Money | None:
    """What is left of the period's limit; None when there is no such limit."""
    limit = limits.per_period
    if limit is None:
        return None
    used = allowance.used(limit.currency, begins(limits, now)) if allowance else Decimal(0)
    return Money(amount=max(Decimal(0), limit.amount - used), currency=limit.currency)


def begins(limits: MandateLimits, now: datetime) -> datetime:
    """The beginning of the period that ends now."""
    return now - timedelta(days=limits.period_days)


def reserved(
    allowance: Allowance, grant_id: str, case_id: str, amount: Money, limits: MandateLimits, now: datetime
) -> Allowance | None:
    """The allowance with room taken for a grant; None when there is not enough. The same grant takes its room once."""
    before = allowance.grants.get(grant_id)
    if before and before.settled:
        return allowance
    first = begins(limits, now)
    others = {
        id_: each for id_, each in allowance.grants.items() if id_ != grant_id and (each.at > first or not each.settled)
    }
    without = allowance.model_copy(update={"grants": others})
    room = left(without, limits, now)
    if room is not None and room.currency == amount.currency and amount.amount > room.amount:
        return None
    taken = Reservation(case_id=case_id, amount=str(amount.amount), currency=amount.currency, at=now)
    return without.model_copy(update={"grants": others | {grant_id: taken}})


def settled(allowance: Allowance, said: Mapping[str, Reservation | None]) -> Allowance:
    """The allowance after the cases have spoken: grant -> what was granted; None: it was not, and its room is free again."""
    kept = {id_: each for id_, each in allowance.grants.items() if id_ not in said}
    granted = {id_: each for id_, each in said.items() if each}
    return allowance.model_copy(update={"grants": kept | granted})


def said_by(case: Case | None, grant_id: str) -> Reservation | None:
    """What a case says of a reservation: granted on the mandate alone, or not."""
    grant = case.grants.get(grant_id) if case else None
    if case is None or grant is None or grant.status != "made" or grant.approved_by or grant.granted_at is None:
        return None
    facts = {"case_id": case.id, "amount": grant.amount, "currency": grant.currency}
    return Reservation(**facts, at=grant.granted_at, settled=True)
