"""The clocks of one case as they are known: what runs, what was said, and which stops were heard of. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.events.followup import ClockKind
from schemas.ids import derive

Firing = Literal["warned", "breached"]


class Clock(Model):
    """One clock. `warn_at` equal to `due_at` means: no warning."""

    id: Identifier
    kind: ClockKind
    subject_id: Identifier
    due_at: UtcDatetime
    warn_at: UtcDatetime
    warned: bool = False
    breached: bool = False
    stopped: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more. A breach ends a closing clock; the others still wait for their stop."""
        return self.stopped or (self.breached and self.kind == "closing")

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which it has something to say."""
        if self.stopped or self.breached:
            return None
        return self.due_at if self.warned else min(self.warn_at, self.due_at)

    def firing(self, now: datetime) -> Firing | None:
        """What it has to say now. A warning whose deadline has passed too is not worth giving: only the breach is."""
        if self.stopped or self.breached:
            return None
        if now >= self.due_at:
            return "breached"
        return "warned" if now >= self.warn_at and not self.warned else None


class CaseClocks(Model):
    """All clocks of one case, and the stops that are known."""

    case_id: Identifier
    conversation: Identifier
    brand: Identifier
    clocks: tuple[Clock, ...] = ()
    first_reply_sent_at: UtcDatetime | None = None
    first_replies: tuple[str, ...] = ()
    """Replies that were the first that the customer had; several where cases became one."""
    absorbed: tuple[str, ...] = ()
    """Cases that go on in this one, and brought a deadline with them."""
    kept: dict[str, bool] = Field(default_factory=dict)
    """Promises that were kept, and whether that was late."""
    withdrawn: tuple[str, ...] = ()
    """Promises of which the customer was never told."""
    resolutions: dict[str, UtcDatetime] = Field(default_factory=dict)
    """When the quiet period of each resolution ends, by the moment of resolving."""
    reopenings: tuple[str, ...] = ()
    """The messages that reopened the case."""
    closed: bool = False

    @property
    def next_at(self) -> datetime | None:
        """The earliest moment at which one of the clocks has something to say."""
        return min((clock.next_at for clock in self.clocks if clock.next_at), default=None)

    def due(self, now: datetime) -> list[tuple[str, Firing]]:
        """The clocks that have something to say now, the most overdue first."""
        ready = sorted((clock for clock in self.clocks if clock.firing(now)), key=lambda clock: clock.next_at or now)
        return [(clock.id, firing) for clock in ready if (firing := clock.firing(now))]

    def find(self, id: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.id == id), None)

    def open(self, kind: ClockKind) -> Iterator[Clock]:
        return (clock for clock in self.clocks if clock.kind == kind and not clock.over)

    def put(self, clock: Clock) -> "CaseClocks":
        """The same with this clock, new or changed."""
        if self.find(clock.id) is None:
            return self.model_copy(update={"clocks": (*self.clocks, clock)})
        return self.model_copy(update={"clocks": tuple(clock if each.id == clock.id else each for each in self.clocks)})


def clock_id(kind: ClockKind, subject_id: str, number: int = 1) -> str:
    """The id of a clock; `number` tells the closing clocks of one case apart."""
    return derive("clock", kind, subject_id, str(number))
