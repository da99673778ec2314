"""The clocks of a case: set, warned, breached, stopped (F3)."""

from typing import ClassVar, Literal

from schemas.base import Event, Identifier, UtcDatetime

ClockKind = Literal["first-response", "promise", "closing"]


class ClockEvent(Event):
    """Common to all facts about a clock. `subject_id` is the promise for a promise's clock, else the case."""

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
