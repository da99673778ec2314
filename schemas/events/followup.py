"""The clocks of a case: set, warned, breached, moved, stood still, escalated, stopped (F3)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Model, UtcDatetime

ClockKind = Literal[
    "first-response", "promise", "closing", "pick-up", "next-reply", "consult", "approval", "resolution"
]
EscalationTo = Literal["owner", "cover", "coach", "lead"]
EscalationBy = Literal["desk", "mail", "webhook"]


class ClockEvent(Event):
    """Common to all facts about a clock. `subject_id` is the promise, message, consult or approval, else the case."""

    clock_id: Identifier
    kind: ClockKind
    case_id: Identifier
    conversation: Identifier
    brand: Identifier
    subject_id: Identifier


class ClockSet(ClockEvent):
    """Something is due at `due_at`; a warning comes at `warn_at`."""

    type: ClassVar[str] = "clock.set.v1"
    due_at: UtcDatetime
    warn_at: UtcDatetime


class ClockWarned(ClockEvent):
    """It will be due soon."""

    type: ClassVar[str] = "clock.warned.v1"
    due_at: UtcDatetime


class ClockBreached(ClockEvent):
    """It was due and did not happen. For `closing`: the quiet period has passed."""

    type: ClassVar[str] = "clock.breached.v1"
    due_at: UtcDatetime


class ClockStopped(ClockEvent):
    """It happened (or is no longer wanted). `late` when after `due_at`."""

    type: ClassVar[str] = "clock.stopped.v1"
    due_at: UtcDatetime
    stopped_at: UtcDatetime
    late: bool


class ClockPaused(ClockEvent):
    """It stands still, as the brand's policy says: it waits for somebody else. The rest of its time is kept."""

    type: ClassVar[str] = "clock.paused.v1"
    remaining_minutes: float
    """What is left, in the minutes that the clock counts; below 0 when it was late already."""
    paused_at: UtcDatetime


class ClockResumed(ClockEvent):
    """It runs on with the time it had left."""

    type: ClassVar[str] = "clock.resumed.v1"
    due_at: UtcDatetime
    warn_at: UtcDatetime


class ClockMoved(ClockEvent):
    """It is due at another moment: the case is understood otherwise, was told of in another order, or the policy changed."""

    type: ClassVar[str] = "clock.moved.v1"
    was_due_at: UtcDatetime
    due_at: UtcDatetime
    warn_at: UtcDatetime
    cause: Literal["case", "policy"]


class ClockEscalated(ClockEvent):
    """Somebody is to be told, as a step of the brand's policy says. Each step once, what was missed together."""

    type: ClassVar[str] = "clock.escalated.v1"
    due_at: UtcDatetime
    step: int = Field(ge=1)
    """Which step of the clock's it is, from the earliest."""
    to: EscalationTo
    by: EscalationBy
    owner: str = ""
    """The case's owner, where it has one."""
    cover: str = ""
    """Who acts for the owner at that moment, if anybody does."""
    minutes_late: float
    """Below 0: so long before it is due. Minutes on the clock."""
    harm: float = 0
    """Minutes late by the weight of the clock and the case's urgency; docs/clocks.md says how."""
    in_digest: bool = False
    """The brand's limit was reached: nobody is told of this one; it is part of the next `clocks.summed-up.v1`."""
    escalated_at: UtcDatetime


class LateClock(Model):
    """One clock of a sum."""

    clock_id: Identifier
    kind: ClockKind
    case_id: Identifier
    due_at: UtcDatetime
    harm: float
    """Minutes late by weight, as in `clock.escalated.v1`."""


class ClocksSummedUp(Event):
    """More was late at once than the brand's policy lets people be told of one by one: the leads get the sum."""

    type: ClassVar[str] = "clocks.summed-up.v1"
    brand: Identifier
    number: int = Field(ge=1)
    """Of the brand's sums, from 1."""
    by_kind: dict[ClockKind, int]
    """How many escalations of each kind of clock."""
    worst: tuple[LateClock, ...]
    """Those with the most harm."""
    since: UtcDatetime
    summed_up_at: UtcDatetime
