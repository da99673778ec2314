"""What a brand learns from its cases: what they cost, and the weekly digest (F7)."""

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from schemas.organisation_hours import Frozen

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _time_of_day(value: object) -> object:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'{value!r} is no time of day: write "08:00", in quotes')
    return time(int(found[1]), int(found[2]))


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), PlainSerializer(lambda value: f"{value:%H:%M}")]


class Effort(Frozen):
    """What a case typically takes of people's time, in minutes. An estimate by counting: nobody is timed at work."""

    answer_minutes: float = Field(default=6, ge=0, le=240)
    """Reading, finding out and writing, for each answer that was sent."""
    holding_minutes: float = Field(default=2, ge=0, le=240)
    """The same for each holding reply."""
    consult_minutes: float = Field(default=12, ge=0, le=480)
    """Asking and answering, the owner's and the specialist's time together, for each consult that was answered."""

    def minutes(self, answers: int, holding: int, consults: int) -> float:
        """What so many of each take."""
        return answers * self.answer_minutes + holding * self.holding_minutes + consults * self.consult_minutes


class DigestTime(Frozen):
    """When the digest of the week before leaves, in the time zone of the brand's calendar."""

    weekday: Weekday = "monday"
    at: TimeOfDay = time(8)


class Improving(Frozen):
    """The part of a brand's policy about what is learned."""

    effort: Effort = Effort()
    """What a case is taken to cost (F7)."""
    digest: DigestTime = DigestTime()
    """When who subscribed to it gets the weekly digest."""
