"""A handover: the owner gives the case to another agent, who accepts it (O6). Until then the old owner remains (rule 1)."""

from typing import ClassVar

from schemas.base import Identifier, UtcDatetime
from schemas.events.case import CaseEvent


class HandoverEvent(CaseEvent):
    """Common to all facts about a handover. At most one is pending in a case."""

    handover_id: Identifier


class HandoverOffered(HandoverEvent):
    """Somebody is asked to take the case over, with the whole story, before `expires_at`."""

    type: ClassVar[str] = "handover.offered.v1"
    owner: Identifier
    to: Identifier
    by: Identifier
    """The owner, the cover, or a lead."""
    reason: str
    note: str = ""
    bulk_id: str = ""
    """Handovers that were offered together, such as at the end of a shift."""
    offered_at: UtcDatetime
    expires_at: UtcDatetime


class HandoverAccepted(HandoverEvent):
    """The new owner took it; `case.owner-changed` follows."""

    type: ClassVar[str] = "handover.accepted.v1"
    by: Identifier


class HandoverDeclined(HandoverEvent):
    """The owner stays the owner."""

    type: ClassVar[str] = "handover.declined.v1"
    by: Identifier
    reason: str


class HandoverExpired(HandoverEvent):
    """Nobody said yes in time; the owner stays the owner."""

    type: ClassVar[str] = "handover.expired.v1"
    to: Identifier


class HandoverWithdrawn(HandoverEvent):
    """The owner keeps it after all."""

    type: ClassVar[str] = "handover.withdrawn.v1"
    by: Identifier


class HandoverForced(HandoverEvent):
    """A lead gave the case to somebody without being asked, and said why; `case.owner-changed` follows."""

    type: ClassVar[str] = "handover.forced.v1"
    to: Identifier
    by: Identifier
    reason: str
