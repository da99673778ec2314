"""An improvement: what is changed because of what customers keep writing about, and whether it helped (F7)."""

from datetime import date
from typing import ClassVar

from schemas.base import Event, Identifier, Model, UtcDatetime


class RootCause(Model):
    """What an improvement is to take away: cases of this topic and, where one is named, this product."""

    topic: Identifier
    product: str = ""


class ImprovementEvent(Event):
    """Common to all facts about an improvement."""

    improvement_id: Identifier
    brand: Identifier
    by: Identifier


class ImprovementProposed(ImprovementEvent):
    """Somebody wants a recurring cause to go away."""

    type: ClassVar[str] = "improvement.proposed.v1"
    title: str
    cause: RootCause
    owner: Identifier
    """Who sees to it."""
    plan: str = ""
    proposed_at: UtcDatetime


class ImprovementEdited(ImprovementEvent):
    """Its title, its owner or what is planned reads differently now; all as it is now."""

    type: ClassVar[str] = "improvement.edited.v1"
    title: str
    owner: Identifier
    plan: str = ""
    edited_at: UtcDatetime


class ImprovementAgreed(ImprovementEvent):
    """It will be done."""

    type: ClassVar[str] = "improvement.agreed.v1"
    agreed_at: UtcDatetime


class ImprovementDone(ImprovementEvent):
    """Something was changed; from `effective_on` on, the effect is measured."""

    type: ClassVar[str] = "improvement.done.v1"
    changed: str
    """What was changed."""
    effective_on: date
    """The first day on which customers could notice, in the time zone of the brand's calendar."""
    done_at: UtcDatetime


class ImprovementDropped(ImprovementEvent):
    """It will not be done, or was undone."""

    type: ClassVar[str] = "improvement.dropped.v1"
    reason: str
    dropped_at: UtcDatetime
