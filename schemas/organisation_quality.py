"""How a brand looks at its own work: the daily review of cases (P2), and the test contacts that measure its channels (F11)."""

from typing import Self

from pydantic import Field, model_validator

from schemas.organisation_hours import Frozen
from schemas.organisation_values import Id, Language, Text


class ReviewPolicy(Frozen):
    """What a daily review proposes to talk about."""

    cases: int = Field(default=8, ge=1, le=30)
    """At most so many cases are proposed for a day."""
    most_per_owner: int = Field(default=2, ge=1, le=30)
    """At most so many of them have the same owner: the review is about the work, not about somebody."""
    most_per_topic: int = Field(default=3, ge=1, le=30)
    """At most so many of them are about the same topic."""
    compared_days: int = Field(default=28, ge=7, le=90)
    """With what was finished in so many days before is a case compared to tell whether it is unusual; a lesson's measure is
    compared over as many days before and after."""


class Question(Frozen):
    """What a test contact asks, as a customer would."""

    language: Language
    text: Text
    name: Text
    """The name it is asked under."""


class ChannelTestPolicy(Frozen):
    """How a brand writes to itself as a customer would; a brand without it does not (F11)."""

    every_hours: float = Field(default=24, ge=0.02, le=24 * 31)
    """One test contact on each channel in so many hours on the clock; each channel at a time of its own."""
    channels: tuple[Id, ...] = ()
    """Where; none named: wherever it can be done."""
    fail_after_minutes: float = Field(default=10, gt=0, le=24 * 60)
    """The message has to be a case within this time, and an answer has to leave within this time. Minutes on the clock; the
    first reply itself is due as for any customer."""
    announced: bool = False
    """Whether the owner sees at once that it is a test; usually not, or it would not be one."""
    questions: tuple[Question, ...] = Field(min_length=1)
    """They are asked in turn."""

    @model_validator(mode="after")
    def _fails_before_the_next(self) -> Self:
        if self.fail_after_minutes >= self.every_hours * 60:
            raise ValueError(
                f"fail_after_minutes {self.fail_after_minutes:g} must be less than every_hours {self.every_hours:g}: "
                "a test has ended before the next one begins"
            )
        return self


class Quality(Frozen):
    """The part of a brand's policy about looking at its own work."""

    review: ReviewPolicy = ReviewPolicy()
    channel_tests: ChannelTestPolicy | None = None
    """None: no test contacts."""
