"""Whom an escalation reaches: one document per clock that was escalated, and per sum of a brand (F3). Pure."""

from typing import Literal

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.events.followup import ClockEscalated, ClockKind, ClocksSummedUp, EscalationBy, LateClock
from schemas.ids import derive
from schemas.organisation import Organisation

HOOK = "webhook of "
"""Before a brand: whom escalations reach that go to its webhook."""


class Call(Model):
    """Something that somebody is told to look at: a late clock, or the sum of many."""

    id: Identifier
    brand: Identifier
    kind: ClockKind | Literal["sum"]
    case_id: str = ""
    due_at: UtcDatetime | None = None
    harm: float = 0
    count: int = 1
    """How many escalations it stands for."""
    by: EscalationBy = "desk"
    at: UtcDatetime


class Escalation(Model):
    """A call, whom it is for, and how far it has been handed to them."""

    call: Call
    people: dict[str, EscalationBy] = Field(default_factory=dict)
    """Everybody whom it reaches, and how; a webhook is named as HOOK says."""
    over: bool = False
    """What was late has happened: nobody need look at it any more."""
    changes: int = 1
    handed: int = 0
    """Up to which change those whom it reaches have been told."""
    by_kind: dict[ClockKind, int] = Field(default_factory=dict)
    """Of a sum."""
    worst: tuple[LateClock, ...] = ()
    since: UtcDatetime | None = None


def escalation_id(clock_id: str) -> str:
    """Of the document of a clock's escalations."""
    return derive("escalation", clock_id)


def sum_id(event: ClocksSummedUp) -> str:
    """Of the document of a brand's sum."""
    return derive("escalation", "sum", event.brand, str(event.number))


def escalated(state: Escalation | None, event: ClockEscalated, organisation: Organisation) -> Escalation | None:
    """One step of a clock's is taken; None for what is told as part of a sum."""
    if event.in_digest:
        return None
    call = Call(
        id=escalation_id(event.clock_id),
        brand=event.brand,
        kind=event.kind,
        case_id=event.case_id,
        due_at=event.due_at,
        harm=event.harm,
        by=event.by,
        at=event.escalated_at,
    )
    people = {**(state.people if state else {}), **dict.fromkeys(_meant(event, organisation), event.by)}
    if event.by == "webhook" and _has_webhook(organisation, event.brand):
        people[f"{HOOK}{event.brand}"] = "webhook"
    return Escalation(call=call, people=people, changes=state.changes + 1 if state else 1, handed=_handed(state))


def stopped(state: Escalation | None) -> Escalation | None:
    """What was late has happened; None where nobody was told, or it was known."""
    if state is None or state.over:
        return None
    return state.model_copy(update={"over": True, "changes": state.changes + 1})


def summed_up(event: ClocksSummedUp, organisation: Organisation) -> Escalation:
    """More was late at once than people are told of one by one: the leads get the sum, by mail too."""
    call = Call(
        id=sum_id(event),
        brand=event.brand,
        kind="sum",
        harm=max((each.harm for each in event.worst), default=0),
        count=sum(event.by_kind.values()),
        by="mail",
        at=event.summed_up_at,
    )
    leads = dict.fromkeys(_of_role(organisation, event.brand, "lead"), "mail")
    return Escalation(call=call, people=leads, by_kind=event.by_kind, worst=event.worst, since=event.since)


def handed(state: Escalation | None, changes: int) -> Escalation | None:
    """Those whom it reaches know of so many changes; None where that was known."""
    return None if state is None or state.handed >= changes else state.model_copy(update={"handed": changes})


def _has_webhook(organisation: Organisation, brand: str) -> bool:
    known = organisation.by_id["brands"].get(brand)
    return bool(known and known.policy.clocks and known.policy.clocks.webhook)


def _handed(state: Escalation | None) -> int:
    return state.handed if state else 0


def _meant(event: ClockEscalated, organisation: Organisation) -> tuple[str, ...]:
    """Who is told; the leads where there is no owner, and nobody acts for one."""
    person = {"owner": event.owner, "cover": event.cover or event.owner}.get(event.to, "")
    if person:
        return (person,)
    return _of_role(organisation, event.brand, "coach" if event.to == "coach" else "lead")


def _of_role(organisation: Organisation, brand: str, role: str) -> tuple[str, ...]:
    return tuple(each.id for each in organisation.people if each.role == role and brand in each.brands)
