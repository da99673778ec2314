"""How long things may take, when the clock stands still, and who is told: the clocks of a brand's policy (F3).

The rules are a list. Of those that hold for a language and an urgency the most particular one counts; which lists say nothing
twice and leave nothing out is `schemas.clock_rules`.
"""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from schemas import webhooks
from schemas.organisation_hours import Frozen
from schemas.organisation_values import EnvironmentName, Language

TimedClock = Literal["pick-up", "next-reply", "consult", "resolution"]
"""Clocks whose length the rules say. The others are due when an event says so: a first reply, a promise, an approval."""
MeasuredClock = Literal["answer"]
"""Lengths that the figures measure by, without a clock that warns or tells anybody: the first substantive reply, from the first
message on."""
MEASURED_CLOCKS: tuple[MeasuredClock, ...] = get_args(MeasuredClock)
AnyClock = Literal["pick-up", "first-response", "next-reply", "consult", "approval", "promise", "resolution"]
TIMED_CLOCKS: tuple[TimedClock, ...] = get_args(TimedClock)
UrgencyLevel = Literal["low", "normal", "high"]
"""The urgency of events, which can not be named here: they know of the organisation."""
URGENCIES: tuple[UrgencyLevel, ...] = get_args(UrgencyLevel)
ClockHours = Literal["always", "brand", "customer"]
Pause = Literal["waiting-for-customer", "waiting-for-specialist", "asked-back"]
PausingClock = Literal["resolution", "consult"]
PAUSES: dict[PausingClock, tuple[Pause, ...]] = {
    "resolution": ("waiting-for-customer", "waiting-for-specialist"),
    "consult": ("asked-back",),
}
"""What a clock can wait for; the others never stand still."""


def usual_pauses() -> dict[PausingClock, tuple[Pause, ...]]:
    """What clocks wait for where a policy says nothing of it."""
    return {"resolution": ("waiting-for-customer",), "consult": ("asked-back",)}


class ClockRule(Frozen):
    """How long a clock runs, for some languages and urgencies or for all."""

    clock: TimedClock | MeasuredClock
    minutes: int | Literal["none"] = Field(union_mode="left_to_right")
    """Minutes of the hours that count; `none`: there is no such clock."""
    warn_before_minutes: int = Field(default=0, ge=0)
    """So long before it is due a warning is given, in the same minutes; 0: none."""
    languages: tuple[Language, ...] = ()
    """Only for customers who write in one of these; none: in any language."""
    urgencies: tuple[UrgencyLevel, ...] = ()
    """Only for cases that are so urgent; none: however urgent."""
    hours: ClockHours = "brand"
    """Which minutes count: all of them, those of the brand's calendar, or those hours in the customer's own time zone where it
    is known. A consult always counts the specialist's own working minutes."""

    @property
    def rank(self) -> int:
        """How particular it is: 2 by language and urgency, 1 by one of them, 0 for all."""
        return bool(self.languages) + bool(self.urgencies)

    def holds_for(self, language: str | None, urgency: str) -> bool:
        """Whether it holds there. The language None stands for all those that no rule names."""
        return (not self.languages or language in self.languages) and (not self.urgencies or urgency in self.urgencies)

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.minutes != "none" and self.minutes < 1:
            raise ValueError(f"minutes {self.minutes} is no time at all: write at least 1, or none for no such clock")
        if self.minutes == "none" and self.warn_before_minutes:
            raise ValueError("there is no such clock to warn of (remove warn_before_minutes)")
        if self.clock in MEASURED_CLOCKS and self.warn_before_minutes:
            raise ValueError(f"{self.clock} is only measured, nobody is warned of it (remove warn_before_minutes)")
        if self.minutes != "none" and self.warn_before_minutes >= self.minutes:
            raise ValueError(f"warn_before_minutes {self.warn_before_minutes} must be less than minutes {self.minutes}")
        return self


class EscalationStep(Frozen):
    """Who is told, how, and how long before or after a clock is due; in the minutes that the clock counts."""

    clock: AnyClock
    before_minutes: int | None = Field(default=None, gt=0)
    after_minutes: int | None = Field(default=None, ge=0)
    to: Literal["owner", "cover", "coach", "lead"]
    by: Literal["desk", "mail", "webhook"] = "desk"

    @property
    def offset_minutes(self) -> int:
        """Minutes from the moment it is due; below 0 before."""
        return -self.before_minutes if self.before_minutes else self.after_minutes or 0

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.before_minutes is None) == (self.after_minutes is None):
            raise ValueError("write either before_minutes or after_minutes: how long before or after it is due")
        return self


class EscalationWebhook(Frozen):
    """Where escalations are posted that go by webhook, signed (Standard Webhooks)."""

    url: str
    secret_env: EnvironmentName
    """The environment variable that holds the signing secret."""

    @model_validator(mode="after")
    def _can_be_posted_to(self) -> Self:
        if not webhooks.checked_url(self.url).lower().startswith("https://"):
            raise ValueError("url can not be used: it is not an https address")
        return self


class Clocks(Frozen):
    """The clocks of one brand, beside those of first replies, promises and approvals, which have moments of their own."""

    lengths: tuple[ClockRule, ...] = Field(min_length=1)
    """For each clock a rule without languages and urgencies, and others where it differs."""
    pauses: dict[PausingClock, tuple[Pause, ...]] = Field(default_factory=usual_pauses)
    """What a clock waits for. The minutes that are left are kept, and go on when the wait is over."""
    escalations: tuple[EscalationStep, ...] = ()
    """Nobody is told more often than these say."""
    webhook: EscalationWebhook | None = None
    """For steps by webhook; without it these are told by event and at the desk only."""
    most_escalations_an_hour: int = Field(default=60, ge=0)
    """Of the brand; what goes beyond is told to the leads as a sum."""

    def rule(self, clock: str, language: str, urgency: str) -> ClockRule | None:
        """The rule that holds there; None where there is no such clock."""
        named = {each for rule in self.lengths for each in rule.languages}
        there = language if language in named else None
        holding = [each for each in self.lengths if each.clock == clock and each.holds_for(there, urgency)]
        found = max(holding, key=lambda each: each.rank, default=None)
        return found if found and found.minutes != "none" else None

    def steps(self, clock: str) -> tuple[EscalationStep, ...]:
        """The steps of a clock, the earliest first."""
        mine = (each for each in self.escalations if each.clock == clock)
        return tuple(sorted(mine, key=lambda each: each.offset_minutes))


class ClockPolicy(Frozen):
    """The part of a brand's policy that sets its clocks."""

    clocks: Clocks | None = None
    """How long a pick-up, a next reply, a consult and a resolution may take, and who is told when something is late; without
    it only first replies, promises and the quiet period have clocks, and nobody is told but by warnings and breaches (F3)."""
