"""A grant: money or goods that an agent gives a customer, inside the mandate without asking anybody (M1)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent

GrantLimit = Literal["kind", "amount", "case", "period"]
"""kind: the person may not grant this kind alone; amount: the most at once; case, period: the most in all."""


class GrantEvent(CaseEvent):
    """Common to all facts about a grant."""

    grant_id: Identifier


class GrantProposed(GrantEvent):
    """The agent wants to grant it; above the mandate, an approval is requested for it."""

    type: ClassVar[str] = "grant.proposed.v1"
    kind: Identifier
    """A kind of the brand's policy, such as refund, voucher, replacement, gesture."""
    amount: str = Field(pattern=r"^\d+(\.\d+)?$")
    """In the currency's main unit, exact."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    by: Identifier
    reason: str
    limit: str = ""
    """What the person might have granted alone, if anything."""
    above: tuple[GrantLimit, ...] = ()
    """The limits of the mandate that it is above; none: it needs nobody's approval."""
    proposed_at: UtcDatetime


class GrantMade(GrantEvent):
    """It is granted: inside the mandate of `by`, or approved by `approved_by`."""

    type: ClassVar[str] = "grant.made.v1"
    kind: Identifier
    amount: str
    currency: str
    by: Identifier
    approved_by: str = ""
    granted_at: UtcDatetime


class GrantRefused(GrantEvent):
    """The approval was refused or the proposal withdrawn; nothing was granted."""

    type: ClassVar[str] = "grant.refused.v1"
    by: Identifier
    reason: str
