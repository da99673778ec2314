"""What somebody may grant in a case without asking anybody (M1). Amounts are exact, in the currency's main unit.

Three limits hold at once: the most of a kind in one grant, the sum of what the case was given, and the sum of what the person
granted for the brand in a period. What somebody else approved counts for neither sum: two people have looked at it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from schemas.events.grant import GrantLimit
from schemas.organisation import Person
from schemas.organisation_mandates import MandateLimits, Mandates
from schemas.organisation_values import Money
from services.cases.domain import grant_refusals
from services.cases.domain.case import Case
from services.cases.domain.terms import Terms

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
NO_LIMITS = MandateLimits()


@dataclass(frozen=True, slots=True)
class Mandate:
    """One person's, in one currency, in one case."""

    at_once: Decimal | None
    """The most of the kind in one grant; None: the person may not grant this kind alone."""
    left_in_case: Decimal | None
    """None: no limit per case."""
    limits: MandateLimits = NO_LIMITS

    @property
    def alone(self) -> Decimal:
        """The most that may be granted now without asking, as far as the case alone can tell."""
        known = [each for each in (self.at_once, self.left_in_case) if each is not None]
        return max(Decimal(0), min(known)) if self.at_once is not None else Decimal(0)

    def exceeded_by(self, amount: Decimal) -> tuple[GrantLimit, ...]:
        """The limits that an amount is above; the period is looked after elsewhere (`allowance`)."""
        found: list[GrantLimit] = []
        if self.at_once is None:
            found.append("kind")
        elif amount > self.at_once:
            found.append("amount")
        if self.left_in_case is not None and amount > self.left_in_case:
            found.append("case")
        return tuple(found)

    def has_period(self, amount: Money) -> bool:
        """Whether an amount counts for a limit per period."""
        limit = self.limits.per_period
        return limit is not None and limit.currency == amount.currency


def mandate(policy: Mandates, person: Person, kind: str, currency: str, case: Case | None = None) -> Mandate:
    """What the person may grant of a kind; `policy` is that of the case's brand on the case's channel."""
    level = person.mandate or ""
    usual = policy.mandates.get(level, {}).get(kind)
    limits = policy.mandate_limits.get(level, NO_LIMITS)
    per_case = limits.per_case
    left = None
    if per_case and per_case.currency == currency:
        left = per_case.amount - (granted_alone(case, currency) if case else 0)
    return Mandate(usual.amount if usual and usual.currency == currency else None, left, limits)


def granted_alone(case: Case, currency: str) -> Decimal:
    """The sum of what the case was given in a currency without anybody's approval, by whomever."""
    made = [each for each in case.grants.values() if each.status == "made" and not each.approved_by]
    return sum((Decimal(each.amount) for each in made if each.currency == currency), Decimal(0))


def approves_up_to(policy: Mandates, approver: Person, kind: str, currency: str) -> Decimal:
    """The most that somebody can approve: their own mandate; for a lead without one, the largest of the brand."""
    if approver.role == "lead" and approver.mandate is None:
        return policy.most(kind, currency)
    found = policy.mandates.get(approver.mandate or "", {}).get(kind)
    return found.amount if found and found.currency == currency else Decimal(0)


def approving(policy: Mandates, kind: str, amount: Decimal, currency: str) -> tuple[str, ...]:
    """The levels of mandate that can approve so much; the empty one is a lead's who has none."""
    found = [level for level, kinds in policy.mandates.items() if _covers(kinds.get(kind), amount, currency)]
    return ("", *sorted(found)) if amount <= policy.most(kind, currency) else tuple(sorted(found))


def _covers(limit: Money | None, amount: Decimal, currency: str) -> bool:
    return limit is not None and limit.currency == currency and amount <= limit.amount


def exact(policy: Mandates, kind: str, amount: str, currency: str) -> Money:
    """The amount as the currency is written. Raises UnknownGrantKind, WrongCurrency or AmountNotRight."""
    if kind not in policy.grant_kinds:
        raise grant_refusals.UnknownGrantKind(f"the brand grants no {kind!r}; it grants {_all(policy.grant_kinds)}")
    currencies = policy.currencies_of(kind)
    if currency not in currencies:
        raise grant_refusals.WrongCurrency(f"the brand grants {kind} in {_all(currencies)}, not in {currency}")
    if not _AMOUNT.fullmatch(amount):
        raise grant_refusals.AmountNotRight(
            f"{amount!r} is no amount; write it as 12.50, above 0, with a point and no sign"
        )
    value, unit = Decimal(amount), smallest(currency)
    if value % unit:
        raise grant_refusals.AmountNotRight(f"{amount} {currency} is finer than the smallest amount, {unit} {currency}")
    if not value:
        raise grant_refusals.AmountNotRight("a grant of nothing is none")
    return Money(amount=value.quantize(unit), currency=currency)


@lru_cache
def smallest(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 EUR, 1 JPY."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def policy_in(case: Case, terms: Terms) -> Mandates:
    """The mandates that hold in the case: those of its channel where that deviates (M2)."""
    return terms.on(case.channel).brand.policy


def _all(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
