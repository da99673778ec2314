"""A brand with mandates, its people, and one case in which things are granted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from schemas.base import Event
from schemas.organisation import Person
from schemas.organisation_values import Money
from services.cases.domain import commands
from services.cases.domain.commands import ProposeGrant
from services.cases.domain.commands.approvals import Approve, RefuseApproval, approve, refuse, withdraw
from services.cases.domain.commands.grants import Period
from services.cases.domain.records import Grant
from services.cases.domain.terms import Terms
from tests.unit.cases.life import BRAND, OWNER, TERMS, Life, person

COACH, SENIOR_COACH, LEAD, NEWCOMER = "carla", "cees", "lena", "nina"
_PEOPLE: dict[str, dict[str, Any]] = {
    OWNER: {"mandate": "agent"},
    COACH: {"role": "coach", "mandate": "agent"},
    SENIOR_COACH: {"role": "coach", "mandate": "coach"},
    LEAD: {"role": "lead"},
    "elsewhere": {"role": "lead", "brands": ("another",)},
}
POLICY = BRAND.policy.model_validate(
    {
        "mandates": {
            "agent": {"refund": "50 EUR", "voucher": "20 EUR", "airmiles": "500 JPY"},
            "coach": {"refund": "500 EUR", "replacement": "900 EUR", "airmiles": "9000 JPY"},
        },
        "mandate_limits": {"agent": {"per_case": "75 EUR", "per_period": "100 EUR", "period_days": 30}},
        "approval_minutes": 20,
    }
)


def somebody(id_: str) -> Person:
    return person(id_).model_copy(update=_PEOPLE.get(id_, {}))


GRANTING: Terms = replace(TERMS, brand=BRAND.model_copy(update={"policy": POLICY}), person=somebody)


class Granting(Life):
    """A life in which things are granted."""

    def with_room(self, left: str = "100.00") -> Period:
        """An allowance that has room for the grant."""
        return Period(Money.model_validate(f"{left} EUR"), self.now)

    def grants(self, amount: str = "10", kind: str = "refund", **more: Any) -> Grant:
        """Grant something, or propose to; returns what the case says of it."""
        terms, by = more.pop("terms", GRANTING), more.pop("by", OWNER)
        period = more.pop("period", self.with_room())
        fields = {"kind": kind, "amount": amount, "currency": "EUR", "reason": "It leaked"} | more
        command = ProposeGrant.model_validate(fields)
        grant_id = f"grant-{len(self.case.grants) + 1}"
        self.do(lambda case: commands.propose_grant(case, command, by, terms, grant_id, self.now, period))
        return self.case.grants[grant_id]

    def approves(self, grant: Grant, by: str = SENIOR_COACH, terms: Terms = GRANTING) -> Sequence[Event]:
        return self.do(lambda case: approve(case, self.approval(grant), Approve(), by, terms, self.now))

    def refuses(self, grant: Grant, by: str = SENIOR_COACH) -> Sequence[Event]:
        command = RefuseApproval(reason="Repair it instead")
        return self.do(lambda case: refuse(case, self.approval(grant), command, by, GRANTING, self.now))

    def withdraws(self, grant: Grant, by: str = OWNER) -> Sequence[Event]:
        return self.do(lambda case: withdraw(case, self.approval(grant), by, self.now))

    def approval(self, grant: Grant) -> str:
        """The id of the approval that the grant waits for, or waited for last."""
        return [each.id for each in self.case.approvals.values() if each.subject_id == grant.id][-1]

    def again(self, grant: Grant) -> Grant:
        return self.case.grants[grant.id]

    def waits(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def owned() -> Granting:
    """A case with its owner."""
    life = Granting()
    life.arrives().assigned()
    return life
