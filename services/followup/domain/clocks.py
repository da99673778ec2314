"""The clocks of one case as they are known: what runs, what was said, and what was heard of the case. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.events.followup import ClockKind, EscalationBy, EscalationTo
from schemas.events.message import Urgency
from schemas.ids import derive


class ClockStep(Model):
    """Who is to be told, and when; `number` counts the clock's steps from the earliest."""

    number: int
    at: UtcDatetime
    to: EscalationTo
    by: EscalationBy
    said: bool = False


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
    paused: bool = False
    """It stands still; `due_at` is then when it would have been due."""
    left_minutes: float = 0
    """While it stands still: what was left, in the minutes that it counts."""
    person: str = ""
    """Whose it is, where that is not the owner: the specialist of a consult."""
    steps: tuple[ClockStep, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more. A breach ends a closing clock; the others still wait for their stop."""
        return self.stopped or (self.breached and self.kind == "closing")

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which it has something to say."""
        if self.stopped or self.paused:
            return None
        moments = [each.at for each in self.steps if not each.said]
        if not self.breached:
            moments.append(self.due_at if self.warned else min(self.warn_at, self.due_at))
        return min(moments, default=None)

    def breaches(self, now: datetime) -> bool:
        """Whether it has to say now that it was due."""
        return not (self.stopped or self.paused or self.breached) and now >= self.due_at

    def warns(self, now: datetime) -> bool:
        """Whether it has to warn now. A warning whose deadline has passed too is not worth giving: only the breach is."""
        return not (self.stopped or self.paused or self.breached or self.warned) and self.warn_at <= now < self.due_at

    def escalates(self, now: datetime) -> tuple[ClockStep, ...]:
        """The steps to take now: of those whose moment has come the latest, which make the earlier ones superfluous."""
        if self.stopped or self.paused:
            return ()
        come = [each for each in self.steps if not each.said and each.at <= now]
        latest = max((each.at for each in come), default=None)
        return tuple(each for each in come if each.at == latest)


class Turn(Model):
    """Something that was said in the case, or that the owner held it answered. `at` is when, not when we heard of it."""

    id: Identifier
    at: UtcDatetime
    by: Literal["customer", "holding", "answer", "settled"]


class Waiting(Model):
    """A consult or a promise: from when to when the case waits for it."""

    since: UtcDatetime | None = None
    until: UtcDatetime | None = None


class Consulting(Model):
    """Who works on a consult, and when the specialist waited for the owner."""

    accepted: dict[str, UtcDatetime] = Field(default_factory=dict)
    """Specialist to the moment at which they took it."""
    given_back: dict[str, UtcDatetime] = Field(default_factory=dict)
    asked_back: tuple[UtcDatetime, ...] = ()
    clarified: tuple[UtcDatetime, ...] = ()


class Understood(Model):
    """How a case is understood since a moment."""

    at: UtcDatetime
    language: str
    urgency: Urgency

    @property
    def place(self) -> tuple[datetime, str, str]:
        """Its place in time; the words only decide between two of the same moment, so that any order of hearing gives one."""
        return self.at, self.language, self.urgency


class CaseClocks(Model):
    """All clocks of one case, and what sets and stops them, each fact by its own id, so that it counts once in any order."""

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
    channel: str = ""
    time_zone: str = ""
    """The customer's, where it is known."""
    opened_at: UtcDatetime | None = None
    owned_at: UtcDatetime | None = None
    """When it first had an owner."""
    owner: str = ""
    owner_since: UtcDatetime | None = None
    covers: dict[str, Waiting] = Field(default_factory=dict)
    """Who acts for the owner, from when to when."""
    first_heard: Understood | None = None
    """As the earliest message was understood."""
    understood: Understood | None = None
    """As it was read again last."""
    turns: tuple[Turn, ...] = ()
    """In the order of time."""
    consults: dict[str, Waiting] = Field(default_factory=dict)
    consulting: dict[str, Consulting] = Field(default_factory=dict)
    promised: dict[str, Waiting] = Field(default_factory=dict)
    approvals: dict[str, UtcDatetime] = Field(default_factory=dict)
    """When each approval that has ended did."""
    reopened_at: dict[str, UtcDatetime] = Field(default_factory=dict)
    """By the message that reopened it."""
    terms: int = 0
    """The version of the brand's terms that the clocks were last set by."""

    @property
    def urgency(self) -> Urgency:
        found = self.understood or self.first_heard
        return found.urgency if found else "normal"

    @property
    def language(self) -> str:
        """Empty: not known yet."""
        found = self.understood or self.first_heard
        return found.language if found else ""

    @property
    def next_at(self) -> datetime | None:
        """The earliest moment at which one of the clocks has something to say."""
        return min((clock.next_at for clock in self.clocks if clock.next_at), default=None)

    @property
    def next_clock(self) -> Clock | None:
        """The clock that has something to say first."""
        ahead = [(clock.next_at, clock.id, clock) for clock in self.clocks if clock.next_at]
        return min(ahead, key=lambda each: each[:2])[2] if ahead else None

    def due(self, now: datetime) -> list[Clock]:
        """The clocks that have something to say now, the most overdue first."""
        ready = [clock for clock in self.clocks if clock.next_at and clock.next_at <= now]
        return sorted(ready, key=lambda clock: clock.next_at or now)

    def cover(self, now: datetime) -> str:
        """Who acts for the owner now; empty: nobody."""
        acting = [
            (each.since, who)
            for who, each in self.covers.items()
            if each.since and each.since <= now and (each.until is None or now < each.until)
        ]
        return max(acting)[1] if acting else ""

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
    """The id of a clock; `number` tells several of one kind about the same thing apart."""
    return derive("clock", kind, subject_id, str(number))
